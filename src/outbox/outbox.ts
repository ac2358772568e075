import type { Clock } from '../domain/clock.ts';
import type { Draft } from '../domain/draft.ts';
import type { ContextFact, Fault, InboundEvent } from '../domain/event.ts';
import type { Attempt } from '../domain/outcome.ts';
import { type Accepted, accept, type Completion, complete, expire, quarantine, replay } from './arrival.ts';
import { Committer } from './committer.ts';
import { Contexts } from './contexts.ts';
import { type Db, openDatabase } from './database.ts';
import { StorageError } from './errors.ts';
import { lockOutbox, type OutboxLock } from './lock.ts';
import { type HeldEvent, Quarantine, type QuarantineLimits } from './quarantine.ts';
import { type Charge, type PendingRecord, Records, type Settlement, type WaitingEvent } from './records.ts';
import { Upkeep } from './upkeep.ts';

/** What the outbox needs to be told. */
export interface OutboxOptions {
  readonly path: string;
  readonly limits: QuarantineLimits;
  /** Where the file may not grow further, bytes (`outbox.maxSize`). */
  readonly maxSize: number;
  /** The program's build date, epoch milliseconds: a wall clock before it is not sane. */
  readonly buildDate: number;
  readonly clock: Clock;
  /** False for a command beside a daemon: it writes, but does not claim the file. Default true. */
  readonly exclusive?: boolean;
  readonly hooks: OutboxHooks;
}

/** What the outbox tells of itself. */
export interface OutboxHooks {
  /** Storage fails: nothing is taken until `recovered`. */
  failed(error: StorageError): void;
  /** Storage works again. */
  recovered(failedForMs: number): void;
  /** A commit of so many jobs took so long, milliseconds. */
  committed(jobs: number, ms: number): void;
}

/** All statements of one open file. */
export interface Tables {
  readonly records: Records;
  readonly quarantine: Quarantine;
  readonly contexts: Contexts;
  readonly upkeep: Upkeep;
}

