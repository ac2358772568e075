/** A case file of `pilegate test`: messages, and what is expected to become of them. */
import { isUtf8 } from 'node:buffer';
import { dirname, resolve } from 'node:path';
import { parseYaml, type YamlDocument } from '../../config/document.ts';
import { type ConfigLayer, readLayer } from '../../config/load.ts';
import { linesOf, type PlacedMistake } from '../../config/loaded.ts';
import { type Mistake, mistakesOf, type Path, pathText } from '../../config/mistakes.ts';
import { readNamed, reasonOf } from '../../config/read-file.ts';
import { Failure } from '../../domain/failure.ts';
import { type Reason, reason } from '../../domain/reason.ts';
import { inEnglish } from '../../i18n/english.ts';
import type { Say } from '../../i18n/texts.ts';
import { type Expected, expectedOf } from './expected.ts';
import { payloadOf } from './payload.ts';
import { caseSchema, type ParsedCase } from './schema.ts';

/** Far larger than any case; a larger file is something else. */
const MAX_BYTES = 16 * 2 ** 20;

/** A message of a case. */
export interface CaseMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  /** When it arrives, milliseconds after the case's `now`. */
  readonly at: number;
  readonly retained: boolean;
  readonly qos: 0 | 1 | 2;
}

/** A case as its file says it. */
export interface CaseFile {
  /** Its path, as it was named. */
  readonly file: string;
  /** What it lays over the config. */
  readonly config: ConfigLayer | undefined;
  /** The box's clock, as written; undefined where it is today's. */
  readonly now: string | undefined;
  readonly messages: readonly CaseMessage[];
  /** When its result is looked at, milliseconds after `now`; at the earliest with the last message. */
  readonly until: number;
  /** Undefined where the file has no `expect`. */
  readonly expected: Expected | undefined;
  /** The absolute paths of the other files that it names. */
  readonly names: readonly string[];
  /** Makes the error for mistakes that are found later. */
  reject(mistakes: readonly Mistake[]): CaseRejected;
}

/** A case that cannot be read: exit 2, and a line for each mistake. */
export class CaseRejected extends Failure {
  readonly mistakes: readonly PlacedMistake[];

  constructor(mistakes: readonly PlacedMistake[]) {
    const sorted = mistakes.toSorted((a, b) => a.line - b.line || a.column - b.column);
    super(linesOf(sorted, inEnglish), 2);
    this.mistakes = sorted;
  }

  override inWords(say: Say): string {
    return linesOf(this.mistakes, say);
  }
}

/**
 * Reads a case file.
 * @throws CaseRejected (2) with every mistake, each with its line and column
 */
export function readCase(file: string): CaseFile {
  const text = readText(file);
  return parseCase(file, text);
}

/** Reads a case from its text; see {@link readCase}. */
export function parseCase(file: string, text: string): CaseFile {
  const document = parseYaml(text);
  const reject = (mistakes: readonly Mistake[]) =>
    new CaseRejected(mistakes.map((mistake) => placed(file, document, mistake)));
  if (!document.readable) throw reject(document.mistakes);
  const parsed = caseSchema.safeParse(document.value);
  const mistakes = [
    ...document.mistakes,
    ...mistakesOf(parsed.error?.issues ?? []).map((mistake) =>
      mistake.path.length === 0
        ? { ...mistake, reason: reason('config.file', { mistake: mistake.reason }) }
        : mistake,
    ),
  ];
  if (!parsed.success) throw reject(mistakes);
  const read = readParsed(file, document, parsed.data, mistakes);
  if (mistakes.length > 0) throw reject(mistakes);
  return { file, ...read, reject };
}

function readParsed(
  file: string,
  document: YamlDocument,
  parsed: ParsedCase,
  mistakes: Mistake[],
): Omit<CaseFile, 'file' | 'reject'> {
  const names: string[] = [];
  const near = (name: string): string => {
    const path = resolve(dirname(file), name);
    names.push(path);
    return path;
  };
  const attempt = <T>(path: Path, read: () => T): T | undefined => {
    try {
      return read();
    } catch (error) {
      mistakes.push({ path, reason: reasonOf(error) });
      return undefined;
    }
  };
  let at = 0;
  const messages = parsed.messages.flatMap((message, index): CaseMessage[] => {
    const path = ['messages', index];
    if (message.at !== undefined && message.at < at)
      mistakes.push({
        path: [...path, 'at'],
        reason: reason('case.out-of-order', {}),
      });
    at = message.at ?? at;
    const payload = attempt(path, () => payloadOf(message, path, document, near));
    if (payload instanceof Uint8Array)
      return [{ topic: message.topic, payload, at, retained: message.retained, qos: message.qos }];
    if (payload !== undefined) mistakes.push(payload);
    return [];
  });
  if (parsed.until !== undefined && parsed.until < at)
    mistakes.push({
      path: ['until'],
      reason: reason('case.until-too-early', {}),
    });
  const config = configLayer(file, document, parsed.config, near, attempt);
  return {
    config,
    now: parsed.now,
    messages,
    until: Math.max(at, parsed.until ?? 0),
    expected: parsed.expect && expectedOf(parsed.expect, document),
    names,
  };
}

function configLayer(
  file: string,
  document: YamlDocument,
  config: ParsedCase['config'],
  near: (name: string) => string,
  attempt: <T>(path: Path, read: () => T) => T | undefined,
): ConfigLayer | undefined {
  if (config === undefined || config === null) return undefined;
  if (typeof config !== 'string') return { file, document: document.config(['config']), base: ['config'] };
  const named = near(config);
  return attempt(['config'], () => readLayer(named));
}

function placed(file: string, document: YamlDocument, mistake: Mistake): PlacedMistake {
  return {
    file,
    ...(mistake.position ?? document.position(mistake.path, mistake.of)),
    key: pathText(mistake.path),
    reason: mistake.reason,
  };
}

/** The text of a file; the place of what is wrong with the file as a whole is its first character. */
function readText(file: string): string {
  const wrong = (why: Reason) => new CaseRejected([{ file, line: 1, column: 1, key: '', reason: why }]);
  let bytes: Buffer;
  try {
    bytes = readNamed(file);
  } catch (error) {
    throw wrong(reasonOf(error));
  }
  if (bytes.length > MAX_BYTES)
    throw wrong(reason('case.too-large', { bytes: bytes.length, allowed: MAX_BYTES }));
  if (!isUtf8(bytes)) throw wrong(reason('case.not-utf8', {}));
  return bytes.toString('utf8');
}
