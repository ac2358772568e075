import type { Difference } from '../case/compare.ts';
import type { ListName, Row } from '../case/expected.ts';
import type { Language, Voice } from './language.ts';

/** How a run of cases ended. */
export interface CaseCounts {
  readonly asExpected: number;
  readonly different: number;
  readonly unreadable: number;
  /** Files that `--update` wrote. */
  readonly updated: number;
}

/** What `test` says of cases; each in both languages. */
export interface CaseWords extends Pick<Voice, 'told'> {
  readonly head: (file: string, count: number) => string;
  readonly difference: (difference: Difference) => string;
  readonly updated: (file: string) => string;
  readonly summary: (counts: CaseCounts) => string;
  readonly noCases: (path: string) => string;
}

const LIST_EN: Readonly<Record<ListName, string>> = {
  records: 'record',
  quarantine: 'quarantined event',
  waiting: 'waiting record',
};

const LIST_ZH: Readonly<Record<ListName, string>> = {
  records: '记录',
  quarantine: '隔离区事件',
  waiting: '待补全记录',
};

const NO_EXPECT_EN = 'it has no expect: run pilegate test --update to write what comes of it today';
const NO_EXPECT_ZH = '缺少 expect：运行 pilegate test --update 可写入今天的结果';

/** What `test` says in a language. */
export function caseWords(lang: Language, told: Voice['told']): CaseWords {
  return lang === 'zh' ? chinese(told) : english(told);
}

function english(told: Voice['told']): CaseWords {
  return {
    told,
    head: (file, count) => `${file}: ${plural(count, 'difference')}`,
    difference: (difference) => {
      switch (difference.what) {
        case 'missing':
          return difference.kind === 'expect'
            ? NO_EXPECT_EN
            : `missing ${LIST_EN[difference.kind]}: ${fieldsText(difference.expected)}`;
        case 'unexpected':
          return `unexpected ${LIST_EN[difference.kind]}: ${rowText(difference.kind, difference.got, told)}`;
        case 'differs':
          if (difference.kind === 'ignored')
            return `ignored: ${difference.got}, expected ${difference.expected}`;
          if (difference.kind === 'warnings')
            return `warnings: ${listText(difference.got, 'none')}, expected ${listText(difference.expected, 'none')}`;
          return `${LIST_EN[difference.kind]}${nameText(difference.got)}: ${Object.entries(difference.fields)
            .map(([name, { expected, got }]) => `${name} is ${shown(got)}, expected ${shown(expected)}`)
            .join('; ')}`;
      }
    },
    updated: (file) => `${file}: written as it is today`,
    summary: ({ asExpected, different, unreadable, updated }) =>
      [
        `${plural(asExpected + different + unreadable + updated, 'case')}: ${asExpected} as expected`,
        ...(updated > 0 ? [`${updated} updated`] : []),
        ...(different > 0 ? [`${different} differ`] : []),
        ...(unreadable > 0 ? [`${unreadable} cannot be read`] : []),
      ].join(', '),
    noCases: (path) => `${path}: no case files in it (*.yaml, *.yml, *.json): name another folder or a file`,
  };
}

function chinese(told: Voice['told']): CaseWords {
  return {
    told,
    head: (file, count) => `${file}：${count} 处不同`,
    difference: (difference) => {
      switch (difference.what) {
        case 'missing':
          return difference.kind === 'expect'
            ? NO_EXPECT_ZH
            : `缺少${LIST_ZH[difference.kind]}：${fieldsText(difference.expected)}`;
        case 'unexpected':
          return `多出${LIST_ZH[difference.kind]}：${rowText(difference.kind, difference.got, told)}`;
        case 'differs':
          if (difference.kind === 'ignored')
            return `忽略 ${difference.got} 条，应为 ${difference.expected} 条`;
          if (difference.kind === 'warnings')
            return `警告：${listText(difference.got, '无')}，应为：${listText(difference.expected, '无')}`;
          return `${LIST_ZH[difference.kind]}${nameText(difference.got)}：${Object.entries(difference.fields)
            .map(([name, { expected, got }]) => `${name} 是 ${shown(got)}，应为 ${shown(expected)}`)
            .join('；')}`;
      }
    },
    updated: (file) => `${file}：已写入今天的结果`,
    summary: ({ asExpected, different, unreadable, updated }) =>
      [
        `共 ${asExpected + different + unreadable + updated} 个用例：${asExpected} 个符合预期`,
        ...(updated > 0 ? [`${updated} 个已更新`] : []),
        ...(different > 0 ? [`${different} 个不符`] : []),
        ...(unreadable > 0 ? [`${unreadable} 个无法读取`] : []),
      ].join('，'),
    noCases: (path) => `${path}：其中没有用例文件（*.yaml、*.yml、*.json），请指定其他文件夹或文件`,
  };
}

function plural(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

/** Fields that are alike in all records of a station. */
const OF_STATION = new Set(['portName', 'parkId', 'stationId', 'stationName', 'source']);
/** The most of a value that one line shows. */
const SHOWN = 120;

function shown(text: string): string {
  return JSON.stringify(text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text);
}

function nameText({ orderNo }: Row): string {
  return orderNo ? ` ${orderNo}` : '';
}

function listText(codes: readonly string[], none: string): string {
  return codes.length === 0 ? none : codes.join(', ');
}

/** The fields of a row that are not empty. */
function fieldsText(row: Row): string {
  const fields = Object.entries(row);
  if (fields.length === 0) return '{}';
  return fields.map(([name, value]) => `${name} ${shown(value)}`).join(', ');
}

function rowText(list: ListName, row: Row, told: Voice['told']): string {
  if (list !== 'quarantine')
    return fieldsText(
      Object.fromEntries(
        Object.entries(row).filter(([name, value]) => value !== '' && !OF_STATION.has(name)),
      ),
    );
  const { kind = '', field, reason = '', orderNo, topic = '' } = row;
  return `${kind}, ${field ? `${field}: ` : ''}${told(reason)} (${orderNo ? `${orderNo}, ` : ''}${topic})`;
}
