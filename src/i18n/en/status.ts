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
};
