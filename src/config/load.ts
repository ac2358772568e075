/** Reads a config file: a config that is whole, or every mistake at once with its line. */
import { reason } from '../domain/reason.ts';
import { type ConfigDocument, parseConfig } from './document.ts';
import {
  ConfigRejected,
  ConfigUnreadable,
  type LoadedConfig,
  type Notice,
  placeOf,
  settled,
} from './loaded.ts';
import { mended } from './mend.ts';
import { type Mistake, mistakesOf, type Path, pathText } from './mistakes.ts';
import { readNamed, reasonOf } from './read-file.ts';
import { configSchema, type ParsedConfig } from './schema.ts';

/** Far larger than a config with ten thousand devices. */
const MAX_BYTES = 8 * 2 ** 20;

/**
 * Reads and checks a config file.
 * @param file its path, absolute or relative to the working directory
 * @param env the environment, for `$STATE_DIRECTORY`
 * @throws ConfigRejected (exit 78) with every mistake; its `mended` is the config without them, for the checks
 *   that come after this one
 * @throws ConfigUnreadable (exit 78) where the file cannot be read
 */
export function loadConfig(file: string, env: NodeJS.ProcessEnv): LoadedConfig {
  return loadLayers([readLayer(file)], env);
}

/** A config, or a part of one that is laid over another. */
export interface ConfigLayer {
  readonly file: string;
  readonly document: ConfigDocument;
  /** The way from the root of its file to the config. */
  readonly base: Path;
}

/** Reads a whole config file as a layer. @throws ConfigUnreadable (78) where it cannot be read */
export function readLayer(file: string): ConfigLayer {
  return { file, document: parseConfig(readText(file)), base: [] };
}

/**
 * Checks a config of several layers: a top-level key of a later one replaces that of those before it. Paths are
 * relative to the first one's file.
 * @throws ConfigRejected (78) with every mistake, each at its place in the layer that it comes from
 */
export function loadLayers(
  layers: readonly [ConfigLayer, ...ConfigLayer[]],
  env: NodeJS.ProcessEnv,
): LoadedConfig {
  const [{ file }] = layers;
  const { document, layerOf } = overlaid(layers);
  const placed = (mistake: Mistake) => {
    const layer = layerOf(mistake.path);
    return {
      file: layer.file,
      ...(mistake.position ?? layer.document.position(mistake.path, mistake.of)),
      key: pathText([...layer.base, ...mistake.path]),
      reason: mistake.reason,
    };
  };
  const reject = (mistakes: readonly Mistake[], mended?: LoadedConfig) =>
    new ConfigRejected(mistakes.map(placed), mended);
  const notice = (mistake: Mistake): Notice => ({
    place: placeOf(placed(mistake)),
    reason: mistake.reason,
  });
  const loaded = (parsed: ParsedConfig): LoadedConfig => ({
    config: settled(parsed, file, env),
    file,
    locate: (path) => {
      const layer = layerOf(path);
      const { line, column } = layer.document.position(path);
      return `${layer.file}:${line}:${column}`;
    },
    warnings: warningsOf(parsed).map(notice),
    notice,
    reject,
  });

  if (!document.readable) throw reject(document.mistakes);
  const parsed = configSchema.safeParse(document.value);
  if (parsed.success && document.mistakes.length === 0) return loaded(parsed.data);
  const mistakes = [...document.mistakes, ...schemaMistakes(parsed.error?.issues ?? [], document)];
  const rest = parsed.success ? parsed.data : mended(document.value, mistakes);
  throw reject(mistakes, rest && loaded(rest));
}

