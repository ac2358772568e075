import { refusalWait } from '../domain/backoff.ts';
import type { Random } from '../domain/clock.ts';
import type { GateState, Pending, Settlement } from '../domain/delivery.ts';
import { type Outcome, type ProbeOutcome, saysBusy } from '../domain/outcome.ts';
import { type Reason, reason } from '../domain/reason.ts';
import { Pace } from './pace.ts';
import { type Charged, PoisonDetector } from './poison-detector.ts';
import type { DeliverySettings } from './ports.ts';

/** So many first attempts refused alike in a row, with no success between, are a fault of the set-up. */
const ALIKE = 5;

/**
 * So long it may say that it takes no more before it is called down, milliseconds: where it speaks of too many posts or
 * names a time, a limit by the minute must be over by then.
 */
const BUSY_MS = { limits: 90_000, other: 2_000 };

/** What the gate seems to be doing, and so how many posts it may get. */
type Mode = { readonly kind: 'up' } | Busy | Doubt | Trouble;

/** The gate said that it takes no more at the moment: one probe at a time until it takes one. The world still calls it up. */
interface Busy {
  readonly kind: 'busy';
  /** Since when, monotonic milliseconds. */
  readonly from: number;
  /** Only what was posted after this ticket ends it. */
  readonly since: number;
}

/** A post failed without a result, while others may still succeed: the record or the gate? Another one will tell. */
interface Doubt {
  readonly kind: 'doubt';
  /** The record that failed first. */
  readonly first: number;
  /** Whether it is the gate unless a post under way succeeds: another record failed too, or the request never left. */
  readonly sure: boolean;
  readonly verdict: Trouble;
}

/** A fact about the gate: one probe at a time until it is over. */
interface Trouble {
  readonly kind: 'down' | 'held';
  readonly cause: 'away' | 'setup' | 'misconfigured' | 'alike';
  readonly reason: Reason;
  /** The hold that it interrupts, known from refusals: a refusal brings it back. */
  readonly beneath?: Trouble | undefined;
  /** Set where the gate asked to be left alone: only what was posted after this ticket ends it. */
  readonly since?: number | undefined;
}

/** What the end of an attempt means for its record, and for others whose failures turn out to be their own. */
export interface Verdict {
  readonly settlement: Settlement;
  readonly charges: readonly Charged[];
}

type Refusal = Outcome & { readonly kind: 'refused' };
type Failed = Exclude<Outcome, { readonly kind: 'delivered' | 'refused' }>;

/**
 * The rules of the two kinds of trouble, without I/O: what each outcome says about its record and about the gate.
 *
 * `up` → (408, 425, 429, 503) → `busy` → (the same, and nothing gets through for long) → `down`;
 * `up` → (a failure without a result) → `doubt` → (the others fail too, or there is none) → `down` or `held`;
 * with `hold`, any → (sent, and not answered) → `down`, which a probe without a record ends;
 * any → (a refusal that speaks of the set-up) → `held`; `up` → (five first attempts refused alike) → `held`.
 * Any success leads back to `up`; so does any readable answer, unless refusals are what the hold is about.
 */
export class CircuitBreaker {
  readonly #settings: DeliverySettings;
  readonly #random: Random;
  readonly #trials: PoisonDetector;
  #pace = new Pace();
  readonly #monotonic: () => number;
  readonly #holds: boolean;
  #mode: Mode = { kind: 'up' };
  /** Posts allowed at once while up: one to begin with and after trouble, one more with every answer, half as many after a failure. */
  #window = 1;
  /** Tickets given out; each post has one. */
  #tickets = 0;
  /** Posts under way. */
  #underWay = 0;
  /** In `doubt`, the ticket of the post that is to tell, while it is under way. */
  #teller: number | undefined;
  /** With `hold`: whether the last answer was to a probe, and how often a record failed right behind one. */
  #probed = false;
  #vain = 0;
  /** First attempts refused alike in a row, and what they were told. */
  #alike = { told: '', orders: new Set<number>() };

