import type { Column } from './receiver.ts';
import type { GateEvent } from './reception.ts';

/** What the page shows. */
export interface GateState {
  readonly requests: number;
  readonly records: number;
  readonly repeats: number;
  readonly refused: number;
  /** The latest requests, the newest last. */
  readonly recent: readonly GateEvent[];
  /** The names of a record's fields in this dialect. */
  readonly columns: Readonly<Record<Column, string>>;
}

const VERDICTS: Readonly<Record<GateEvent['verdict'], string>> = {
  accepted: '已接收',
  repeat: '重复',
  refused: '拒绝',
  session: '令牌',
  fault: '模拟故障',
  stray: '无关请求',
};
const COLUMNS = ['startTime', 'endTime', 'power', 'totalMoney'] as const;

/** @returns the page that shows a technician what arrived; it loads itself anew every two seconds */
export function page({ requests, records, repeats, refused, recent, columns }: GateState): string {
  const rows = recent
    .toReversed()
    .map((event) => row(event, columns))
    .join('\n');
  return `<!doctype html>
<html lang="zh-CN">
<meta charset="utf-8">
<meta http-equiv="refresh" content="2">
<meta name="viewport" content="width=device-width">
<title>道闸平台模拟器</title>
<style>
  :root { color-scheme: light dark }
  body { font: 14px/1.5 system-ui, sans-serif; margin: 1.5rem }
  table { border-collapse: collapse; width: 100% }
  th, td { text-align: left; padding: .25rem .5rem; border-bottom: 1px solid #8884; white-space: nowrap }
  td:last-child { white-space: normal }
  .refused, .fault, .stray { color: #c33 }
</style>
<h1>道闸平台模拟器</h1>
<p>请求 ${requests}，记录 ${records}，重复 ${repeats}，拒绝 ${refused}。全部记录：<a href="/records">/records</a></p>
<table>
<tr><th>时间</th><th>结果</th><th>订单号</th><th>车牌</th><th>开始</th><th>结束</th><th>电量</th><th>总费用</th><th>说明</th></tr>
${rows}
</table>
`;
}

function row(event: GateEvent, columns: GateState['columns']): string {
  const fields = new Map(
    typeof event.body === 'object' && event.body !== null ? Object.entries(event.body) : [],
  );
  const cells = [
    new Date(event.at).toISOString(),
    VERDICTS[event.verdict],
    event.orderNo ?? '',
    event.plateNo ?? '',
    ...COLUMNS.map((column) => String(fields.get(columns[column]) ?? '')),
    [event.fault, event.description, event.detail].filter((part) => part !== undefined).join('；'),
  ];
  return `<tr class="${event.verdict}">${cells.map((cell) => `<td>${escapeHtml(cell)}</td>`).join('')}</tr>`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`);
}
