import { DgramSocket } from 'node-unix-socket';

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

/** Sends one datagram to the socket at `path`; one that begins with NUL is in the abstract namespace. */
export type SendTo = (path: string, message: string) => void;

/**
 * Speaks to systemd where it started us (`$NOTIFY_SOCKET`; sd_notify(3)), from this very process, so that the unit
 * can say `NotifyAccess=main`. Elsewhere it says nothing.
 * @param sendTo for tests; by default a datagram
 */
export function serviceManager(env: NodeJS.ProcessEnv, sendTo: SendTo = datagram): ServiceManager {
  const path = env['NOTIFY_SOCKET']?.replace(/^@/, '\0');
  if (!path) return { ready: () => {}, status: () => {}, alive: () => {}, stopping: () => {} };
  const notify = (assignments: readonly string[]) => sendTo(path, assignments.join('\n'));
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

/** A socket a message, closed at once: an open one would keep the process from ending. */
function datagram(path: string, message: string): void {
  const socket = new DgramSocket();
  const bytes = Buffer.from(message);
  // What fails here shows by itself: systemd misses a READY or a WATCHDOG and restarts us, saying why.
  socket.sendTo(bytes, 0, bytes.length, path, () => socket.close());
}
