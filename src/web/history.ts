import { z } from 'zod';

/** How the last day went: what the status page draws, kept in memory and, as text, over restarts. */

/** How long a slot is, milliseconds: five minutes, so that its edges are those of hours in every time zone. */
export const SLOT_MS = 300_000;
/** What is kept: a day and the hour that has begun. */
const KEPT_MS = 25 * 3_600_000;
/** Slots kept at most, whatever the clock did. */
const MOST = 2 * (KEPT_MS / SLOT_MS);
/** A pause between two looks counts for no longer than this, milliseconds: the machine was asleep, or we were stopped. */
const LONGEST_LOOK_MS = 5_000;

/** How things stand at a moment. */
export interface Moment {
  readonly gate: 'up' | 'down' | 'held';
  /** Whether the broker is connected and subscribed. */
  readonly broker: boolean;
  readonly pending: number;
}

/** Five minutes of the daemon's life; times in milliseconds. */
export interface Slot {
  /** How long the daemon looked, and how much of that the gate was away, held, and the broker not connected. */
  readonly watched: number;
  readonly down: number;
  readonly held: number;
  readonly brokerless: number;
  /** The most records that waited for the gate at once. */
  readonly backlog: number;
  readonly delivered: number;
  /** The longest time from an event's arrival to the gate's success. */
  readonly slowest: number;
  /** Deliveries by time to the gate: the index is {@link binOf}'s. */
  readonly times: readonly number[];
}

/** Each bin of times is longer than the last by this factor: times are told within a fifth. */
const BIN_FACTOR = Math.SQRT2;
/** The first bin ends here, milliseconds. */
const FIRST_BIN_MS = 10;
const LAST_BIN = 52;

/** Which bin a time (milliseconds) falls into, 0 to 52: ten milliseconds to a week. */
export function binOf(ms: number): number {
  const bin = Math.ceil(Math.log(Math.max(ms, FIRST_BIN_MS) / FIRST_BIN_MS) / Math.log(BIN_FACTOR));
  return Math.min(Math.max(bin, 0), LAST_BIN);
}

/** The time within which a share (0 to 1) of those in the bins lies, milliseconds, within a fifth; undefined where there are none. */
export function quantileOf(times: readonly number[], share: number): number | undefined {
  const total = times.reduce((sum, count) => sum + count, 0);
  if (total === 0) return undefined;
  let left = Math.max(1, Math.ceil(total * share));
  // The middle of the bin, on its own scale.
  for (let bin = 0; bin <= LAST_BIN; bin += 1) {
    left -= times[bin] ?? 0;
    if (left <= 0) return FIRST_BIN_MS * BIN_FACTOR ** (bin - 0.5);
  }
  return undefined;
}

/** Slots taken together: sums, and the highest of what is not summed. */
export function together(slots: readonly (Slot | undefined)[]): Slot {
  return slots.reduce<Open>((sum, slot) => (slot === undefined ? sum : add(sum, slot)), fresh());
}

type Open = { -readonly [K in keyof Slot]: Slot[K] extends number ? number : number[] };

function fresh(): Open {
  return { watched: 0, down: 0, held: 0, brokerless: 0, backlog: 0, delivered: 0, slowest: 0, times: [] };
}

function add(sum: Open, slot: Slot): Open {
  sum.watched += slot.watched;
  sum.down += slot.down;
  sum.held += slot.held;
  sum.brokerless += slot.brokerless;
  sum.backlog = Math.max(sum.backlog, slot.backlog);
  sum.delivered += slot.delivered;
  sum.slowest = Math.max(sum.slowest, slot.slowest);
  for (const [bin, count] of slot.times.entries()) addTimes(sum.times, bin, count);
  return sum;
}

function addTimes(times: number[], bin: number, count: number): void {
  while (times.length <= bin) times.push(0);
  times[bin] = (times[bin] ?? 0) + count;
}

/**
 * The day in slots of five minutes. `look` is called about twice a second and `delivered` with each delivery;
 * `changed` says whether there is anything to save that `save()` did not give out before: at rest there is not.
 */
export class Day {
  readonly #slots = new Map<number, Open>();
  #last: (Moment & { readonly monotonic: number }) | undefined;
  #changed = false;

  /** @param saved what `save()` gave, by an earlier daemon; what cannot be read is left out */
  constructor(saved?: string) {
    if (saved !== undefined) for (const [at, slot] of read(saved)) this.#slots.set(at, slot);
  }