/**
 * The durable outbox: the only way to the file's rows. Writes go through the committer, so that a settled
 * promise means it is on disk, fsync included; reads are immediate.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #lock: OutboxLock | undefined;
  readonly #committer: Committer<Tables>;
  /** Set while the file has reached `maxSize` and nothing delivered is left to make room. */
  #full: StorageError | undefined;
  #fullSince = 0;

  /** @throws Failure where another daemon has it or it is from a newer version; StorageError where it cannot be opened */
  constructor(options: OutboxOptions) {
    this.#options = options;
    const { hooks, clock } = options;
    // The folder comes with the file, the lock lies beside it: so the file is opened once before.
    openDatabase(options.path).close();
    this.#lock = options.exclusive === false ? undefined : lockOutbox(options.path);
    this.#committer = new Committer<Tables>({
      open: () => openDatabase(options.path),
      prepare: (db) => prepareTables(db, options.limits),
      onFailed: (error) => hooks.failed(error),
      onRecovered: (ms) => hooks.recovered(ms),
      onCommit: (jobs, ms) => hooks.committed(jobs, ms),
      monotonic: () => clock.monotonic(),
    });
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
    return this.#committer.submit(({ contexts, records, quarantine }) => {
      contexts.put(fact, this.#options.clock.now(), graceMs);
      return {
        records: records.waitingFor(fact.context, fact.key),
        quarantined: quarantine.lateFor(fact.context, fact.key),
      };
    });
  }

  /** A waiting record's event. */
  waiting(id: number): WaitingEvent | undefined {
    return this.#tables.records.waiting(id);
  }

  /** The waiting records whose wait is over. */
  overdue(limit: number): WaitingEvent[] {
    return this.#tables.records.overdue(this.#options.clock.now(), limit);
  }

  /** Looks again whether a waiting record is complete; `draft` is its event mapped with today's config. */
  complete(waiting: WaitingEvent, draft: Draft): Promise<Completion> {
    return this.#committer.submit((tables) => complete(tables, this.#arrival(waiting), waiting, draft));
  }

  /** Ends a wait: the event goes to quarantine with what is missing, unless it became complete at the last moment. */
  expire(waiting: WaitingEvent, draft: Draft | Fault): Promise<Completion> {
    return this.#arrive((tables) => expire(tables, this.#arrival(waiting), waiting, draft));
  }

  /** An open quarantined event whose payload is whole. */
  held(id: number): HeldEvent | undefined {
    const event = this.#tables.quarantine.get(id);
    return event?.state === 'open' && event.payload !== undefined
      ? { ...event, payload: event.payload }
      : undefined;
  }

  /** Takes a quarantined event the way of a fresh one; `draft` is its event mapped with today's config. */
  replay(event: HeldEvent, draft: Draft | Fault): Promise<Accepted> {
    return this.#committer.submit((tables) => replay(tables, this.#arrival(event), event, draft));
  }

  /** Closes a quarantined event for good, with a person's reason. False where it was not open. */
  discard(id: number, why: string): Promise<boolean> {
    return this.#committer.submit(({ quarantine }) =>
      quarantine.settle(id, 'discarded', this.#options.clock.now(), why),
    );
  }

  /** The records to post next, in order. */
  ready(order: 'newest-first' | 'oldest-first', limit: number): PendingRecord[] {
    return this.#tables.records.ready(order, limit);
  }

  /** When the next deferred record falls due, epoch milliseconds; undefined where none is deferred. */
  nextDeferred(): number | undefined {
    return this.#tables.records.nextDeferred();
  }

  /** Makes deferred records ready whose time has come; returns how many. */
  promote(limit: number): Promise<number> {
    return this.#committer.submit(({ records }) => records.promote(this.#options.clock.now(), limit), true);
  }

  /**
   * Writes how an attempt ended. Kept over a storage failure: what the gate said must not be forgotten, or the
   * record would be sent again without need. False where a hand parked the record meanwhile.
   */
  settle(id: number, attempt: Attempt, settlement: Settlement): Promise<boolean> {
    return this.#committer.submit(({ records }) => records.settle(id, attempt, settlement), true);
  }

  /** Moves a record's schedule without an attempt of its own: another one's success says its failures were its fault. */
  charge(charge: Charge): Promise<void> {
    return this.#committer.submit(({ records }) => records.charge(charge, this.#options.clock.now()), true);
  }

  /** Everything else that is written or read of the file as a whole. */
  get upkeep(): Upkeep {
    return this.#tables.upkeep;
  }

  /** Runs a step of upkeep in the next commit. */
  keep<T>(step: (upkeep: Upkeep) => T): Promise<T> {
    return this.#committer.submit(({ upkeep }) => step(upkeep));
  }

  /**
   * Looks at the file's size; where it has reached `maxSize`, makes room by the oldest delivered records, and
   * where there are none, lets nothing in until there is room again. Returns how many records went.
   */
  async checkSize(): Promise<number> {
    if (this.#committer.failure !== undefined) return 0;
    const { maxSize, clock, hooks, path } = this.#options;
    let gone = 0;
    while (this.upkeep.size().used >= maxSize) {
      const went = await this.keep((upkeep) => upkeep.shrink(clock.now()));
      gone += went;
      if (went > 0) continue;
      if (this.#full === undefined) {
        this.#full = new StorageError(
          `outbox ${path} has reached outbox.maxSize, and every record in it is still needed: raise outbox.maxSize, or see why the gate takes none (pilegate status)`,
          'PILEGATE_MAX_SIZE',
        );
        this.#fullSince = clock.monotonic();
        hooks.failed(this.#full);
      }
      return gone;
    }
    if (this.#full !== undefined) {
      this.#full = undefined;
      hooks.recovered(clock.monotonic() - this.#fullSince);
    }
    return gone;
  }

  /** Gives free pages back to the file system; true while there are more. */
  giveBack(): boolean {
    return this.#committer.failure === undefined && this.upkeep.giveBack();
  }

  /** Commits what is queued, closes the file and lets go of it. */
  close(): void {
    this.#committer.close();
    this.#lock?.release();
  }

  get #tables(): Tables {
    return this.#committer.tables;
  }

  #arrival<T extends { readonly topic: string; readonly payload: Uint8Array; readonly receivedAt: number }>(
    event: T,
  ) {
    return { event, now: this.#options.clock.now(), buildDate: this.#options.buildDate };
  }

  /** A write that needs room: refused where the file has reached its size. */
  #arrive<T>(run: (tables: Tables) => T): Promise<T> {
    return this.#full === undefined ? this.#committer.submit(run) : Promise.reject(this.#full);
  }
}

function prepareTables(db: Db, limits: QuarantineLimits): Tables {
  return {
    records: new Records(db),
    quarantine: new Quarantine(db, limits),
    contexts: new Contexts(db),
    upkeep: new Upkeep(db),
  };
}
