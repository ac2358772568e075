import type { Random } from '../domain/clock.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { DeliverySettings, GateState, Pending, Settlement } from './ports.ts';
import { outageWait, refusalWait } from './schedule.ts';

/** So many first attempts refused alike in a row, with no success between, are a fault of the set-up. */
const ALIKE = 5;
/** So many failures without a readable result, each followed by another record's success, are the record's own. */
const STRIKES = 3;

/** What the gate seems to be doing, and so how many posts it may get. */
type Mode =
  /** It answers. `window` posts at once, one more with every answer. */
  | { readonly kind: 'up' }
  /** One record failed without a result: it or the gate? Another record will tell. */
  | { readonly kind: 'doubt'; readonly verdict: Trouble }
  | Trouble;

/** A fact about the gate: one probe at a time until it is over. */
type Trouble = { readonly kind: 'down' | 'held'; readonly cause: Cause; readonly reason: string };

/** `alike`: inferred from refusals, so every fresh event is still tried. */
type Cause = 'away' | 'setup' | 'misconfigured' | 'alike';

/** What a record has been charged with. */
interface Score {
  readonly strikes: number;
  readonly refusals: number;
}

/** A record tried in vain since the last success. */
interface Tried extends Score {
  /** Whether it failed without a readable result: then another one's success charges it. */
  readonly failed: boolean;
}

/** A record's schedule as another one's success moved it. */
export interface Charge extends Score {
  readonly id: number;
  /** Epoch milliseconds. */
  readonly nextAt: number;
  /** Whether it has had all its attempts. */
  readonly parked: boolean;
}

/** What the end of an attempt means. */
export interface Verdict {
  readonly settlement: Settlement;
  /** Other records whose failures turn out to be their own. */
  readonly charges: readonly Charge[];
  /** The gate's state, where this changed it. */
  readonly change: { readonly state: GateState; readonly reason: string } | undefined;
}

/** An attempt under way: what had succeeded when it began. */
export interface Ticket {
  readonly successes: number;
}

/**
 * The rules of the two kinds of trouble, without I/O: what each outcome says about the record and about the
 * gate. Modes: `up` → (a failure without a result) → `doubt` → (another record fails too, or there is none) →
 * `down` or `held`; `up` → (unreachable) → `down`; → (a refusal that speaks of the set-up, or five alike) →
 * `held`; any success → `up`, as does any readable answer unless the hold is about refusals.
 */
export class Governor {
  readonly #settings: DeliverySettings;
  readonly #random: Random;
  #mode: Mode = { kind: 'up' };
  /** Posts allowed at once while up; starts at one, so that a gate that comes back is not flooded. */
  #window = 1;
  #successes = 0;
  /** Records tried in vain since the last success, by id, the longest untried first. */
  readonly #tried = new Map<number, Tried>();
  /** First attempts refused alike in a row, and what they were told. */
  #alike = { told: '', orders: new Set<number>() };

  constructor(settings: DeliverySettings, random: Random) {
    this.#settings = settings;
    this.#random = random;
  }

  /** The gate's state as the world sees it; a doubt is not yet trouble. */
  get state(): GateState {
    return this.#mode.kind === 'doubt' ? 'up' : this.#mode.kind;
  }

  /** Whether records that fail are passed by, since another one is wanted to tell. */
  get doubtful(): boolean {
    return this.#mode.kind === 'doubt';
  }

  /** Whether every fresh event is tried at once, though the gate is held. */
  get triesFresh(): boolean {
    return this.#mode.kind === 'held' && this.#mode.cause === 'alike';
  }

