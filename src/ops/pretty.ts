import pc from 'picocolors';
import { visible } from '../domain/visible-text.ts';

const { createColors } = pc;
type Colours = ReturnType<typeof createColors>;

/** Fields that have a place of their own in the line. */
const PLACED = new Set(['level', 'time', 'msg', 'event', 'orderNo', 'plateNo', 'deviceId', 'reason', 'err']);

/**
 * One NDJSON log line as one line for people: time, level, what, order, plate, device, why, the rest. A line that
 * is no log line comes back as it was; what could move a terminal's cursor is escaped.
 * @param line with or without its newline; the result has one
 */
export function pretty(line: string, colour: boolean): string {
  const entry = parseLogLine(line);
  if (!entry) return `${visible(line.replace(/\r?\n$/, ''))}\n`;
  const c = createColors(colour);
  const say = (key: string) =>
    entry[key] === undefined || entry[key] === '' ? '' : visible(text(entry[key]));
  const rest = Object.keys(entry)
    .filter((key) => !PLACED.has(key) && entry[key] !== undefined)
    .map((key) => `${visible(key)}=${say(key)}`);
  const { message: why, stack } = errorOf(entry['err']);
  const parts = [
    c.dim(clock(say('time'))),
    levelWord(say('level'), c),
    c.bold(say('msg')),
    c.cyan(say('orderNo')),
    c.magenta(say('plateNo')),
    c.blue(say('deviceId')),
    [say('reason'), visible(why)].filter(Boolean).join(': '),
    c.dim([...(entry['event'] === undefined ? [] : [`[${say('event')}]`]), ...rest].join(' ')),
  ];
  return `${parts.filter((part) => part !== '').join('  ')}\n${stack ? c.dim(indented(stack)) : ''}`;
}

/** A log line's fields, or undefined where the line is no JSON object with a level. */
export function parseLogLine(line: string): Readonly<Record<string, unknown>> | undefined {
  // The journal's priority may still stand before it.
  const json = line.replace(/^<\d>/, '').trim();
  if (!json.startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null && 'level' in value ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}

/** `2026-11-24T09:12:30.042+08:00` as `11-24 09:12:30.042`; anything else as it is. */
function clock(time: string): string {
  const [, day, hours] = /^\d{4}-(\d\d-\d\d)T([\d:.]+)/.exec(time) ?? [];
  return day === undefined ? time : `${day} ${hours}`;
}

function levelWord(level: string, c: Colours): string {
  const word = level.toUpperCase().padEnd(5);
  if (level === 'error') return c.red(word);
  if (level === 'warn') return c.yellow(word);
  return level === 'info' ? c.green(word) : c.dim(word);
}

function errorOf(err: unknown): { message: string; stack: string } {
  const part = (key: string): string => {
    const value: unknown = typeof err === 'object' && err !== null ? Reflect.get(err, key) : undefined;
    return typeof value === 'string' ? value : '';
  };
  return { message: part('message') || (typeof err === 'string' ? err : ''), stack: part('stack') };
}

function indented(stack: string): string {
  return stack
    .split('\n')
    .slice(1)
    .map((line) => `    ${visible(line.trim())}\n`)
    .join('');
}
