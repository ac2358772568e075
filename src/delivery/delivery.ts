import pRetry from 'p-retry';
import type { Outcome } from '../domain/outcome.ts';
import { STATION_FIELDS, withIdentity } from '../domain/record.ts';
import { Deferral } from './deferral.ts';
import { Governor, type Verdict } from './governor.ts';
import { Nap } from './nap.ts';
import { Picker } from './picker.ts';
import type { DeliveryDeps, GateView, Pending, Settlement } from './ports.ts';
import { outageWait } from './schedule.ts';
import { tellAttempt, tellGate } from './story.ts';

/** A fresh event brings the next probe forward, but such probes are never closer than this, milliseconds. */
const FRESH_PROBE_MS = 5_000;
/** Deferred records made ready in one commit. */
const PROMOTE = 500;
/** Records looked at for a probe; beyond so many tried in vain, the ones tried first come round again. */
const PROBE_LOOK = 2_000;
/** A deadline that has always passed. */
const NOW = Number.NEGATIVE_INFINITY;

/**
 * The worker between outbox and gate. `start()` → posts while the gate is up, probes it while it is down or
 * held → `stop()`, which waits for the answers under way. All state that matters is in the store: after a crash
 * only what was under way can be posted again.
 */
export class Delivery {
  readonly #deps: DeliveryDeps;
  readonly #picker: Picker;
  readonly #governor: Governor;
  readonly #deferral: Deferral;
  /** Ids under way: from the pick until the outcome is on disk. */
  readonly #underWay = new Set<number>();
  readonly #nap: Nap;
  #view: GateView;
  /** When `#view` changed, monotonic milliseconds. */
  #changedAt: number;
  #stopped = true;
  #idle: (() => void) | undefined;
  /** Set while the outage loop runs. */
  #loop: Promise<void> | undefined;
  /** Records that arrived while the gate was not up, and were not tried yet. */
  #fresh = 0;
  #arrivals = false;
  /** Monotonic milliseconds: when the next probe is due (while one is waited for), when the last post failed, and until when the gate asked to be left alone. */
  #probeAt: number | undefined;
  #failedAt = NOW;
  #leaveAlone = NOW;

