import { quantileOf, SLOT_MS, type Slot, together } from '../history.ts';
import type { PageView } from './view.ts';

/** Slots of an hour. */
export const SLOTS_PER_HOUR = 3_600_000 / SLOT_MS;
const HOURS = 24;

/** The last 24 hours, the one that has begun included, as the page draws them. */
export interface Hours {
  readonly now: number;
  /** When the first hour began, epoch milliseconds: a whole hour of the station's clock. */
  readonly from: number;
  /** 288 of five minutes, undefined where nobody looked and where it is not yet. */
  readonly slots: readonly (Slot | undefined)[];
  /** 24, each with its beginning; `slot` is undefined where nobody looked. */
  readonly hours: readonly { readonly at: number; readonly slot: Slot | undefined }[];
  readonly all: Slot;
}

/** Reads the last 24 hours of a view. */
export function lastHours({ now, settings, slots }: PageView): Hours {
  const offset = settings.zone.offsetAt(now);
  const thisHour = Math.floor((now + offset) / 3_600_000) * 3_600_000 - offset;
  const from = thisHour - (HOURS - 1) * 3_600_000;
  const found = slots(from, thisHour + 3_600_000);
  const hours = Array.from({ length: HOURS }, (_, index) => {
    const of = found.slice(index * SLOTS_PER_HOUR, (index + 1) * SLOTS_PER_HOUR);
    return {
      at: from + index * 3_600_000,
      slot: of.some((slot) => slot !== undefined) ? together(of) : undefined,
    };
  });
  return { now, from, slots: found, hours, all: together(found) };
}

/** The time within which half of a slot's deliveries reached the gate, milliseconds; undefined where there were none. */
export function halfWithin({ times, slowest }: Slot): number | undefined {
  const half = quantileOf(times, 0.5);
  return half === undefined ? undefined : Math.min(half, slowest);
}

/** What a strip shows of a slot. */
export type Look = 'good' | 'warn' | 'bad' | 'none';

/** How the gate looked: the worst of each slot. */
export function gateLook(slot: Slot | undefined): Look {
  if (slot === undefined) return 'none';
  if (slot.held > 0) return 'bad';
  return slot.down > 0 ? 'warn' : 'good';
}

/** How the broker looked. */
export function brokerLook(slot: Slot | undefined): Look {
  if (slot === undefined) return 'none';
  return slot.brokerless > 0 ? 'warn' : 'good';
}

/** Slots in a row that look the same: from the first to before `end`. */
export interface Run {
  readonly look: Look;
  readonly start: number;
  readonly end: number;
}

/** The runs of a strip, in order. */
export function runs(looks: readonly Look[]): Run[] {
  const found: Run[] = [];
  for (const [index, look] of looks.entries()) {
    const last = found.at(-1);
    if (last?.look === look) found[found.length - 1] = { ...last, end: index + 1 };
    else found.push({ look, start: index, end: index + 1 });
  }
  return found;
}
