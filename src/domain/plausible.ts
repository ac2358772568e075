/**
 * Whether a session's end can be true: held against its arrival by the box's clock. A pile whose clock is off, or a
 * time read in the wrong unit or zone, shows there first. The bounds are `plausible` in the config.
 */
import type { Completed, Draft, Lookup, MadeRecord } from './draft.ts';
import type { Fault, Need } from './event.ts';
import { isReason, type Reason, reason } from './reason.ts';

/** `plausible` of the config, milliseconds each. */
export interface PlausibleBounds {
  /** An end further ahead of its arrival is warned about, beyond `refuseAhead` it makes no record. */
  readonly ahead: number;
  readonly refuseAhead: number;
  /** The same for an end that lies back. */
  readonly behind: number;
  readonly refuseBehind: number;
}

/** What the judge needs to know of the box's clock. */
export interface PlausibleClock {
  /** Epoch milliseconds: a clock before it was never set, and nothing is held against it. */
  readonly buildDate: number;
  /** Whether the clock is known to be right. While it is not nothing is refused. */
  isRight(): boolean;
}

const HOUR = 3_600_000;

/**
 * Whether an end that lies so far ahead of its arrival (negative: behind), milliseconds, is a mistaken time zone:
 * Beijing time stamped as UTC lies eight hours ahead, UTC stamped as Beijing time eight behind, each less the time that
 * the event was on its way, which for most is below an hour.
 */
export function isEightHours(ms: number): boolean {
  const delay = 8 * HOUR - ms;
  return (delay > -HOUR / 4 && delay < HOUR) || (delay > 15.75 * HOUR && delay < 17 * HOUR);
}

/** Whether an end is so far off, milliseconds, that the clock it comes from must be wrong: half a year. */
export function isNeverSet(ms: number): boolean {
  return ms > 180 * 24 * HOUR;
}

/** Judges the ends of sessions. */
export class Plausibility {
  readonly #bounds: PlausibleBounds;
  readonly #clock: PlausibleClock;

  constructor(bounds: PlausibleBounds, clock: PlausibleClock) {
    this.#bounds = bounds;
    this.#clock = clock;
  }

  /**
   * The draft, whose record is judged when it is made.
   * @param receivedAt of its event, epoch milliseconds
   * @param element which element of a list it is, from 0: named in the reason
   */
  judged(draft: Draft, receivedAt: number, element?: number): Draft {
    return new JudgedDraft(draft, element, (made) => this.#judge(made, receivedAt));
  }

  /** An implausible end is sent and warned about, and sorts as its arrival; one beyond the outer bounds is refused. */
  #judge(made: MadeRecord, receivedAt: number): MadeRecord | Fault {
    const { ahead, behind, refuseAhead, refuseBehind } = this.#bounds;
    const ms = made.endAt - receivedAt;
    if ((ms <= ahead && ms >= -behind) || receivedAt < this.#clock.buildDate) return made;
    const why: Reason =
      ms > 0
        ? reason('end-ahead', { ms, end: made.record.endTime })
        : reason('end-behind', { ms: -ms, end: made.record.endTime });
    if ((ms > refuseAhead || ms < -refuseBehind) && this.#clock.isRight())
      return { field: 'endTime', reason: why };
    return { ...made, endAt: receivedAt, warnings: [...made.warnings, why] };
  }
}

/** Whether that is why an event is no record. */
export function isImplausible({ code, params }: Reason): boolean {
  const { why } = params;
  return (
    code === 'end-ahead' ||
    code === 'end-behind' ||
    (code === 'list.element' && isReason(why) && isImplausible(why))
  );
}

class JudgedDraft implements Draft {
  readonly #draft: Draft;
  readonly #element: number | undefined;
  readonly #judge: (made: MadeRecord) => MadeRecord | Fault;

  constructor(draft: Draft, element: number | undefined, judge: (made: MadeRecord) => MadeRecord | Fault) {
    this.#draft = draft;
    this.#element = element;
    this.#judge = judge;
  }

  get source(): string {
    return this.#draft.source;
  }

  get orderNo(): string | undefined {
    return this.#draft.orderNo;
  }

  get content(): string {
    return this.#draft.content;
  }

  get values(): Draft['values'] {
    return this.#draft.values;
  }

  get needs(): readonly Need[] {
    return this.#draft.needs;
  }

  get waitMs(): number {
    return this.#draft.waitMs;
  }

  complete(lookup: Lookup): Completed {
    const completed = this.#draft.complete(lookup);
    if (completed.kind === 'wrong') return this.#wrong(completed.fault);
    const made =
      completed.kind === 'record'
        ? completed.made
        : completed.kind === 'missing'
          ? completed.without
          : undefined;
    const judged = made && this.#judge(made);
    if (judged === undefined || judged === made) return completed;
    if ('reason' in judged) return this.#wrong(judged);
    return completed.kind === 'missing'
      ? { ...completed, without: judged }
      : { kind: 'record', made: judged };
  }

  /** A list's element is told with its index. */
  #wrong({ field, reason: why }: Fault): Completed {
    const index = this.#element;
    const told = index === undefined ? why : reason('list.element', { index, why });
    return { kind: 'wrong', fault: { field, reason: told } };
  }
}
