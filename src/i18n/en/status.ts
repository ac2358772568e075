import { duration } from './time.ts';

/** `status`, and the level words of `doctor`. Times are written already. */
export const status = {
  level: { red: 'RED', yellow: 'YELLOW', green: 'GREEN' },
  allWell: 'all is well',
  station: 'station',
  daemon: 'daemon',
  broker: 'broker',
  gate: 'gate',
  records: 'records',
  oldest: 'oldest pending',
  delivery: 'last delivery',
  quarantine: 'quarantine',
  running: (version: string, pid: number) => `running (version ${version}, process ${pid})`,
  runningSilent: 'running',
  stopped: 'not running',
  connected: (since: string) => `connected since ${since}`,
  disconnected: 'not connected',
  gateState: (state: 'up' | 'down' | 'held', since: string, lastSaid: boolean) =>
    `${state} since ${since}${lastSaid ? ' (when the daemon last ran)' : ''}`,
  unknown: 'not known yet',
  none: 'none',
  age: (ms: number) => `for ${duration(ms)}`,
  ago: (ms: number, at: string) => `${duration(ms)} ago, at ${at}`,
  counts: (counts: Readonly<Record<'pending' | 'waiting' | 'parked' | 'delivered', number>>) =>
    `${counts.pending} pending, ${counts.waiting} waiting, ${counts.parked} parked, ${counts.delivered} delivered`,
  /** One fault with its remedy. */
  faults: {
    'no-daemon': ({ before }: { before: boolean }): string =>
      before
        ? 'the daemon is not running: events stay with the broker, and nothing reaches the gate. Start it: systemctl start pilegate'
        : 'no daemon has run on this outbox yet. Start it: systemctl start pilegate',
    broker: ({ since }: { since: string | undefined }) =>
      `the broker is not connected${since === undefined ? '' : ` since ${since}`}: events stay with it. Find the fault: pilegate doctor`,
    down: ({ since, reason }: { since: string; reason: string }) =>
      `the gate is unreachable since ${since} (${reason}): records wait, and delivery resumes by itself once it answers. Find the fault: pilegate doctor`,
    held: ({ since, reason }: { since: string; reason: string }) =>
      `the gate refuses all records since ${since} because of a configuration error (${reason}): all are held. Fix it: pilegate doctor`,
    backlog: ({ count, ms }: { count: number; ms: number }) =>
      `${count} pending, the oldest for ${duration(ms)}: pilegate records list --state pending`,
    parked: ({ count }: { count: number }) =>
      `${are(count, 'parked record waits', 'parked records wait')} for a person: pilegate records list --state parked`,
    quarantine: ({ count }: { count: number }) =>
      `${are(count, 'event is', 'events are')} in quarantine: pilegate quarantine list`,
    dropped: ({ count }: { count: number }) =>
      `${are(count, 'event was', 'events were')} dropped when quarantine was full: pilegate quarantine list --state dropped`,
  },
};

function are(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}
