import type { AlertName } from '../domain/alerts.ts';
import { isReason, type Reason, type ReasonParam } from '../domain/reason.ts';

/** An alert as the form `json` and the uplink send it. Every text is safe to show: see {@link outsideText}. */
export interface AlertMessage {
  readonly station: string;
  readonly stationName: string;
  readonly alert: AlertName | 'test';
  readonly state: 'begin' | 'end';
  /** When it began and when this was said, ISO 8601 with the station's offset. */
  readonly since: string;
  readonly at: string;
  /** What is wrong, or was; in the station's language. */
  readonly text: string;
  /** What helps. */
  readonly command: string;
}

/** The longest text from outside in a message, characters. */
export const OUTSIDE_MAX = 200;

/** What looks like a plate, also with a dot or blank inside: never in an alert. */
const PLATE =
  /[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领][\s·.-]*[A-Za-z](?:[\s·.-]*[A-Za-z0-9]){4,6}[挂学警港澳使领]?/gu;
/** Controls, line ends, format characters, halves of pairs: a message is one paragraph, in the order that it is written. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+/gu;
/** What chat programs make a mention, a link or mark-up of, and its full-width double, which they leave alone. */
const ACTIVE: Readonly<Record<string, string>> = {
  '@': '＠',
  '<': '＜',
  '>': '＞',
  '[': '［',
  ']': '］',
  '(': '（',
  ')': '）',
  '*': '＊',
  '`': '｀',
  '#': '＃',
  '&': '＆',
  _: '＿',
  '~': '～',
  '!': '！',
};

/**
 * A text from outside (a gate's words, a payload, a pile's id) as an alert may carry it: no plate, no mention, no link,
 * no mark-up, one line, at most {@link OUTSIDE_MAX} characters.
 */
export function outsideText(text: string): string {
  // Normalised first: full-width and other doubles would pass, and become what they look like in the reader's program.
  const plain = text
    .slice(0, 4 * OUTSIDE_MAX)
    .normalize('NFKC')
    .replace(UNSEEN, ' ');
  const safe = plain
    .replace(PLATE, '＊＊＊')
    .replace(/[@<>[\]()*`#&_~!]/g, (character) => ACTIVE[character] ?? character)
    .replaceAll('://', '：//')
    .replace(/([a-z])([a-z0-9+.-]{1,20}):(?=\S)/gi, '$1$2：')
    .replace(/(?<=[\p{L}\p{N}])\.(?=\p{L})/gu, '．')
    .replace(/\s+/g, ' ')
    .trim();
  const characters = [...safe];
  return characters.length <= OUTSIDE_MAX ? safe : `${characters.slice(0, OUTSIDE_MAX - 1).join('')}…`;
}

/** The parameters of a problem with every text in them made safe. Codes of reasons stay. */
export function outsideParams(
  params: Readonly<Record<string, ReasonParam>>,
): Readonly<Record<string, ReasonParam>> {
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, safeParam(value)]));
}

function safeParam(value: ReasonParam): ReasonParam {
  if (typeof value === 'string') return outsideText(value);
  if (Array.isArray(value)) return value.map(safeParam);
  return isReason(value)
    ? ({ code: value.code, params: outsideParams(value.params) } satisfies Reason)
    : value;
}