  /**
   * @param monotonic milliseconds that only go forward
   * @param holds whether a record that was sent and not answered is parked
   */
  constructor(settings: DeliverySettings, random: Random, monotonic: () => number, holds: boolean = false) {
    this.#settings = settings;
    this.#random = random;
    this.#monotonic = monotonic;
    this.#holds = holds;
    this.#trials = new PoisonDetector(settings, random);
  }

  /** Takes over another one's trouble, if it has any: it is still to be settled; and what it knows of the gate's limits. */
  follow(before: CircuitBreaker): void {
    const mode = before.#mode;
    this.#pace = before.#pace;
    if (mode.kind === 'busy') this.#mode = { ...mode, since: 0 };
    if (isTrouble(mode)) this.#mode = { ...mode, since: undefined };
  }

  /** The gate's state as the world sees it; a doubt is not yet trouble, and who says "later" is there. */
  get state(): GateState {
    return this.#mode.kind === 'doubt' || this.#mode.kind === 'busy' ? 'up' : this.#mode.kind;
  }

  /** Whether single probes are all that the gate gets. */
  get probes(): boolean {
    return this.#mode.kind !== 'up' && this.#mode.kind !== 'doubt';
  }

  /** Why the gate is down or held; undefined while it is up. */
  get reason(): Reason | undefined {
    return this.#mode.kind === 'down' || this.#mode.kind === 'held' ? this.#mode.reason : undefined;
  }

  /** Whether a failure waits for another post to tell whose fault it was. */
  get doubtful(): boolean {
    return this.#mode.kind === 'doubt';
  }

  /** Whether every fresh event is tried at once, though the gate is held: the hold is only inferred. */
  get triesFresh(): boolean {
    return this.#mode.kind === 'held' && this.#mode.cause === 'alike';
  }

