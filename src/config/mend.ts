/**
 * What is left of a config when its mistakes are taken out. Nothing ever runs on it: it lets the checks that
 * need a whole config (the mapping's rules, the key) find their own mistakes in the same go.
 */
import type { Mistake, Path } from './mistakes.ts';
import { configSchema, type ParsedConfig } from './schema.ts';

type Mapping = Record<string, unknown>;

const BARE_STATION = { id: 'x', name: 'x' };
const BARE_GATE = { baseUrl: 'http://127.0.0.1/', portName: 'x', parkId: 'x' };
const bareSource = (index: number) => ({ name: `source-${index}`, topic: `x/${index}`, profile: 'pilegate' });

/** Keys of a context without which the rules that use it cannot be judged; likewise of a source. */
const CONTEXT_CORE = ['name', 'topic', 'fields'];
const SOURCE_CORE = ['topic', 'profile'];

/**
 * The config without what is wrong in it: a wrong value is left out, a wrong rule becomes a plain path, a context's
 * wrong key a fixed one, a source that lost its core a plain source. Undefined where that leaves no config.
 */
export function mended(value: unknown, mistakes: readonly Mistake[]): ParsedConfig | undefined {
  if (!isMapping(value)) return undefined;
  const copy: Mapping = structuredClone(value);
  const paths = mistakes.map(({ path }) => path);
  for (const path of paths) {
    if (path[0] === 'sources' && path.length > 1) mendSource(copy['sources'], path);
    else if (path[0] === 'contexts' && path.length > 2) mendContext(copy['contexts'], path);
    else dropAt(copy, path.slice(0, 2));
  }
  copy['station'] = { ...BARE_STATION, ...(isMapping(copy['station']) ? copy['station'] : {}) };
  copy['gate'] = { ...BARE_GATE, ...(isMapping(copy['gate']) ? copy['gate'] : {}) };
  const sources = copy['sources'];
  copy['sources'] =
    Array.isArray(sources) && sources.length > 0
      ? sources.map((source, index) => ({
          ...(isMapping(source) && isMapping(source['fields']) ? {} : { profile: 'pilegate' }),
          name: `source-${index}`,
          ...source,
        }))
      : [bareSource(0)];
  const lost = ([room, , key]: Path) =>
    room === 'contexts' && (key === undefined || CONTEXT_CORE.some((core) => core === key));
  if (paths.some(lost)) {
    copy['contexts'] = [];
    copy['sources'] = [bareSource(0)];
  }
  const parsed = configSchema.safeParse(copy);
  return parsed.success ? parsed.data : undefined;
}

function mendSource(sources: unknown, [, index, key, field]: Path): void {
  if (!Array.isArray(sources) || typeof index !== 'number') return;
  const source: unknown = sources[index];
  const coreless = key === undefined || SOURCE_CORE.some((core) => core === key);
  if (coreless || !isMapping(source) || (key === 'fields' && field === undefined))
    sources[index] = bareSource(index);
  else if (key === 'fields' && isMapping(source['fields'])) source['fields'][String(field)] = 'x';
  else delete source[String(key)];
}

/** Whatever the key of a context is, the rules that use the context can be judged. */
function mendContext(contexts: unknown, [, index, key]: Path): void {
  const context: unknown = Array.isArray(contexts) && typeof index === 'number' ? contexts[index] : undefined;
  if (!isMapping(context)) return;
  if (key === 'key') context['key'] = { const: 'x' };
  else delete context[String(key)];
}

/** Takes the value at a path of one or two steps out of a mapping, or a mapping in a list. */
function dropAt(parent: unknown, [first, second]: Path): void {
  if (Array.isArray(parent) && typeof first === 'number')
    dropAt(parent[first], second === undefined ? [] : [second]);
  else if (isMapping(parent) && first !== undefined) {
    const child = parent[String(first)];
    if (second !== undefined && isMapping(child)) delete child[String(second)];
    else delete parent[String(first)];
  }
}

function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