/** The layers as one document, and which of them a value comes from. */
function overlaid(layers: readonly [ConfigLayer, ...ConfigLayer[]]) {
  const [first] = layers;
  const layerOf = ([key]: Path): ConfigLayer =>
    layers.findLast(
      ({ document: { value } }) => key !== undefined && isMapping(value) && Object.hasOwn(value, key),
    ) ??
    layers.at(-1) ??
    first;
  if (layers.length === 1) return { document: first.document, layerOf: () => first };
  const document: ConfigDocument = {
    value: Object.assign({}, ...layers.map(({ document: { value } }) => value)),
    mistakes: layers.flatMap(({ document }) => document.mistakes),
    slips: new Set(layers.flatMap(({ document }) => [...document.slips])),
    readable: layers.every(({ document }) => document.readable),
    position: (path, of) => layerOf(path).document.position(path, of),
    written: (path) => layerOf(path).document.written(path),
  };
  return { document, layerOf };
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function schemaMistakes(issues: Parameters<typeof mistakesOf>[0], document: ConfigDocument): Mistake[] {
  const found = mistakesOf(issues).filter(
    ({ path, of }) => path.length === 0 || !document.slips.has(document.position(path, of).line),
  );
  // A misspelt key is one mistake, not a missing and an unknown one.
  const meant = new Set(
    found.flatMap(({ path, meant }) =>
      meant === undefined ? [] : [pathText([...path.slice(0, -1), meant])],
    ),
  );
  const mistakes = found.filter(({ path, missing }) => !(missing && meant.has(pathText(path))));
  return mistakes.map((mistake) => {
    const { path, reason: why } = mistake;
    if (path.length === 0) return { ...mistake, reason: reason('config.file', { mistake: why }) };
    const written = document.written(path);
    if (why.code === 'config.unquoted' && written !== undefined)
      return { ...mistake, reason: { ...why, params: { ...why.params, written } } };
    const plain = plainOf(written);
    return plain === undefined ? mistake : { ...mistake, reason: reason('slip.full-width-value', { plain }) };
  });
}

/** A value as it is typed without full-width characters; undefined where it has none. */
function plainOf(written: string | undefined): string | undefined {
  const plain = written?.replace(/[\uff01-\uff5e\u3000]/g, (one) => one.normalize('NFKC'));
  return plain === written ? undefined : plain;
}

function readText(file: string): string {
  let bytes: Buffer;
  try {
    bytes = readNamed(file);
  } catch (error) {
    throw new ConfigUnreadable(reason('file.no-config', { cause: reasonOf(error) }), { cause: error });
  }
  if (bytes.length > MAX_BYTES)
    throw new ConfigUnreadable(reason('file.too-large', { file, bytes: bytes.length, allowed: MAX_BYTES }));
  if (/^(?:\xff\xfe|\xfe\xff)/.test(bytes.subarray(0, 2).toString('latin1')))
    throw new ConfigUnreadable(reason('file.encoding', { place: `${file}:1:1`, found: 'utf-16' }));
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    // A lone CR ends no line for most tools; a position in such a file would mean nothing.
    if (/\r(?!\n)/.test(text))
      throw new ConfigUnreadable(reason('file.encoding', { place: `${file}:1:1`, found: 'cr-only' }));
    return text;
  } catch (error) {
    if (error instanceof ConfigUnreadable) throw error;
    const found = isGb18030(bytes) ? 'gbk' : 'unknown';
    const place = `${file}:${badLine(bytes)}:1`;
    throw new ConfigUnreadable(reason('file.encoding', { place, found }), { cause: error });
  }
}

/** Whether the bytes are Chinese as older editors on Windows save it. */
function isGb18030(bytes: Buffer): boolean {
  try {
    const text = new TextDecoder('gb18030', { fatal: true }).decode(bytes);
    return /[\u4e00-\u9fff]/.test(text) && !/(?![\t\r\n])\p{Cc}|\p{Co}/u.test(text);
  } catch {
    return false;
  }
}

/** The first line that is not UTF-8, from 1. */
function badLine(bytes: Buffer): number {
  const whole = bytes.toString('latin1').split('\n');
  return 1 + whole.findIndex((line) => Buffer.from(line, 'latin1').toString('utf8').includes('\uFFFD'));
}

function warningsOf({ gate, mqtt }: ParsedConfig): Mistake[] {
  const unused = (url: string, tls: object) =>
    !/^(https|mqtts|wss):/i.test(url) && Object.keys(tls).length > 0;
  const unencrypted = (key: string) => reason('config.not-encrypted', { key });
  return [
    ...(unused(gate.baseUrl, gate.tls)
      ? [{ path: ['gate', 'tls'], reason: unencrypted('gate.baseUrl') }]
      : []),
    ...(mqtt.url.every((url) => unused(url, mqtt.tls))
      ? [{ path: ['mqtt', 'tls'], reason: unencrypted('mqtt.url') }]
      : []),
  ];
}
