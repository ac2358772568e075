/**
 * Records the demo for the READMEs: `node scripts/demo.ts` plays `npm run demo` once, on a screen that keeps what is drawn,
 * and writes five moments of it as one moving picture, docs/images/demo.svg and demo.zh-CN.svg.
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { assemble } from '../src/cli/demo/assemble.ts';
import { frame } from '../src/cli/demo/frame.ts';
import { DEMO_PACE, play } from '../src/cli/demo/scenario.ts';
import type { Look } from '../src/cli/demo/state.ts';
import { summaryLine } from '../src/cli/demo/summary.ts';
import { colours } from '../src/cli/output.ts';
import { type Moment, movingPicture } from './demo/svg.ts';

const COLUMNS = 100;

interface Drawn {
  readonly look: Look;
  readonly text: string;
}

const drawn: Drawn[] = [];
const startedAt = performance.now();
await using assembly = await assemble(() => {});
const summary = await play(
  assembly.cast,
  DEMO_PACE,
  {
    draw: (look) => drawn.push({ look, text: frame(look, COLUMNS, colours(true)) }),
    tell: () => {},
    close: () => {},
  },
  startedAt,
  new Promise(() => {}),
);
if (summary.lost > 0) throw new Error(`not a run to show: ${summaryLine(summary)}`);

const beforeReturn = find(drawn.findLast(({ look }) => look.phase === 'outage'));
const waiting = beforeReturn.look.daemon.records.pending;
const total = `${summary.events} / ${summary.delivered} / ${summary.lost}`;
const moments: Moment[] = [
  {
    ...find(drawn.findLast(({ look }) => look.phase === 'normal')),
    en: 'All is well: a session that ends is at the gate within milliseconds.',
    zh: '一切正常：充电一结束，几毫秒后记录就到达道闸平台。',
  },
  {
    ...find(drawn.find(({ look }) => outageFor(look) > 2000)),
    en: 'The gate goes away. Events are still taken in: their records wait on disk.',
    zh: '道闸平台断开。事件照常接收，记录在磁盘上等待。',
  },
  {
    ...beforeReturn,
    en: `${waiting} records wait. One probe at a time looks whether the gate is back.`,
    zh: `${waiting} 条记录在等待；每次只用一个探测请求查看平台是否恢复。`,
  },
  {
    ...find(drawn.find(({ look }) => look.phase === 'recovery' && look.daemon.records.pending < waiting / 2)),
    en: 'The gate is back: the newest sessions go first, then the rest of the backlog.',
    zh: '平台恢复：最新的充电先发送，随后是其余积压。',
  },
  {
    ...find(drawn.at(-1)),
    en: `The end. Events / delivered / lost: ${total}.`,
    zh: `结束。事件 / 送达 / 丢失：${total}。`,
  },
];

for (const [name, language] of [
  ['demo', 'en'],
  ['demo.zh-CN', 'zh'],
] as const) {
  const path = fileURLToPath(new URL(`../docs/images/${name}.svg`, import.meta.url));
  writeFileSync(path, movingPicture(moments, language, COLUMNS));
  console.log(path);
}
console.log(summaryLine(summary));

function outageFor({ phase, now, outage }: Look): number {
  return phase === 'outage' && outage ? now - outage.from : 0;
}

function find(moment: Drawn | undefined): Drawn {
  if (moment === undefined) throw new Error('the run had no such moment: run it again');
  return moment;
}
