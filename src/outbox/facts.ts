import type { AuditEntry } from '../domain/operator.ts';
import type { Counts, OutboxFacts } from '../domain/snapshot.ts';
import type { Size } from './tables/meta.ts';
import type { Tables } from './tables/statements.ts';

/** Reads of the open file; gives `otherwise` where storage fails. */
export type Read = <T>(read: (tables: Tables) => T, otherwise: T) => T;

/** What is read of the file as a whole; while storage fails, as it was last known. Never throws. */
export class Facts {
  readonly #read: Read;
  #counts: Counts = { waiting: 0, pending: 0, delivered: 0, parked: 0, quarantine: 0 };
  #facts: OutboxFacts = {
    counts: this.#counts,
    dropped: 0,
    oldestPending: undefined,
    lastDelivery: undefined,
  };
  #size: Size = { used: 0, file: 0 };
  #lastDelivery: number | undefined;
  #oldestPending: number | undefined;
  #dataVersion = 0;

  constructor(read: Read) {
    this.#read = read;
  }

  /** Rows by state. */
  counts(): Counts {
    this.#counts = this.#read(({ upkeep }) => upkeep.counts(), this.#counts);
    return this.#counts;
  }

  /** All that `status` shows of the rows. */
  facts(): OutboxFacts {
    this.#facts = this.#read(({ upkeep }) => upkeep.facts(), this.#facts);
    return this.#facts;
  }

  /** How large the file is. */
  size(): Size {
    this.#size = this.#read(({ upkeep }) => upkeep.size(), this.#size);
    return this.#size;
  }

  /** When the last delivery was, epoch milliseconds; undefined where there was none. */
  lastDelivery(): number | undefined {
    this.#lastDelivery = this.#read(({ upkeep }) => upkeep.lastDelivery(), this.#lastDelivery);
    return this.#lastDelivery;
  }

  /** When the oldest pending record arrived, epoch milliseconds; undefined where none is pending. */
  oldestPending(): number | undefined {
    this.#oldestPending = this.#read(({ upkeep }) => upkeep.oldestPending(), this.#oldestPending);
    return this.#oldestPending;
  }

  /** A number that changes when another process has written. */
  dataVersion(): number {
    this.#dataVersion = this.#read(({ upkeep }) => upkeep.dataVersion(), this.#dataVersion);
    return this.#dataVersion;
  }

  /** The latest moment that the file's own rows tell of, epoch milliseconds; undefined where there is none. */
  newestStamp(): number | undefined {
    return this.#read(({ upkeep }) => upkeep.newestStamp(), undefined);
  }

  /** What operators did after the action of this id, in their order. */
  actionsAfter(id: number, limit: number): readonly AuditEntry[] {
    return this.#read(({ audit }) => audit.after(id, limit), []);
  }

  /** A fact stored under a name, or undefined. */
  meta(name: string): string | undefined {
    return this.#read(({ upkeep }) => upkeep.meta(name), undefined);
  }

  /** When something last came from each pile, epoch milliseconds. */
  devices(): readonly (readonly [id: string, lastSeen: number])[] {
    return this.#read(({ upkeep }) => upkeep.devices(), []);
  }
}
