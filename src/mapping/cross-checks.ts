import { quoted } from '../domain/unreadable.ts';
import type { ContextFacts } from './context-key.ts';
import type { Issues } from './issues.ts';
import type { ContextInput, DeviceRow, SourceInput } from './rules.ts';
import type { CompiledSource } from './source.ts';
import { overlap } from './topic.ts';
import { alternatives } from './value-source.ts';

/** What the whole of a config is checked for. */
interface Config {
  readonly sources: readonly SourceInput[];
  readonly contexts: readonly ContextInput[];
  readonly devices: Readonly<Record<string, DeviceRow>>;
}

/** Mistakes that no source or context has by itself. */
export function checkMapping(
  config: Config,
  sources: readonly CompiledSource[],
  contexts: ReadonlyMap<string, ContextFacts>,
  issues: Issues,
): void {
  checkNames(config, issues);
  checkOverlaps(sources, issues);
  checkDevices(config, issues);
  if (config.sources.length === 0) issues.error(['sources'], 'rules.no-source', {});
  for (const [i, { name }] of config.contexts.entries()) {
    if (contexts.get(name)?.used === false) {
      issues.warning(['contexts', i, 'name'], 'rules.context-unused', { context: name });
    }
  }
}

/** Names stand in logs, metrics and quarantine for one source or context. */
function checkNames({ sources, contexts }: Config, issues: Issues): void {
  const seen = new Set<string>();
  const named = [
    ...sources.map(({ name }, i) => ({ name, place: ['sources', i, 'name'] })),
    ...contexts.map(({ name }, i) => ({ name, place: ['contexts', i, 'name'] })),
  ];
  for (const { name, place } of named) {
    if (name.trim() === '') issues.error(place, 'rules.name-empty', {});
    if (seen.has(name)) issues.error(place, 'rules.name-twice', { name: quoted(name) });
    seen.add(name);
  }
}

/** The first source that takes a message wins, so a later one must leave something over. */
function checkOverlaps(sources: readonly CompiledSource[], issues: Issues): void {
  for (const [i, later] of sources.entries()) {
    const first = sources.slice(0, i).find((earlier) => {
      const [a, b] = [earlier.taker, later.taker];
      const all = a.where === undefined || JSON.stringify(a.where) === JSON.stringify(b.where);
      return all && a.filter !== undefined && b.filter !== undefined && overlap(a.filter, b.filter);
    });
    if (first === undefined) continue;
    issues.warning(['sources', i, 'topic'], 'rules.overlap', { source: first.name });
  }
}

/** A device that a rule names and the table does not have. */
function checkDevices({ sources, devices }: Config, issues: Issues): void {
  if (Object.keys(devices).length === 0) return;
  for (const [i, { fields }] of sources.entries()) {
    for (const { rule, place } of alternatives(fields?.['deviceId'] ?? [], [
      'sources',
      i,
      'fields',
      'deviceId',
    ])) {
      if (rule.const === undefined || Object.hasOwn(devices, rule.const.trim())) continue;
      issues.warning([...place, 'const'], 'rules.device-unlisted', { found: quoted(rule.const) });
    }
  }
}
