import type { GateView, Pending } from '../domain/delivery.ts';
import type { Outcome } from '../domain/outcome.ts';
import { reason } from '../domain/reason.ts';
import { attempt, withSent } from './attempt.ts';
import { AttemptGuard } from './attempt-guard.ts';
import { CircuitBreaker } from './circuit-breaker.ts';
import { tellAttempt } from './delivery-log.ts';
import { DueTimer } from './due-timer.ts';
import { GateStatus } from './gate-status.ts';
import { OutcomeWriter } from './outcome-writer.ts';
import { Picker } from './picker.ts';
import type { DeliveryDeps } from './ports.ts';
import { ProbeLoop } from './probe-loop.ts';
import { SendMark } from './send-mark.ts';

/** Deferred records made ready in one commit. */
const PROMOTE = 500;
/** Records passed by in one look; where more were tried in vain, the ones tried first come round again. */
const LOOK = 2_000;
/** Rows that could not be read are read again after so long, milliseconds. */
const REREAD_MS = 5_000;
/** A probe without a record: no fresh event waits for it. */
const NOBODY_WAITS = -1;
/** While it stops: how often it looks whether storage has failed, milliseconds. */
const STOP_LOOK_MS = 100;

/**
 * The worker between outbox and gate. `start()` → posts while the gate is up, probes it while it is down or
 * held → `stop()`, which waits for the answers under way. All state that matters is in the store: after a crash
 * only what was under way can be posted again.
 */
export class DeliveryWorker {
  readonly #deps: DeliveryDeps;
  readonly #picker: Picker;
  readonly #governor: CircuitBreaker;
  readonly #watch: GateStatus;
  readonly #outage: ProbeLoop;
  readonly #deferral: DueTimer;
  readonly #settler: OutcomeWriter;
  readonly #guard: AttemptGuard;
  /** Where what was being sent must not be sent again by itself after a crash. */
  readonly #mark: SendMark | undefined;
  /** Ids under way: from the pick until the outcome is on disk. */
  readonly #underWay = new Set<number>();
  /** Posts whose answer is waited for. */
  #unanswered = 0;
  /** Ids that arrived during an inferred hold and were not tried yet. */
  #fresh: number[] = [];
  /** The record that arrived last while the gate was not up, until a probe was made of it. */
  #newcomer: number | undefined;
  #arrivals = false;
  #stopped = true;
  #ended: (() => void) | undefined;
  #reread: NodeJS.Timeout | undefined;
  /** Runs while the pace is what posts wait for. */
  #pacing: NodeJS.Timeout | undefined;

