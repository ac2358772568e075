import { duration } from './time.ts';

/** A field that a context is to supply, and by which key. */
interface MissingField {
  readonly field: string;
  readonly context: string;
  readonly key: string;
}

/** A config that is valid: what it names, and how much of it. */
interface CheckedConfig {
  readonly file: string;
  readonly gate: string;
  readonly broker: string;
  readonly sources: number;
  readonly contexts: number;
  readonly devices: number;
}

/** `check`. */
export const check = {
  right: ({ file, gate, broker, sources, contexts, devices }: CheckedConfig, key: string) =>
    `${file} is valid: gate ${gate}, broker ${broker}, ${count(sources, 'source')}, ${count(contexts, 'context')}, ${count(devices, 'device')}, key from ${key}`,
  ofService: (line: string) =>
    `the service's credential (${line}), which is not seen here: pilegate doctor says how to try it`,
  warning: (text: string) => `warning: ${text}`,
  heads: ['FIELD', 'VALUE', 'WAY'],
  record: 'it becomes a record',
  untaken: 'no source takes it',
  ignored: (source: string, reason: string) => `it would be ignored by ${source}: ${reason}`,
  wrong: (field: string, reason: string) =>
    `it becomes no record, but goes into quarantine: ${field === '' ? '' : `${field}: `}${reason}`,
  context: (name: string, key: string, values: Readonly<Record<string, string | number>>) =>
    `it is stored in the context ${name} under ${key}: ${listed(values, ', ')}`,
  waits: (missing: readonly MissingField[], waitMs: number) =>
    `it becomes a record with ${missing.map(({ field, context, key }) => `${field} from the context ${context} for ${key}`).join(' and ')}; for that it waits up to ${duration(waitMs)}`,
};

function count(things: number, name: string): string {
  return `${things} ${name}${things === 1 ? '' : 's'}`;
}

function listed(values: Readonly<Record<string, string | number>>, comma: string): string {
  return Object.entries(values)
    .map(([name, value]) => `${name} ${value}`)
    .join(comma);
}
