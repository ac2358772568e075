/** What the status page is made of: everything it shows, read at one moment. Times are epoch milliseconds. */
import type { Problem } from '../../domain/health.ts';
import type { Reason } from '../../domain/reason.ts';
import type { StationZone } from '../../domain/station-time.ts';
import type { Slot } from '../history.ts';

/** What of the page follows the config. */
export interface PageSettings {
  readonly station: { readonly id: string; readonly name: string };
  readonly zone: StationZone;
  readonly version: string;
  /** Whether whole plates are shown (`http.showPlates`). */
  readonly showPlates: boolean;
  /** The config's file where a command has to be told it, or undefined where it finds it by itself. */
  readonly configFile: string | undefined;
}

/** How the daemon stands. */
export interface PageState {
  readonly mqtt: { readonly connected: boolean; readonly since: number };
  readonly gate: {
    readonly state: 'up' | 'down' | 'held';
    readonly since: number;
    readonly reason: Reason | undefined;
  };
  /** Why nothing can be stored, or undefined while it can. */
  readonly storage: string | undefined;
  readonly records: Readonly<Record<RecordState, number>>;
  readonly quarantine: number;
  /** When the oldest pending record's event arrived. */
  readonly oldestPending: number | undefined;
}

/** The four states of a record. */
export type RecordState = 'waiting' | 'pending' | 'delivered' | 'parked';

/** A record in a list. */
export interface PageRecord {
  readonly orderNo: string | undefined;
  readonly state: RecordState;
  readonly record: { readonly plateNo: string; readonly deviceId: string };
  readonly receivedAt: number;
  readonly nextAt: number | undefined;
  readonly settledAt: number | undefined;
  readonly attempts: number;
  readonly lastError: Reason | undefined;
}

/** A quarantined event in a list. */
export interface PageEvent {
  readonly id: number;
  readonly kind: 'unmappable' | 'conflict' | 'expired';
  readonly receivedAt: number;
  readonly orderNo: string | undefined;
  readonly topic: string;
  readonly field: string;
  readonly reason: string;
}

/** The newest of each. */
export interface PageRows {
  readonly recent: readonly PageRecord[];
  readonly parked: readonly PageRecord[];
  readonly quarantined: readonly PageEvent[];
  /** When the gate last took a record. */
  readonly lastDelivery: number | undefined;
}

/** How many rows of each the page shows. */
export const SHOWN = { recent: 20, parked: 5, quarantined: 5 } as const;

/** One moment, all of it. */
export interface PageView {
  readonly now: number;
  readonly settings: PageSettings;
  readonly state: PageState;
  /** What is wrong, the worst first, as `status` and `/readyz` have it. */
  readonly problems: readonly Problem[];
  /** The slots from one instant (at a slot's edge) to another. */
  slots(from: number, to: number): readonly (Slot | undefined)[];
  /** Undefined where the outbox cannot be read. */
  readonly rows: PageRows | undefined;
}
