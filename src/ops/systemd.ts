import { writeSync } from 'node:fs';

/** What is told to the service manager. */
export interface ServiceManager {
  /** The service is up, or as up as it can be: READY, with a line on how. */
  ready(status: string): void;
  /** One line on how the service is; told only where it changed. */
  status(line: string): void;
  /** The service is still alive; see {@link watchdogMs}. */
  alive(): void;
  /** The service is on its way out. */
  stopping(): void;
}

/** Sends one datagram on a connected socket's descriptor. Throws where it cannot. */
export type Send = (fd: number, message: string) => void;

/**
 * Speaks to systemd (sd_notify(3)) by the socket that `systemd/with-notify-fd` opened and handed down as
 * `$PILEGATE_NOTIFY_FD`, from this very process, so that the unit can say `NotifyAccess=main`. Elsewhere it says
 * nothing.
 * @param send for tests; by default a write
 */
export function serviceManager(env: NodeJS.ProcessEnv, send: Send = writeSync): ServiceManager {
  const fd = env['PILEGATE_NOTIFY_FD'];
  if (!fd) return { ready: () => {}, status: () => {}, alive: () => {}, stopping: () => {} };
  const notify = (assignments: readonly string[]) => {
    try {
      send(Number(fd), assignments.join('\n'));
    } catch {
      // It shows by itself: systemd misses a READY or a WATCHDOG and restarts us, saying why.
    }
  };
  let last = '';
  const statusOnce = (line: string): string[] => {
    if (line === last) return [];
    last = line;
    return [`STATUS=${line.replace(/[\r\n]+/g, ' ')}`];
  };
  return {
    ready: (line) => notify(['READY=1', ...statusOnce(line)]),
    status: (line) => {
      const assignments = statusOnce(line);
      if (assignments.length > 0) notify(assignments);
    },
    alive: () => notify(['WATCHDOG=1']),
    stopping: () => notify(['STOPPING=1']),
  };
}

/** How often the watchdog wants to hear from us, milliseconds: a third of its patience; undefined where there is none. */
export function watchdogMs(env: NodeJS.ProcessEnv): number | undefined {
  const usec = Number(env['WATCHDOG_USEC']);
  const pid = env['WATCHDOG_PID'];
  if (!Number.isFinite(usec) || usec <= 0) return undefined;
  return pid === undefined || pid === String(process.pid) ? usec / 3_000 : undefined;
}