  /** Whether more has happened than time going by, since the last `save()`. */
  get changed(): boolean {
    return this.#changed;
  }

  /** Sees how things stand. `now` is epoch, `monotonic` monotonic milliseconds. */
  look(now: number, monotonic: number, moment: Moment): void {
    const slot = this.#at(now);
    const last = this.#last;
    const passed =
      last === undefined ? 0 : Math.min(Math.max(monotonic - last.monotonic, 0), LONGEST_LOOK_MS);
    slot.watched += passed;
    if (moment.gate === 'down') slot.down += passed;
    if (moment.gate === 'held') slot.held += passed;
    if (!moment.broker) slot.brokerless += passed;
    slot.backlog = Math.max(slot.backlog, moment.pending);
    if (last?.gate !== moment.gate || last.broker !== moment.broker || last.pending !== moment.pending)
      this.#changed = true;
    this.#last = { ...moment, monotonic };
  }

  /** A record reached the gate, so many milliseconds after its event arrived. */
  delivered(now: number, endToGateMs: number): void {
    const slot = this.#at(now);
    slot.delivered += 1;
    slot.slowest = Math.max(slot.slowest, Math.round(endToGateMs));
    addTimes(slot.times, binOf(endToGateMs), 1);
    this.#changed = true;
  }

  /** The wall clock jumped by so many milliseconds: what it stamped from `since` to `until` moves along. */
  shift(by: number, since: number, until: number): void {
    const slots = [...this.#slots];
    this.#slots.clear();
    for (const [at, slot] of slots) {
      const moved = at >= slotOf(since) && at <= until ? slotOf(at + by) : at;
      this.#slots.set(moved, add(this.#slots.get(moved) ?? fresh(), slot));
    }
  }

  /** The slots from one instant to another (epoch milliseconds, at slots' edges), in order; undefined where nobody looked. */
  slots(from: number, to: number): (Slot | undefined)[] {
    const found: (Slot | undefined)[] = [];
    for (let at = slotOf(from); at < to; at += SLOT_MS) found.push(this.#slots.get(at));
    return found;
  }

  /** All of it as text, for a constructor to come. */
  save(): string {
    this.#changed = false;
    const seconds = (ms: number) => Math.round(ms / 1000);
    return JSON.stringify(
      [...this.#slots].map(([at, slot]) => [
        at / SLOT_MS,
        ...[slot.watched, slot.down, slot.held, slot.brokerless].map(seconds),
        slot.backlog,
        slot.delivered,
        slot.slowest,
        ...slot.times.flatMap((count, bin) => (count > 0 ? [bin, count] : [])),
      ]),
    );
  }

  #at(now: number): Open {
    const at = slotOf(now);
    const known = this.#slots.get(at);
    if (known !== undefined) return known;
    const slot = fresh();
    this.#slots.set(at, slot);
    this.#forget(now);
    return slot;
  }

  /** What is old goes; what lies ahead may have been stamped by a clock that knew better than today's, and stays. */
  #forget(now: number): void {
    for (const at of this.#slots.keys()) if (at < now - KEPT_MS) this.#slots.delete(at);
    if (this.#slots.size <= MOST) return;
    const far = [...this.#slots.keys()].toSorted((a, b) => Math.abs(b - now) - Math.abs(a - now));
    for (const at of far.slice(0, far.length - MOST)) this.#slots.delete(at);
  }
}

/** The slot that an instant falls into, by its beginning. */
function slotOf(at: number): number {
  return Math.floor(at / SLOT_MS) * SLOT_MS;
}

const SAVED = z.array(z.array(z.number().min(0)).min(8));

function read(saved: string): [number, Open][] {
  let json: unknown;
  try {
    json = JSON.parse(saved);
  } catch {
    return [];
  }
  const { data = [] } = SAVED.safeParse(json);
  return data.slice(-MOST).map(([at = 0, watched = 0, down = 0, held = 0, brokerless = 0, ...rest]) => {
    const [backlog = 0, delivered = 0, slowest = 0, ...bins] = rest;
    const slot = fresh();
    add(slot, {
      ...slot,
      backlog,
      delivered,
      slowest,
      watched: watched * 1000,
      down: down * 1000,
      held: held * 1000,
      brokerless: brokerless * 1000,
    });
    for (let index = 0; index + 1 < bins.length; index += 2)
      addTimes(slot.times, Math.min(Math.floor(bins[index] ?? 0), LAST_BIN), bins[index + 1] ?? 0);
    return [at * SLOT_MS, slot];
  });
}