  /** How many posts may start beside those under way. Probes are not counted here. */
  allowance(underWay: number): number {
    if (this.#mode.kind === 'up') return Math.max(0, this.#window - underWay);
    return this.#mode.kind === 'doubt' && underWay === 0 ? 1 : 0;
  }

  /** Why the gate is down or held, in plain words; empty while it is up. */
  get reason(): string {
    return this.#mode.kind === 'down' || this.#mode.kind === 'held' ? this.#mode.reason : '';
  }

  /** Whether a record was tried in vain since the last success. */
  tried(id: number): boolean {
    return this.#tried.has(id);
  }

  /** How many records were tried in vain since the last success. */
  get triedCount(): number {
    return this.#tried.size;
  }

  /** The record to probe with: one not tried in vain yet, else the one whose try is the longest ago. */
  probe(candidates: readonly Pending[]): Pending | undefined {
    const other = candidates.find(({ id }) => !this.#tried.has(id));
    if (other !== undefined) return other;
    const byId = new Map(candidates.map((candidate) => [candidate.id, candidate]));
    for (const id of this.#tried.keys()) {
      const candidate = byId.get(id);
      if (candidate !== undefined) return candidate;
    }
    return undefined;
  }

  /** An attempt begins. */
  begin(): Ticket {
    return { successes: this.#successes };
  }

  /**
   * An attempt has ended.
   * @param now the wall clock, epoch milliseconds
   */
  end(record: Pending, ticket: Ticket, outcome: Outcome, now: number): Verdict {
    const before = this.state;
    this.#tried.delete(record.id);
    const settled = this.#judge(record, ticket, outcome, now);
    const change = this.state === before ? undefined : { state: this.state, reason: this.reason };
    return { ...settled, change };
  }

  /** There is no other record that could settle a doubt: then it is trouble. Returns the change of state. */
  noOther(): Verdict['change'] {
    if (this.#mode.kind !== 'doubt') return undefined;
    this.#trouble(this.#mode.verdict);
    return { state: this.state, reason: this.reason };
  }

  #judge(record: Pending, ticket: Ticket, outcome: Outcome, now: number): Omit<Verdict, 'change'> {
    switch (outcome.kind) {
      case 'delivered':
        return this.#succeeded(now);
      case 'refused':
        return { settlement: this.#refused(record, outcome, now), charges: [] };
      default:
        return { settlement: this.#failed(record, ticket, outcome, now), charges: [] };
    }
  }

  #succeeded(now: number): Omit<Verdict, 'change'> {
    this.#successes += 1;
    this.#alike = { told: '', orders: new Set() };
    const charges = [...this.#tried]
      .filter(([, tried]) => tried.failed)
      .map(([id, tried]) => ({ id, ...this.#charge(tried, now) }));
    this.#tried.clear();
    this.#answered();
    return { settlement: { state: 'delivered', sent: undefined }, charges };
  }

  #refused(record: Pending, outcome: Outcome & { kind: 'refused' }, now: number): Settlement {
    const { strikes, refusals } = record;
    if (outcome.means === 'setup') {
      this.#trouble({ kind: 'held', cause: 'setup', reason: outcome.reason });
      this.#tried.set(record.id, { strikes, refusals, failed: false });
      return { state: 'pending', nextAt: undefined, refusals, strikes };
    }
    const mode = this.#mode;
    const holdsRefusals = mode.kind === 'held' && mode.cause !== 'misconfigured';
    if (!holdsRefusals) this.#answered();
    if (outcome.means === 'final') return { state: 'parked', why: outcome.reason };
    if (holdsRefusals) {
      this.#tried.set(record.id, { strikes, refusals, failed: false });
      return { state: 'pending', nextAt: undefined, refusals, strikes };
    }
    if (record.attempts === 0 && this.#countAlike(record.id, outcome)) {
      const reason = `${ALIKE} orders in a row were refused alike, none accepted: ${outcome.reason}`;
      this.#trouble({ kind: 'held', cause: 'alike', reason });
    }
    return this.#refuse(record, outcome.reason, now);
  }

  /** Counts first refusals of the same wording; true when they are enough to speak of the set-up. */
  #countAlike(id: number, outcome: Outcome & { kind: 'refused' }): boolean {
    const told = JSON.stringify([outcome.result, outcome.description]);
    if (told !== this.#alike.told) this.#alike = { told, orders: new Set() };
    this.#alike.orders.add(id);
    return this.#alike.orders.size >= ALIKE;
  }

  /** No readable result: the record's fault only where others succeed meanwhile. */
  #failed(record: Pending, ticket: Ticket, outcome: Outcome, now: number): Settlement {
    const { strikes, refusals } = record;
    // A wrong address that others do not meet is told apart at once; a lost answer needs to be seen three times.
    const score = {
      strikes: outcome.kind === 'misconfigured' ? Math.max(strikes, STRIKES - 1) : strikes,
      refusals,
    };
    const sure = outcome.kind === 'unreachable' || (outcome.kind === 'misconfigured' && !outcome.sent);
    if (!sure && this.#successes > ticket.successes) {
      const { parked, ...charged } = this.#charge(score, now);
      return parked ? { state: 'parked', why: outcome.reason } : { state: 'pending', ...charged };
    }
    this.#tried.set(record.id, { ...score, failed: true });
    const trouble: Trouble =
      outcome.kind === 'misconfigured'
        ? { kind: 'held', cause: 'misconfigured', reason: outcome.reason }
        : { kind: 'down', cause: 'away', reason: outcome.reason };
    if (this.#mode.kind === 'up' && !sure && outcome.retryAfterMs === undefined)
      this.#mode = { kind: 'doubt', verdict: trouble };
    else this.#trouble(trouble);
    // Its own schedule once three were its own: until then it takes its turn with the others.
    return { state: 'pending', nextAt: undefined, refusals, strikes };
  }

  /** The gate said something readable. */
  #answered(): void {
    if (this.#mode.kind === 'down' || this.#mode.kind === 'held') this.#window = 1;
    else this.#window = Math.min(this.#settings.concurrency, this.#window + 1);
    this.#mode = { kind: 'up' };
  }

  #trouble(trouble: Trouble): void {
    this.#mode = trouble;
  }

  /** One failure more is known to be the record's own; the third puts it on the refusal schedule. */
  #charge({ strikes, refusals }: Score, now: number): Omit<Charge, 'id'> {
    const { outage, refusal } = this.#settings;
    const struck = strikes + 1;
    const own = struck >= STRIKES;
    const wait = own
      ? refusalWait(refusal, refusals + 1, this.#random)
      : outageWait(outage, struck, this.#random);
    return {
      strikes: struck,
      refusals: own ? refusals + 1 : refusals,
      nextAt: Math.round(now + wait),
      parked: own && refusals + 1 >= refusal.attempts,
    };
  }

  /** A refusal goes on the record's own schedule; the last one parks it. */
  #refuse({ strikes, refusals }: Pending, why: string, now: number): Settlement {
    const { refusal } = this.#settings;
    if (refusals + 1 >= refusal.attempts) return { state: 'parked', why };
    const nextAt = Math.round(now + refusalWait(refusal, refusals + 1, this.#random));
    return { state: 'pending', nextAt, refusals: refusals + 1, strikes };
  }
}
