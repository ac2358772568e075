import { execFile } from 'node:child_process';

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

/** What runs `systemd-notify` with these assignments. */
export type Notify = (assignments: readonly string[]) => void;

/**
 * Speaks to systemd where it started us (`$NOTIFY_SOCKET`), by its own `systemd-notify`: no native code, and a unit
 * with `NotifyAccess=all`. Elsewhere it says nothing.
 * @param notify for tests; by default the real one
 */
export function serviceManager(env: NodeJS.ProcessEnv, notify: Notify = systemdNotify): ServiceManager {
  if (!env['NOTIFY_SOCKET'])
    return { ready: () => {}, status: () => {}, alive: () => {}, stopping: () => {} };
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
  if (!Number.isFinite(usec) || usec <= 0 || (pid !== undefined && pid !== String(process.pid)))
    return undefined;
  return usec / 3_000;
}

function systemdNotify(assignments: readonly string[]): void {
  // What fails here shows by itself: systemd misses a READY or a WATCHDOG and restarts us, saying why.
  execFile('systemd-notify', [...assignments], () => {});
}
