/** State of a running daemon, as the status page and the service manager's status line show it. Times are epoch milliseconds. */
export interface Snapshot {
  readonly mqtt: { readonly connected: boolean; readonly since: number };
  readonly gate: { readonly state: 'up' | 'down' | 'held'; readonly since: number; readonly reason: string };
  readonly records: {
    readonly waiting: number;
    readonly pending: number;
    readonly delivered: number;
    readonly parked: number;
  };
  readonly quarantine: number;
}