  /** How many posts may start beside those under way. Probes and tries of fresh events are not counted here. */
  allowance(underWay: number): number {
    const mode = this.#mode;
    if (mode.kind === 'up') {
      const at = this.#monotonic();
      const most = Math.min(this.#window, this.#pace.abreast(at));
      return Math.max(0, Math.min(most - underWay, this.#pace.room(at)));
    }
    const tells = mode.kind === 'doubt' && !mode.sure && this.#teller === undefined;
    return tells && underWay < this.#settings.concurrency ? 1 : 0;
  }

  /** How long until the pace lets the next post start, milliseconds; 0 where it is not what is waited for. */
  get paceMs(): number {
    return this.#mode.kind === 'up' ? this.#pace.wait(this.#monotonic()) : 0;
  }

  /** Nothing more is there to be posted. */
  idle(): void {
    this.#pace.idle();
  }

  /** Whether a record is passed by for now, since another one is wanted to tell. */
  passesBy(id: number): boolean {
    return this.#mode.kind !== 'up' && this.#trials.has(id);
  }

  /** How many records may be passed by. */
  get passedBy(): number {
    return this.#mode.kind === 'up' ? 0 : this.#trials.size;
  }

  /** The record to probe with: one not tried in vain yet, else the one whose try is the longest ago. */
  probe(candidates: readonly Pending[]): Pending | undefined {
    return this.#trials.probe(candidates);
  }

  /** An attempt begins. Returns its ticket, for {@link end}. */
  begin(id: number): number {
    this.#tickets += 1;
    if (this.#mode.kind === 'doubt') this.#teller = this.#tickets;
    this.#trials.delete(id);
    this.#underWay += 1;
    this.#pace.begin(this.#monotonic());
    return this.#tickets;
  }

  /** An attempt has ended. @param now the wall clock, epoch milliseconds */
  end(record: Pending, ticket: number, outcome: Outcome, now: number): Verdict {
    if (ticket === this.#teller) this.#teller = undefined;
    this.#underWay -= 1;
    if (saysBusy(outcome)) return this.#busy(record, ticket, outcome, now);
    switch (outcome.kind) {
      case 'delivered':
        return this.#delivered(record, ticket, now);
      case 'refused':
        return this.#refused(record, ticket, outcome, now);
      default:
        return this.#failed(record, outcome, now);
    }
  }

  /** With `hold`: whether the gate is to be asked without a record before one is posted to it. */
  get asksFirst(): boolean {
    return this.#holds && isTrouble(this.#mode);
  }

  /** So long the gate is to be left alone, milliseconds: it answers probes, but not the records behind them. */
  get pauseMs(): number | undefined {
    const { min, max, factor } = this.#settings.outage;
    return this.#vain === 0 ? undefined : Math.min(max, min * factor ** this.#vain);
  }

  /** The gate was asked without a record. An answer ends an outage; what refusals say of the set-up only a record can. */
  probed(outcome: ProbeOutcome): void {
    const mode = this.#mode;
    if (!isTrouble(mode)) return;
    if (outcome.kind !== 'answered') {
      this.#enter(this.#troubleOf(outcome));
      return;
    }
    if (mode.cause === 'setup' || mode.cause === 'alike') return;
    this.#probed = true;
    this.#enter(mode.beneath ?? { kind: 'up' });
  }

  /** Nothing is under way any more that could settle a doubt: then it is trouble. */
  decide(): void {
    if (this.#mode.kind === 'doubt') this.#enter(this.#mode.verdict);
  }

  #delivered({ id }: Pending, ticket: number, now: number): Verdict {
    if (this.#alike.told !== '') this.#alike = { told: '', orders: new Set() };
    const charges = this.#trials.succeeded(id, now, this.state !== 'up');
    this.#answered(ticket);
    return { settlement: { state: 'delivered', sent: undefined }, charges };
  }

  #refused(record: Pending, ticket: number, outcome: Refusal, now: number): Verdict {
    const { means, reason: why } = outcome;
    if (means === 'setup') {
      this.#enter({ kind: 'held', cause: 'setup', reason: why });
      return this.#untouched(record, why);
    }
    const hold = this.#hold();
    if (hold !== undefined) {
      if (!this.#isStale(ticket)) this.#mode = hold;
      // An inferred hold may be wrong about what is said of one record; a certain one parks none.
      if (means === 'final' && hold.cause === 'alike') return parked(why);
      return this.#untouched(record, undefined);
    }
    const charges = this.#mode.kind === 'doubt' ? this.#trials.refused(now) : [];
    this.#answered(ticket);
    if (means === 'final') return { ...parked(why), charges };
    if (record.attempts === 0 && this.#countAlike(record.id, outcome)) {
      const told = reason('gate.refused-alike', { count: ALIKE, last: why });
      this.#enter({ kind: 'held', cause: 'alike', reason: told });
      return this.#untouched(record, undefined);
    }
    return { settlement: this.#refuse(record, outcome, now), charges };
  }

  /** It takes no more at the moment: that charges nobody. */
  #busy(record: Pending, ticket: number, { status, reason, retryAfterMs }: Outcome, now: number): Verdict {
    const nextAt = this.#trials.busyAgain(record, now);
    if (nextAt !== undefined) return { settlement: { ...stays(record), nextAt }, charges: [] };
    const mode = this.#mode;
    const at = this.#monotonic();
    const since = retryAfterMs && this.#tickets;
    const down: Trouble = { kind: 'down', cause: 'away', reason, beneath: this.#hold(), since };
    if (isTrouble(mode)) this.#enter(down);
    else if (mode.kind !== 'busy' || ticket > mode.since) {
      const from = mode.kind === 'busy' ? mode.from : at;
      const asked = retryAfterMs !== undefined;
      this.#pace.stop(at, this.#underWay + 1, asked);
      const patience = asked || status === 429 ? BUSY_MS.limits : BUSY_MS.other;
      if (mode.kind === 'busy' && at - from >= patience) this.#enter(down);
      else this.#mode = { kind: 'busy', from, since: this.#tickets };
    }
    return this.#untouched(record, undefined);
  }

  /** No readable result. */
  #failed(record: Pending, outcome: Failed, now: number): Verdict {
    const { kind, reason: why, retryAfterMs } = outcome;
    const sent = kind === 'unanswered' || (kind === 'misconfigured' && outcome.sent);
    const trouble = this.#troubleOf(outcome);
    if (this.#probed) this.#vain += 1;
    this.#probed = false;
    if (kind === 'unanswered' && this.#holds) {
      this.#enter(trouble);
      return parked(reason('gate.unanswered-held', { why }));
    }
    const mode = this.#mode;
    const certain = retryAfterMs !== undefined || (kind === 'misconfigured' && !sent);
    if (certain || isTrouble(mode)) this.#enter(trouble);
    else {
      const nextAt = sent ? this.#trials.failedAgain(record, why, now) : undefined;
      if (nextAt !== undefined) return { settlement: { ...stays(record), nextAt }, charges: [] };
      if (mode.kind === 'up') this.#teller = undefined;
      const first = mode.kind === 'doubt' ? mode.first : record.id;
      const sure = !sent || first !== record.id || (mode.kind === 'doubt' && mode.sure);
      this.#mode = { kind: 'doubt', first, sure, verdict: trouble };
      this.#window = Math.max(1, this.#window >> 1);
    }
    return this.#untouched(record, sent ? why : undefined);
  }

  /** What a failure says of the gate, if it is the gate's. */
  #troubleOf({ kind, reason, retryAfterMs }: Failed): Trouble {
    const beneath = this.#hold();
    return kind === 'misconfigured'
      ? { kind: 'held', cause: 'misconfigured', reason, beneath }
      : { kind: 'down', cause: 'away', reason, beneath, since: retryAfterMs && this.#tickets };
  }

  /** The hold that refusals speak of, in force or interrupted. */
  #hold(): Trouble | undefined {
    const mode = this.#mode;
    if (!isTrouble(mode)) return undefined;
    return mode.cause === 'setup' || mode.cause === 'alike' ? mode : mode.beneath;
  }

  /** Whether the gate asked to be left alone after this post: its answer is no sign that it may be posted to again. */
  #isStale(ticket: number): boolean {
    const mode = this.#mode;
    return (mode.kind === 'down' || mode.kind === 'busy') && mode.since !== undefined && ticket <= mode.since;
  }

  /** The gate said something readable. */
  #answered(ticket: number): void {
    this.#probed = false;
    this.#vain = 0;
    const isStale = this.#isStale(ticket);
    this.#pace.through(this.#monotonic(), !isStale);
    if (isStale) return;
    this.#mode = { kind: 'up' };
    this.#window = Math.min(this.#settings.concurrency, this.#window + 1);
  }

  #enter(mode: Trouble | { readonly kind: 'up' }): void {
    this.#mode = mode;
    this.#window = 1;
  }

  /** The record stays as it is, in its place; @param failure what was seen, where the fault may be its own. */
  #untouched(record: Pending, failure: Reason | undefined): Verdict {
    this.#trials.add(record, failure);
    return { settlement: stays(record), charges: [] };
  }

  /** Counts first refusals of the same wording; true when they are enough to speak of the set-up. */
  #countAlike(id: number, { result, description }: Refusal): boolean {
    const told = JSON.stringify([result, description]);
    if (told !== this.#alike.told) this.#alike = { told, orders: new Set() };
    this.#alike.orders.add(id);
    return this.#alike.orders.size >= ALIKE;
  }

  /** A refusal goes on the record's own schedule; the last one parks it. */
  #refuse({ strikes, refusals }: Pending, { reason, retryAfterMs = 0 }: Refusal, now: number): Settlement {
    const { refusal, outage } = this.#settings;
    if (refusals + 1 >= refusal.attempts) return { state: 'parked', why: reason };
    const wait = refusalWait(refusal, refusals + 1, this.#random);
    const nextAt = Math.round(now + Math.max(wait, Math.min(retryAfterMs, outage.max)));
    return { state: 'pending', nextAt, refusals: refusals + 1, strikes };
  }
}

/** Whether it is known to be more than a moment's: probes only, and the world hears of it. */
function isTrouble(mode: Mode): mode is Trouble {
  return mode.kind === 'down' || mode.kind === 'held';
}

/** Pending as before, and ready at once. */
function stays({ refusals, strikes }: Pending): Settlement & { readonly state: 'pending' } {
  return { state: 'pending', nextAt: undefined, refusals, strikes };
}

function parked(why: Reason): Verdict {
  return { settlement: { state: 'parked', why }, charges: [] };
}
