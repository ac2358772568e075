import type { Charge, Counted, Pending, Settlement } from '../domain/delivery.ts';
import type { Draft } from '../domain/draft.ts';
import type { ContextFact, Fault, InboundEvent } from '../domain/event.ts';
import type { Attempt } from '../domain/outcome.ts';
import { reason } from '../domain/reason.ts';
import { type Accepted, accept, quarantine } from './accept.ts';
import { auditCompletion, auditReplay, type ByPerson } from './by-person.ts';
import { Committer } from './committer.ts';
import { type Db, openDatabase } from './database.ts';
import { failureOf, normalise, StorageError } from './errors.ts';
import { Facts } from './facts.ts';
import { lockOutbox } from './lock.ts';
import { openOrMend } from './opening.ts';
import type { OutboxOptions } from './options.ts';
import { OutboxPlace } from './place.ts';
import { salvage } from './recovery/salvage.ts';
import { type Completion, complete, expire, type ReplayedPart, replay, replayParts } from './reprocess.ts';
import { lastIds, StampedRows } from './tables/clock-shift.ts';
import type { Upkeep } from './tables/meta.ts';
import type { Pruning } from './tables/pruning.ts';
import type { HeldEvent } from './tables/quarantine.ts';
import { prepareTables, type Tables } from './tables/statements.ts';
import type { WaitingEvent } from './tables/waiting.ts';
import { finishTakeOver } from './take-over.ts';

/**
 * The durable outbox: the only way to the file's rows. Writes go through the committer, so that a settled
 * promise means it is on disk, fsync included; reads are immediate, and where storage fails they find nothing.
 */
export class Outbox {
  /** What is read of the file as a whole. */
  readonly upkeep: Facts;
  readonly #options: OutboxOptions;
  /** Undefined for a command beside a daemon: the file is not its own. */
  readonly #place: OutboxPlace | undefined;
  readonly #committer: Committer<Tables>;
  /** Set while the file has reached `maxSize` and nothing delivered is left to make room. */
  #full: StorageError | undefined;
  /** Monotonic milliseconds: since when nothing is taken, as was told. */
  #failedSince: number | undefined;
  readonly #stamped: StampedRows;
  /** Monotonic milliseconds: since when this process stamps rows. */
  readonly #began: number;

  /** @throws Failure (1) where another daemon has it, it is from a newer version, or it cannot be opened */
  constructor(options: OutboxOptions) {
    this.#options = options;
    const { hooks, clock, path, exclusive = true } = options;
    const lock = exclusive ? lockOutbox(path) : undefined;
    try {
      if (lock !== undefined) finishTakeOver(path, clock.now());
      const prove = (db: Db) => lastIds(db);
      const { db, proved } = openOrMend(path, prove, exclusive ? (error) => this.#mend(error) : undefined);
      this.#stamped = new StampedRows(proved);
      this.#began = clock.monotonic();
      const place = lock && new OutboxPlace(path, lock, clock, (what) => hooks.replaced?.(what));
      this.#place = place;
      this.#committer = new Committer<Tables>(
        {
          open: () => openDatabase(path, false),
          prepare: (opened) => {
            const tables = prepareTables(opened, options);
            place?.opened();
            return tables;
          },
          mend: exclusive ? (error) => this.#mend(error) : undefined,
          place,
          onFailed: () => this.#tell(),
          onRecovered: () => this.#tell(),
          onCommit: (jobs, ms) => hooks.committed(jobs, ms),
          monotonic: () => clock.monotonic(),
        },
        db,
      );
    } catch (error) {
      lock?.release();
      throw failureOf(normalise(error, path));
    }
    this.upkeep = new Facts((read, otherwise) => this.#read(read, otherwise));
  }

  /** Why nothing can be written at the moment, or undefined while all is well. */
  get failure(): StorageError | undefined {
    return this.#committer.failure ?? this.#full;
  }

  /** Whether rows can be read and written at the moment. */
  get usable(): boolean {
    return this.#committer.failure === undefined;
  }

  /** Makes an event's draft a record, pending or waiting; or finds it known, a conflict or wrong after all. */
  accept(event: InboundEvent, draft: Draft): Promise<Accepted> {
    return this.#arrive((tables) => accept(tables, this.#arrival(event), draft));
  }

  /** Takes all sessions of one message in, in one transaction; what became of each, in their order. */
  acceptAll(parts: readonly ReplayedPart[]): Promise<readonly Accepted[]> {
    return this.#arrive((tables) =>
      parts.map(({ event, source, draft, orderNo }) =>
        'complete' in draft
          ? accept(tables, this.#arrival(event), draft)
          : quarantine(tables, event, source, draft, orderNo),
      ),
    );
  }

  /** Keeps an event that could not become a record. */
  quarantine(
    event: InboundEvent,
    source: string,
    fault: Fault,
    orderNo: string | undefined,
  ): Promise<Accepted> {
    return this.#arrive((tables) => quarantine(tables, event, source, fault, orderNo));
  }

  /** Keeps a fact; returns what waited for it, to be mapped again (`complete`, `replay`). */
  learn(fact: ContextFact, graceMs: number): Promise<{ records: number[]; quarantined: number[] }> {
    return this.#arrive(({ contexts, waiting, quarantine }) => {
      contexts.put(fact, this.#options.clock.now(), graceMs);
      return {
        records: waiting.waitingFor(fact.context, fact.key),
        quarantined: quarantine.lateFor(fact.context, fact.key),
      };
    });
  }