  constructor(deps: DeliveryDeps) {
    const { settings, store, clock, random } = deps;
    this.#deps = deps;
    this.#picker = new Picker(store, settings.order);
    this.#governor = new CircuitBreaker(settings, random, () => clock.monotonic(), deps.hold !== undefined);
    this.#watch = new GateStatus(deps);
    this.#guard = new AttemptGuard({ limitMs: settings.attemptMs, monotonic: () => clock.monotonic() });
    this.#mark = deps.hold && new SendMark(deps.hold.marks);
    this.#deferral = new DueTimer(clock, () => void this.#promote());
    this.#settler = new OutcomeWriter(deps, {
      complete: () => this.#unanswered === 0,
      moved: (nextAt) => {
        this.#picker.refresh();
        // After the end a timer would only keep the process: the rows say when to go on.
        if (!this.#stopped) this.#deferral.add(nextAt);
      },
    });
    this.#outage = new ProbeLoop({
      backoff: settings.outage,
      clock,
      random,
      over: () => this.#stopped || !this.#governor.probes,
      ask: () => this.#ask(),
      probe: () => this.#probe(),
      post: (record) => this.#post(record),
    });
  }

  /** How the gate is. */
  get gate(): GateView {
    return this.#watch.view;
  }

  /** Attempts that did not end in time and have still not ended. */
  get stuckAttempts(): Pick<AttemptGuard, 'stuck' | 'stuckForMs'> {
    return this.#guard;
  }

  /** How many posts are under way. */
  get underWay(): number {
    return this.#underWay.size;
  }

  /**
   * Starts to post.
   * @param before the stopped delivery that this one follows, if any: a gate that was down or held is probed at once
   */
  start(before?: DeliveryWorker): void {
    if (before !== undefined) {
      this.#governor.follow(before.#governor);
      this.#watch.follow(before.#watch);
    }
    this.#stopped = false;
    // After a worker of this process nothing is open: it waited for every answer.
    if (before === undefined) this.#parkUnfinished();
    this.refresh();
    this.#outage.probeNow();
  }

  /** A fresh record is on disk. Many that came with one commit are looked at together. */
  arrived(id: number): void {
    const { probes, triesFresh } = this.#governor;
    if (!probes) this.#picker.arrived(id);
    else if (triesFresh) this.#fresh.push(id);
    else this.#newcomer = id;
    if (this.#arrivals) return;
    this.#arrivals = true;
    setImmediate(() => {
      this.#arrivals = false;
      this.#picker.refresh();
      if (this.#newcomer !== undefined) this.#outage.arrived();
      this.#fill();
    });
  }

  /** The rows changed by another hand, or storage or the clock did: everything is looked at again. */
  refresh(): void {
    const { store } = this.#deps;
    if (this.#stopped || !store.writable()) return;
    this.#picker.refresh();
    this.#reading(() => this.#deferral.set(store.nextDeferred()));
    this.#outage.poke();
    this.#fill();
  }

  /** The set-up may have been mended: probes at once. */
  probeNow(): void {
    this.#outage.probeNow();
  }

  /**
   * Starts nothing more, and resolves when every answer under way is there and on disk; where storage is failed,
   * when the store knows of every answer. It writes them once it can, before anyone reads; if the process ends first,
   * their rows stay pending, and may be posted again.
   */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#deferral.set(undefined);
    clearTimeout(this.#reread);
    clearTimeout(this.#pacing);
    this.#outage.poke();
    const isTold = () => this.#unanswered === 0 && this.#settler.gathering === 0;
    while (!isTold() || (this.#underWay.size > 0 && this.#deps.store.writable())) {
      await new Promise<void>((resolve) => {
        const look = setTimeout(resolve, STOP_LOOK_MS);
        this.#ended = () => {
          clearTimeout(look);
          resolve();
        };
      });
    }
    this.#guard.close();
  }

  /** Starts as many posts as the gate may get now. */
  #fill(): void {
    if (this.#stopped || !this.#deps.store.writable()) return;
    const governor = this.#governor;
    while (governor.allowance(this.#underWay.size) > 0) {
      const record = this.#reading(() => this.#pick());
      if (record === undefined) {
        governor.idle();
        break;
      }
      void this.#post(record);
    }
    this.#awaitPace();
    if (governor.doubtful && this.#underWay.size === 0) {
      governor.decide();
      this.#watch.look(governor.state, governor.reason);
    }
    this.#tryFresh();
    if (governor.probes) this.#outage.run();
  }

  /** Goes on when the gate's pace has it. */
  #awaitPace(): void {
    const { paceMs } = this.#governor;
    if (paceMs === 0 || this.#pacing !== undefined) return;
    this.#pacing = setTimeout(() => {
      this.#pacing = undefined;
      this.#fill();
    }, Math.ceil(paceMs));
  }

  /** The next record in order; while a failure is in doubt, one that was not tried in vain. */
  #pick(): Pending | undefined {
    const skipped = this.#busy + Math.min(this.#governor.passedBy, LOOK);
    return this.#picker.next((id) => this.#isBusy(id) || this.#governor.passesBy(id), skipped);
  }

  /** While a hold is only inferred, each fresh event is tried once, at once. */
  #tryFresh(): void {
    if (!this.#governor.triesFresh) this.#fresh = [];
    while (this.#fresh.length > 0 && this.#underWay.size < this.#deps.settings.concurrency) {
      if (this.#outage.leftAlone) return;
      const id = this.#fresh.shift() ?? 0;
      const record = this.#reading(() => this.#picker.one(id));
      if (record !== undefined && !this.#isBusy(id)) void this.#post(record);
    }
  }

  /** Parks what was being sent when the last process ended: nobody knows whether it arrived. */
  #parkUnfinished(): void {
    const { store, clock } = this.#deps;
    for (const { id, attempts } of this.#reading(() => this.#mark?.left()) ?? []) {
      const record = this.#reading(() => store.pending(id));
      if (record === undefined || record.attempts !== attempts) continue;
      this.#underWay.add(id);
      const why = reason('gate.ended-while-sending', {});
      const outcome: Outcome = { kind: 'unanswered', reason: why };
      const parked = { state: 'parked', why: reason('gate.unanswered-held', { why }) } as const;
      void this.#settler.settle(record, { at: clock.now(), ms: 0, outcome }, parked, []).then((stood) => {
        this.#underWay.delete(id);
        this.#ended?.();
        this.#fill();
        const { log } = this.#deps;
        const gate = this.#governor.state;
        tellAttempt(log, { record, outcome, settlement: parked, ms: 0, sinceEventMs: 0, stood, gate });
      });
    }
  }

  /** Where a record may not be risked, asks the gate without one; whether that is all for this time. */
  async #ask(): Promise<boolean> {
    const { hold, clock } = this.#deps;
    if (hold === undefined || !this.#governor.asksFirst) return false;
    const began = clock.monotonic();
    const outcome = await hold.probe();
    this.#governor.probed(outcome);
    const { state, probes, reason: why } = this.#governor;
    if (outcome.kind !== 'answered') this.#outage.failed(began, outcome, NOBODY_WAITS);
    this.#watch.look(state, why);
    if (probes) return outcome.kind !== 'answered';
    this.#outage.mended();
    this.#newcomer = undefined;
    setImmediate(() => this.#fill());
    return true;
  }

  /** The record to probe with; none while others are under way, which tell as well. */
  #probe(): Pending | undefined {
    const governor = this.#governor;
    const most = governor.triesFresh ? this.#deps.settings.concurrency : 1;
    if (!this.#deps.store.writable() || this.#underWay.size >= most) return undefined;
    const newcomer = this.#newcomer;
    this.#newcomer = undefined;
    return this.#reading(() => {
      const fresh = newcomer === undefined || this.#isBusy(newcomer) ? undefined : this.#picker.one(newcomer);
      const look = Math.min(governor.passedBy + this.#busy + 1, LOOK);
      return fresh ?? governor.probe(this.#picker.first(look).filter(({ id }) => !this.#isBusy(id)));
    });
  }

  /** How many ready rows are not to be picked: they are under way, or held back. */
  get #busy(): number {
    return this.#underWay.size + this.#settler.holding;
  }

  #isBusy(id: number): boolean {
    return this.#underWay.has(id) || this.#settler.holds(id);
  }

  async #post(record: Pending): Promise<void> {
    const { clock, log } = this.#deps;
    this.#underWay.add(record.id);
    const ticket = this.#governor.begin(record.id);
    this.#unanswered += 1;
    const send = !this.#mark || (await this.#mark.begin(record)) ? this.#deps.send : unmarked;
    const { outcome, sent, at, began, ms, sinceEventMs } = await attempt(
      { ...this.#deps, send },
      record,
      this.#guard,
    );
    this.#unanswered -= 1;
    const verdict = this.#governor.end(record, ticket, outcome, clock.now());
    this.#look(outcome, began, clock.now() - record.receivedAt);
    const settlement = withSent(verdict.settlement, record, sent);
    const tried = { at, ms: Math.round(ms), outcome };
    const stood = await this.#settler.settle(record, tried, settlement, verdict.charges);
    this.#mark?.end(record.id);
    this.#underWay.delete(record.id);
    const gate = this.#governor.state;
    this.#ended?.();
    this.#outage.poke();
    this.#fill();
    // Told after the next post has begun: the gate has something to do meanwhile.
    tellAttempt(log, { record, outcome, settlement, ms, sinceEventMs, stood, gate });
  }

  /**
   * An attempt has ended: how is the gate now?
   * @param began when it began, monotonic milliseconds
   * @param age for how long its event has been here by the wall clock, milliseconds
   */
  #look(outcome: Outcome, began: number, age: number): void {
    const { state, probes, doubtful, reason: why, pauseMs } = this.#governor;
    const retryAfterMs = Math.max(pauseMs ?? 0, outcome.retryAfterMs ?? 0);
    if (outcome.kind !== 'delivered')
      this.#outage.failed(began, retryAfterMs > 0 ? { ...outcome, retryAfterMs } : outcome, age);
    if (!probes && !doubtful) {
      this.#outage.mended();
      this.#newcomer = undefined;
    }
    this.#watch.look(state, why);
  }

  async #promote(): Promise<void> {
    const { store } = this.#deps;
    if (this.#stopped || !store.writable()) return;
    try {
      await store.promote(PROMOTE);
      this.refresh();
    } catch (error) {
      // Failed storage has said so; when it is back, everything is looked at again.
      if (store.writable()) this.#tryLater(error);
    }
  }

  /** Reads rows; where they cannot be read, says so and looks again later. */
  #reading<T>(read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      this.#tryLater(error);
      return undefined;
    }
  }

  #tryLater(error: unknown): void {
    if (this.#stopped) return;
    this.#deps.log.error({ err: error }, 'the outbox could not be read: trying again');
    clearTimeout(this.#reread);
    this.#reread = setTimeout(() => this.refresh(), REREAD_MS);
  }
}

/** Nothing is sent that could not be marked. */
function unmarked(): Promise<Outcome> {
  return Promise.resolve({ kind: 'unreachable', reason: reason('gate.unmarked', {}) });
}
