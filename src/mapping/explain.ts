import type { Mapped } from '../domain/draft.ts';
import { type Reason, reason } from '../domain/reason.ts';
import { RECORD_FIELDS, type RecordField } from '../domain/record.ts';
import { Unreadable } from '../domain/unreadable.ts';
import type { FieldPlan } from './field-plan.ts';
import type { Supplied } from './known.ts';
import type { Message } from './message-filter.ts';
import { type CompiledSource, unitsIn } from './source.ts';
import type { TopicLevels } from './topic.ts';
import { type Input, whyMissing } from './value-source.ts';
import { wireText } from './values.ts';

/** The way of one field. */
export interface FieldWay {
  readonly field: RecordField;
  /** The rules in the order they are tried, as they are written or in words; empty where there is none. */
  readonly rules: readonly (string | Reason)[];
  /** What was found before it was made fit for the wire; `''` where nothing was. */
  readonly raw: string;
  /** What happened: where the value is from (as the rule is written, or in words), or why there is none. */
  readonly way: string | Reason;
  /** What the wire gets, `''` where that is nothing or not known yet. */
  readonly value: string;
}

/** What became of an event and why. */
export interface Explanation {
  readonly mapped: readonly Mapped[];
  /** The source that took it, or undefined. */
  readonly source: string | undefined;
  /** In the order of the interface's table; empty where no source read it. */
  readonly fields: readonly FieldWay[];
}

/** Walks a source's rules over a message once more, noting each step; of a list, over its first element. */
export function explainMessage(
  mapped: readonly Mapped[],
  source: CompiledSource | undefined,
  levels: TopicLevels,
  message: Message,
  supplied: Supplied | undefined,
): Explanation {
  const input = source && inputOf(source, levels, message);
  if (source === undefined || input === undefined) return { mapped, source: source?.name, fields: [] };
  const device = source.plans.find(({ field }) => field === 'deviceId');
  const deviceId = supplied?.deviceId ?? (device ? explainPlan(source, device, input).value : '');
  input.deviceId = deviceId;
  const fields = RECORD_FIELDS.map((field): FieldWay => {
    const given = supplied?.[field];
    if (given !== undefined)
      return { field, rules: [], raw: given, way: reason('way.supplied', {}), value: given };
    const plan = source.plans.find((p) => p.field === field);
    const found = plan && explainPlan(source, plan, input);
    return found !== undefined && (found.value !== '' || plan?.required)
      ? found
      : standIn(source, field, deviceId, found);
  });
  return { mapped, source: source.name, fields };
}

/** What a source's rules read of a message, of a list in its first element; undefined where that is nothing. */
export function inputOf(source: CompiledSource, levels: TopicLevels, message: Message): Input | undefined {
  const [unit] = unitsIn(source, message);
  if (unit === undefined || unit.body instanceof Unreadable) return undefined;
  const admitted = source.taker.admit(unit.body, levels, unit.message);
  return admitted instanceof Unreadable || 'ignored' in admitted ? undefined : admitted;
}

function explainPlan(source: CompiledSource, plan: FieldPlan, input: Input): FieldWay {
  const { field } = plan;
  const rules = [...plan.own.map(({ reader }) => reader.label), ...plan.later.map(({ label }) => label)];
  for (const { reader, format, plus } of plan.own) {
    const raw = reader.read(input);
    if (raw instanceof Unreadable) return { field, rules, raw: '', way: raw.reason, value: '' };
    if (raw === '') continue;
    const value = format(raw);
    if (value instanceof Unreadable) return { field, rules, raw, way: value.reason, value: '' };
    if (value === '') continue;
    const text = plus === true ? '' : wireText(value, source.zone);
    return { field, rules, raw, way: reader.label, value: text };
  }
  const [first] = plan.later;
  if (first !== undefined) return { field, rules, raw: '', way: first.asks(input), value: '' };
  const way = whyMissing(
    plan.own.map(({ reader }) => reader),
    input,
  );
  return { field, rules, raw: '', way, value: '' };
}

/** Where a field comes from when no rule speaks for it. */
function standIn(
  source: CompiledSource,
  field: RecordField,
  deviceId: string,
  found: FieldWay | undefined,
): FieldWay {
  const rules = found?.rules ?? [];
  const row = source.devices.get(deviceId);
  const from = (way: Reason, value: string): FieldWay => ({ field, rules, raw: value, way, value });
  switch (field) {
    case 'portName':
    case 'parkId':
      return from(reason('way.config', { key: `gate.${field}` }), source.identity[field]);
    case 'stationId':
      return from(reason('way.config', { key: 'station.id' }), source.identity.stationId);
    case 'stationName':
      return from(reason('way.config', { key: 'station.name' }), source.identity.stationName);
    case 'deviceName':
      return row?.name
        ? from(reason('way.devices-table', {}), row.name)
        : from(reason('way.device-id', {}), deviceId);
    case 'spaceNo':
      return row?.spaceNo
        ? from(reason('way.devices-table', {}), row.spaceNo)
        : (found ?? from(reason('way.unknown', {}), ''));
    default:
      return found ?? from(reason('rule.none', {}), '');
  }
}
