import type { Reason } from '../../domain/reason.ts';
import type { DemoSummary, Journey } from './tally.ts';

/** Where the demo stands in its story. */
export type Phase = 'normal' | 'outage' | 'recovery' | 'drain' | 'over';

/** What the daemon says of itself. */
export interface DaemonLook {
  readonly mqtt: { readonly connected: boolean };
  readonly gate: { readonly state: 'up' | 'down' | 'held'; readonly reason: Reason | undefined };
  readonly records: {
    readonly waiting: number;
    readonly pending: number;
    readonly delivered: number;
    readonly parked: number;
  };
  readonly quarantine: number;
}

/** One moment of the demo, all that a view shows. Times are milliseconds on one monotonic clock. */
export interface Look {
  readonly now: number;
  readonly startedAt: number;
  readonly phase: Phase;
  /** When the phase ends; undefined where that depends on what happens. */
  readonly phaseEndsAt: number | undefined;
  readonly outage: { readonly from: number; readonly to: number | undefined } | undefined;
  readonly piles: readonly string[];
  readonly journeys: readonly Journey[];
  readonly summary: DemoSummary;
  readonly daemon: DaemonLook;
}