  /** A waiting record's event. */
  waiting(id: number): WaitingEvent | undefined {
    return this.#read(({ waiting }) => waiting.get(id), undefined);
  }

  /** The waiting records whose wait is over. */
  overdue(limit: number): WaitingEvent[] {
    return this.#read(({ waiting }) => waiting.overdue(this.#options.clock.now(), limit), []);
  }

  /** Looks again whether a waiting record is complete; `draft` is its event mapped with today's config. */
  complete(waiting: WaitingEvent, draft: Draft, by?: ByPerson): Promise<Completion> {
    return this.#committer.submit((tables) => {
      const arrival = this.#arrival(waiting);
      const result = complete(tables, arrival, waiting, draft);
      if (by !== undefined) auditCompletion(tables, arrival.now, waiting.orderNo, result, by);
      return result;
    });
  }

  /** Ends a wait: the event goes to quarantine with what is missing, unless it became complete at the last moment. */
  expire(waiting: WaitingEvent, draft: Draft | Fault): Promise<Completion> {
    return this.#arrive((tables) => expire(tables, this.#arrival(waiting), waiting, draft));
  }

  /** An open quarantined event whose payload is whole. */
  held(id: number): HeldEvent | undefined {
    const event = this.#read(({ quarantine }) => quarantine.get(id), undefined);
    return event?.state === 'open' && event.payload !== undefined
      ? { ...event, payload: event.payload }
      : undefined;
  }

  /** The ids of open events that were refused because their end was implausible, from this id on. */
  implausible(from: number, limit: number): number[] {
    return this.#read(({ quarantine }) => quarantine.implausible(from, limit), []);
  }

  /** Takes a quarantined event the way of a fresh one; `draft` is its event mapped with today's config. */
  replay(event: HeldEvent, draft: Draft | Fault, by?: ByPerson): Promise<Accepted> {
    return this.#committer.submit((tables) => {
      const arrival = this.#arrival(event);
      const result = replay(tables, arrival, event, draft, by?.replace);
      if (by !== undefined) auditReplay(tables, arrival.now, event, [result], by);
      return result;
    });
  }

  /** Takes a quarantined event apart that holds several sessions; empty where it is not open any more. */
  replayParts(event: HeldEvent, parts: readonly ReplayedPart[], by?: ByPerson): Promise<readonly Accepted[]> {
    return this.#arrive((tables) => {
      const arrival = this.#arrival(event);
      const results = replayParts(tables, arrival, event, parts);
      if (by !== undefined) auditReplay(tables, arrival.now, event, results, by);
      return results;
    });
  }

  /** The records to post next, in order. */
  ready(order: 'newest-first' | 'oldest-first', limit: number): Pending[] {
    return this.#read(({ records }) => records.ready(order, limit), []);
  }

  /** A record, where it is pending and not deferred. */
  pending(id: number): Pending | undefined {
    return this.#read(({ records }) => records.pending(id), undefined);
  }

  /** When the next deferred record falls due, epoch milliseconds; undefined where none is deferred. */
  nextDeferred(): number | undefined {
    return this.#read(({ records }) => records.nextDeferred(), undefined);
  }

  /** Makes deferred records ready whose time has come; returns how many. */
  promote(limit: number): Promise<number> {
    return this.#committer.submit(({ records }) => records.promote(this.#options.clock.now(), limit));
  }

  /**
   * Writes how an attempt ended. Kept over a storage failure: what the gate said must not be forgotten, or the
   * record would be sent again without need. False where a hand parked the record meanwhile, or began its counts anew.
   */
  settle(id: number, attempt: Attempt, settlement: Settlement, counted?: Counted): Promise<boolean> {
    if (settlement.state === 'delivered') this.#stamped.delivered(id);
    return this.#committer.submit(({ settling }) => settling.settle(id, attempt, settlement, counted), true);
  }

  /** Moves a record's schedule without an attempt of its own: another one's success says its failures were its fault. */
  charge(charge: Charge, counted?: Counted): Promise<boolean> {
    const now = this.#options.clock.now();
    return this.#committer.submit(({ settling }) => settling.charge(charge, now, counted), true);
  }

  /** Runs a step of upkeep in the next commit. */
  keep<T>(step: (upkeep: Upkeep) => T): Promise<T> {
    return this.#committer.submit(({ upkeep }) => step(upkeep));
  }

  /** Runs a step of forgetting in the next commit. */
  prune<T>(step: (pruning: Pruning) => T): Promise<T> {
    return this.#committer.submit(({ pruning }) => step(pruning));
  }

  /** The wall clock was found unchanged: what is stamped by now was stamped by it. Called as often as the clock is looked at. */
  clockUnchanged(): void {
    this.#stamped.unchanged(this.#read(({ upkeep }) => upkeep.lastIds(), this.#stamped.last));
  }

  /**
   * The wall clock was set, by so many milliseconds: what is planned keeps its distance from now, and all that was
   * stamped since the start is stamped anew. In steps: intake and delivery go on meanwhile.
   */
  async clockJumped(by: number): Promise<void> {
    const { clock } = this.#options;
    const to = clock.now();
    const jump = { by, to, from: to - by, running: clock.monotonic() - this.#began };
    const last = this.#read(({ upkeep }) => upkeep.lastIds(), this.#stamped.last);
    for (const step of this.#stamped.restamp(jump, last))
      await this.#committer.submit(({ upkeep }) => upkeep.run(step), true);
  }

  /**
   * Looks at the file's size; where it has reached `maxSize`, makes room by the oldest delivered records, and
   * where there are none, by what is worth less than a record (contexts, rows of dropped events); and where that is
   * gone too, lets nothing in until there is room again. Returns how many records went.
   */
  async checkSize(): Promise<number> {
    const { maxSize, clock, path } = this.#options;
    let gone = 0;
    while (this.usable && this.upkeep.size().used >= maxSize) {
      const went = await this.prune((pruning) => pruning.shrink(clock.now()));
      gone += went;
      if (went > 0 || (await this.#committer.submit(makeRoom)) > 0) continue;
      this.#full ??= new StorageError(reason('storage.full-by-limit', { path }), 'PILEGATE_MAX_SIZE');
      this.#tell();
      return gone;
    }
    if (this.usable) this.#full = undefined;
    this.#tell();
    return gone;
  }

  /** Checks that the file is still at its name. Called at least once a second: at rest no commit would notice. */
  checkPlace(): void {
    this.#committer.checkPlace();
  }

  /** Commits what is queued, closes the file and lets go of it. */
  close(): void {
    this.#committer.close();
    this.#place?.release();
  }

  /** A read finds nothing where storage fails, which is noticed; beside a daemon it throws. */
  #read<T>(read: (tables: Tables) => T, otherwise: T): T {
    try {
      return read(this.#committer.tables);
    } catch (error) {
      const known = normalise(error, this.#options.path);
      if (this.#place === undefined) throw known;
      if (known instanceof StorageError) this.#committer.noticed(known);
      // While a damaged file is mended nothing is open.
      if (this.#committer.failure === undefined) throw known;
      return otherwise;
    }
  }

  /** Tells of failure and recovery, each once, whatever the reasons are. */
  #tell(): void {
    const { hooks, clock } = this.#options;
    const { failure } = this;
    if (failure !== undefined && this.#failedSince === undefined) {
      this.#failedSince = clock.monotonic();
      hooks.failed(failure);
    } else if (failure === undefined && this.#failedSince !== undefined) {
      const failedForMs = clock.monotonic() - this.#failedSince;
      this.#failedSince = undefined;
      hooks.recovered(failedForMs);
    }
  }

  *#mend(error: StorageError): Generator<void, void> {
    const { path, clock, hooks } = this.#options;
    const report = yield* salvage(path, clock.now(), error.message);
    // A false alarm is over when storage is back.
    if (report.aside !== undefined) hooks.salvaged?.(report);
  }

  #arrival<T extends InboundEvent>(event: T) {
    return { event, now: this.#options.clock.now(), buildDate: this.#options.buildDate };
  }

  /** A write that needs room: refused where the file has reached its size. */
  #arrive<T>(run: (tables: Tables) => T): Promise<T> {
    return this.#full === undefined ? this.#committer.submit(run) : Promise.reject(this.#full);
  }
}

/** Rows a step of making room takes: some milliseconds of work. */
const ROOM_ROWS = 500;

function makeRoom({ contexts, quarantine }: Tables): number {
  return contexts.shrink(ROOM_ROWS) || quarantine.forgetDropped(ROOM_ROWS);
}
