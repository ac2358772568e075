/** MQTT topic filters with named levels: `piles/{deviceId}/session/end`. */
import { type Reason, reason } from '../domain/reason.ts';

/** One level of a filter: a literal, one level of any text (with or without a name), or `#`. */
type Level =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'any'; readonly name: string | undefined }
  | { readonly kind: 'rest' };

/** A filter, taken apart. */
export interface TopicFilter {
  readonly levels: readonly Level[];
  /** The names of its `{name}` levels, in order. */
  readonly names: readonly string[];
  /** What the broker is asked for: `{name}` became `+`. */
  readonly subscription: string;
}

/** What the named levels of a topic say. */
export type TopicLevels = Readonly<Record<string, string>>;

const NAME = /^\{([A-Za-z][A-Za-z0-9_]*)\}$/;

function readLevel(text: string, last: boolean): Level | Reason {
  if (text === '+') return { kind: 'any', name: undefined };
  if (text === '#') return last ? { kind: 'rest' } : reason('rules.topic-rest', {});
  const name = NAME.exec(text)?.[1];
  if (name !== undefined) return { kind: 'any', name };
  if (/[{}]/.test(text)) {
    return reason('rules.topic-name', { found: JSON.stringify(text) });
  }
  if (/[+#]/.test(text)) return reason('rules.topic-wildcard', { found: JSON.stringify(text) });
  return { kind: 'text', text };
}

/** Takes a filter apart, or says everything that is wrong with it. */
export function parseTopic(text: string): TopicFilter | readonly Reason[] {
  if (text === '') return [reason('rules.topic-empty', {})];
  const problems: Reason[] = [];
  if (text.startsWith('$share/')) problems.push(reason('rules.topic-share', {}));
  if (text.includes('\0')) problems.push(reason('rules.topic-nul', {}));
  if (Buffer.byteLength(text) > 65_535) problems.push(reason('rules.topic-long', {}));
  const levels: Level[] = [];
  const names: string[] = [];
  const parts = text.split('/');
  for (const [i, part] of parts.entries()) {
    const level = readLevel(part, i === parts.length - 1);
    if ('code' in level) {
      problems.push(level);
      continue;
    }
    levels.push(level);
    if (level.kind !== 'any' || level.name === undefined) continue;
    if (names.includes(level.name)) problems.push(reason('rules.topic-level-twice', { name: level.name }));
    names.push(level.name);
  }
  if (problems.length > 0) return problems;
  return { levels, names, subscription: parts.map((p) => (NAME.test(p) ? '+' : p)).join('/') };
}

/** What a topic's named levels say, or undefined where the filter does not take it (MQTT 5, section 4.7). */
export function matchTopic(filter: TopicFilter, parts: readonly string[]): TopicLevels | undefined {
  const [first] = filter.levels;
  if (first?.kind !== 'text' && parts[0]?.startsWith('$')) return undefined;
  const found: Record<string, string> = {};
  for (const [i, level] of filter.levels.entries()) {
    if (level.kind === 'rest') return found;
    const part = parts[i];
    if (part === undefined || (level.kind === 'text' && level.text !== part)) return undefined;
    if (level.kind === 'any' && level.name !== undefined) found[level.name] = part;
  }
  return parts.length === filter.levels.length ? found : undefined;
}

/** Whether some topic is taken by both filters. */
export function overlap(a: TopicFilter, b: TopicFilter): boolean {
  const [a0, b0] = [a.levels[0], b.levels[0]];
  const system = (x: Level | undefined, y: Level | undefined) =>
    x?.kind === 'text' && x.text.startsWith('$') && y?.kind !== 'text';
  if (system(a0, b0) || system(b0, a0)) return false;
  for (let i = 0; ; i++) {
    const [x, y] = [a.levels[i], b.levels[i]];
    if (x?.kind === 'rest' || y?.kind === 'rest') return true;
    if (x === undefined || y === undefined) return x === y;
    if (x.kind === 'text' && y.kind === 'text' && x.text !== y.text) return false;
  }
}