  constructor(deps: DeliveryDeps) {
    const { clock } = deps;
    this.#deps = deps;
    this.#picker = new Picker(deps.store, deps.settings.order, () => clock.now());
    this.#governor = new Governor(deps.settings, deps.random);
    this.#deferral = new Deferral(
      () => clock.now(),
      () => void this.#promote(),
    );
    this.#nap = new Nap(() => clock.monotonic());
    this.#view = { state: 'up', since: clock.now(), reason: '' };
    this.#changedAt = clock.monotonic();
  }

  /** How the gate is. */
  get gate(): GateView {
    return { ...this.#view, reason: this.#governor.reason };
  }

  /** How many posts are under way. */
  get underWay(): number {
    return this.#underWay.size;
  }

  /** Starts to post. */
  start(): void {
    this.#stopped = false;
    this.refresh();
  }

  /** A fresh record is on disk. Many that came with one commit are looked at together. */
  arrived(): void {
    if (this.#governor.state !== 'up') this.#fresh += 1;
    if (this.#arrivals) return;
    this.#arrivals = true;
    setImmediate(() => {
      this.#arrivals = false;
      this.#picker.refresh();
      this.#bringForward();
      this.#fill();
    });
  }

  /** The rows changed by another hand, or storage or the clock did: everything is looked at again. */
  refresh(): void {
    if (this.#stopped || !this.#deps.store.writable()) return;
    this.#picker.refresh();
    this.#deferral.set(this.#deps.store.nextDeferred());
    this.#nap.poke();
    this.#fill();
  }

  /** The set-up may have been mended: probes at once. */
  probeNow(): void {
    if (this.#probeAt !== undefined) this.#probeAt = NOW;
    this.#nap.poke();
  }

  /** Starts nothing more, and resolves when every answer under way is on disk. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#deferral.set(undefined);
    this.#nap.poke();
    await this.#loop;
    if (this.#underWay.size > 0) {
      await new Promise<void>((resolve) => {
        this.#idle = resolve;
      });
    }
  }

  /** Starts as many posts as the gate may get now. */
  #fill(): void {
    if (this.#stopped || !this.#deps.store.writable()) return;
    const governor = this.#governor;
    for (let room = governor.allowance(this.#underWay.size); room > 0; room -= 1) {
      const record = this.#pick();
      if (record === undefined) break;
      void this.#post(record);
    }
    if (governor.doubtful && this.#underWay.size === 0) this.#announce(governor.noOther());
    // While a hold is only inferred, each fresh event is tried once, at once.
    while (governor.triesFresh && this.#fresh > 0 && this.#underWay.size < this.#deps.settings.concurrency) {
      this.#fresh -= 1;
      const record = this.#pick();
      if (record !== undefined) void this.#post(record);
    }
    if (governor.state !== 'up' && this.#loop === undefined) this.#loop = this.#outage();
  }

  /** The next record in order; in any trouble one that was not tried in vain yet. */
  #pick(): Pending | undefined {
    const governor = this.#governor;
    const passBy = governor.doubtful || governor.state !== 'up';
    const skipped = this.#underWay.size + (passBy ? Math.min(governor.triedCount, PROBE_LOOK) : 0);
    return this.#picker.next((id) => this.#underWay.has(id) || (passBy && governor.tried(id)), skipped);
  }

  /** One loop for the one fact that the gate is away or the set-up wrong: a probe at a time, for ever, full jitter. */
  async #outage(): Promise<void> {
    this.#fresh = 0;
    const probeUntilUp = async (tries: number): Promise<void> => {
      await this.#waitForProbe(tries);
      if (this.#over()) return;
      const probe = this.#probe();
      if (probe !== undefined) {
        this.#fresh = Math.max(0, this.#fresh - 1);
        await this.#post(probe);
      } else await this.#nap.until(() => (this.#over() || this.#fresh > 0 ? NOW : undefined));
      if (!this.#over()) throw new StillAway();
    };
    // It counts and stops; the wait is ours, since it can be brought forward.
    await pRetry(probeUntilUp, { retries: Number.POSITIVE_INFINITY, minTimeout: 0, factor: 1 });
    this.#loop = undefined;
    this.#fill();
  }

  async #waitForProbe(tries: number): Promise<void> {
    const { settings, clock, random, store } = this.#deps;
    this.#probeAt = Math.max(
      clock.monotonic() + outageWait(settings.outage, tries, random),
      this.#leaveAlone,
    );
    await this.#nap.until(() => (this.#over() ? NOW : this.#probeAt));
    this.#probeAt = undefined;
    await this.#nap.until(() => (this.#over() || store.writable() ? NOW : undefined));
  }

  #probe(): Pending | undefined {
    const look = Math.min(this.#governor.triedCount + this.#underWay.size + 1, PROBE_LOOK);
    return this.#governor.probe(this.#picker.first(look).filter(({ id }) => !this.#underWay.has(id)));
  }

  #over(): boolean {
    return this.#stopped || this.#governor.state === 'up';
  }

  /** A fresh event's car is about to leave: its probe goes soon, but not in a storm, and not where the gate said when. */
  #bringForward(): void {
    if (this.#loop === undefined) return;
    if (this.#probeAt !== undefined)
      this.#probeAt = Math.min(this.#probeAt, Math.max(this.#failedAt + FRESH_PROBE_MS, this.#leaveAlone));
    this.#nap.poke();
  }

  async #post(record: Pending): Promise<void> {
    const { clock, log, observe } = this.#deps;
    this.#underWay.add(record.id);
    const sent = withIdentity(record.record, record.ruled, this.#deps.identity());
    const ticket = this.#governor.begin();
    const [at, started] = [clock.now(), clock.monotonic()];
    const outcome = await this.#send(sent);
    const ms = clock.monotonic() - started;
    const sinceEventMs = Math.max(0, clock.now() - record.receivedAt);
    observe(outcome.kind, ms, outcome.kind === 'delivered' ? sinceEventMs : undefined);
    if (outcome.kind !== 'delivered') this.#failedAt = clock.monotonic();
    if (outcome.retryAfterMs !== undefined)
      this.#leaveAlone = clock.monotonic() + Math.min(outcome.retryAfterMs, this.#deps.settings.outage.max);
    const verdict = this.#governor.end(record, ticket, outcome, clock.now());
    const settlement = withSent(verdict.settlement, record, sent);
    this.#announce(verdict.change);
    const stood = await this.#settle(record, { at, ms: Math.round(ms), outcome }, settlement, verdict);
    this.#underWay.delete(record.id);
    tellAttempt(log, { record, outcome, settlement, ms, sinceEventMs, stood, gate: this.#governor.state });
    if (this.#underWay.size === 0) this.#idle?.();
    this.#fill();
  }

  /** What `send` is given never makes it reject; a defect in it must not lose the record, nor stop the others. */
  async #send(record: Pending['record']): Promise<Outcome> {
    try {
      return await this.#deps.send(record);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.#deps.log.error(
        { err: error, orderNo: record.orderNo },
        'a defect of pilegate: the record could not be posted',
      );
      return { kind: 'unanswered', reason: `a defect of pilegate: ${why}` };
    }
  }

  /** Brings an attempt's end, and what it says of others, to disk; tells whether it stood. */
  async #settle(
    record: Pending,
    attempt: Parameters<DeliveryDeps['store']['settle']>[1],
    settlement: Settlement,
    verdict: Verdict,
  ): Promise<boolean> {
    const { store, log } = this.#deps;
    try {
      const [stood] = await Promise.all([
        store.settle(record.id, attempt, settlement),
        ...verdict.charges.map((charge) => store.charge(charge)),
      ]);
      if (settlement.state === 'pending') {
        this.#picker.refresh();
        this.#deferral.add(settlement.nextAt);
      }
      for (const charge of verdict.charges) this.#deferral.add(charge.parked ? undefined : charge.nextAt);
      return stood;
    } catch (error) {
      // Only at the very end, where storage is still failed: the record stays pending and may be sent twice.
      log.error(
        { err: error, orderNo: record.orderNo, outcome: attempt.outcome.kind },
        'the outcome could not be written',
      );
      return false;
    }
  }

  #announce(change: Verdict['change']): void {
    if (change === undefined) return;
    const { clock, log, keyRemedy } = this.#deps;
    const before = this.#view.state;
    this.#view = { state: change.state, since: clock.now(), reason: change.reason };
    tellGate(log, before, this.#view, clock.monotonic() - this.#changedAt, keyRemedy);
    this.#changedAt = clock.monotonic();
    this.#deps.gateChanged(this.#view);
    this.#nap.poke();
  }

  async #promote(): Promise<void> {
    if (this.#stopped || !this.#deps.store.writable()) return;
    await this.#deps.store.promote(PROMOTE);
    this.refresh();
  }
}

/** Thrown to p-retry: the gate is still away. */
class StillAway extends Error {}

/** The record as it was sent goes to the store where the config has changed since it was made. */
function withSent(settlement: Settlement, record: Pending, sent: Pending['record']): Settlement {
  if (settlement.state !== 'delivered') return settlement;
  const changed = STATION_FIELDS.some((field) => sent[field] !== record.record[field]);
  return changed ? { state: 'delivered', sent } : settlement;
}
