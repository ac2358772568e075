import { publicName, RECORD_FIELDS, type RecordField } from '../domain/record.ts';
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
  readonly required?: GateNeeds;
}

/** What a dialect of the gate requires although a record may lack it, and what is then sent instead. */
export interface GateNeeds {
  /** `gate.dialect`. */
  readonly dialect: string;
  readonly instead: Readonly<Partial<Record<RecordField, string>>>;
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
  checkNeeds(config, sources, issues);
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

/** A field that the gate platform requires and that no rule of a source gives. */
function checkNeeds({ required, devices }: Config, sources: readonly CompiledSource[], issues: Issues): void {
  if (required === undefined) return;
  const named = Object.values(devices).some(({ spaceNo = '' }) => spaceNo !== '');
  for (const [i, { plans }] of sources.entries()) {
    for (const field of RECORD_FIELDS) {
      const instead = required.instead[field];
      if (instead === undefined || (field === 'spaceNo' && named)) continue;
      const plan = plans.find((one) => one.field === field);
      if (plan !== undefined && plan.own.length + plan.later.length > 0) continue;
      const name = publicName(field);
      issues.warning(['sources', i, 'fields', name], 'rules.dialect-needs', {
        field: name,
        dialect: required.dialect,
        instead,
      });
    }
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
