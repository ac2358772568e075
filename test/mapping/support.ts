import type { Draft, Mapped } from '../../src/domain/draft.ts';
import type { InboundEvent, Need } from '../../src/domain/event.ts';
import type { ChargingRecord } from '../../src/domain/record.ts';
import { compileMapping, type Mapping, type MappingInput } from '../../src/mapping/compile.ts';
import type { FieldRule } from '../../src/mapping/rules.ts';

export const IDENTITY = {
  portName: 'example',
  parkId: '3302122004',
  stationId: '3302120001',
  stationName: '示例充电站',
};

export const TOPIC = 'piles/D001/session/end';

/** A mapping's input with one source of profile `pilegate`, and what differs. */
export function input(differs: Partial<MappingInput> = {}): MappingInput {
  return {
    sources: [{ name: 'end', topic: 'piles/{deviceId}/session/end', profile: 'pilegate' }],
    contexts: [],
    devices: {},
    timeZone: 'Asia/Shanghai',
    identity: IDENTITY,
    ...differs,
  };
}

/** A mapping without any issue. */
export function mappingOf(differs: Partial<MappingInput> = {}): Mapping {
  const { mapping, issues } = compileMapping(input(differs));
  if (issues.length > 0) throw new Error(JSON.stringify(issues));
  return mapping;
}

/** A mapping of profile `pilegate` with some rules replaced. */
export function mappingWith(fields: Record<string, FieldRule>, differs: Partial<MappingInput> = {}): Mapping {
  const topic = 'piles/{deviceId}/session/end';
  return mappingOf({ sources: [{ name: 'end', topic, profile: 'pilegate', fields }], ...differs });
}

/** An event: bytes as they are, text as UTF-8, anything else as JSON. */
export function event(said: unknown, topic = TOPIC): InboundEvent {
  const payload =
    said instanceof Uint8Array ? said : Buffer.from(typeof said === 'string' ? said : JSON.stringify(said));
  return { topic, payload, receivedAt: Date.UTC(2026, 10, 24, 2) };
}

/** The only thing that an event became. */
export function only(mapped: readonly Mapped[]): Mapped {
  const [first] = mapped;
  if (first === undefined || mapped.length > 1) throw new Error(`not one but ${JSON.stringify(mapped)}`);
  return first;
}

/** The draft that an event became. */
export function draftOf(mapped: readonly Mapped[]): Draft {
  const one = only(mapped);
  if (one.kind !== 'draft') throw new Error(`no draft: ${JSON.stringify(one)}`);
  return one.draft;
}

/** Contexts' values by `context key field`. */
export function lookupIn(values: Record<string, string>): (need: Need) => string | undefined {
  return ({ context, key, contextField }) => values[`${context} ${key} ${contextField}`];
}

/** The record that an event became. */
export function recordOf(mapped: readonly Mapped[], contexts: Record<string, string> = {}): ChargingRecord {
  const completed = draftOf(mapped).complete(lookupIn(contexts));
  if (completed.kind !== 'record') throw new Error(`no record: ${JSON.stringify(completed)}`);
  return completed.made.record;
}
