import type { Daemon } from '../daemon/daemon.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import { inEnglish } from '../i18n/english.ts';
import { serviceManager, watchdogMs } from '../ops/systemd.ts';

/** Without a broker for so long the service counts as up, milliseconds: it does what it can, and says what is missing. */
const READY_WITHOUT_BROKER_MS = 60_000;
/** How often the state line is told, where it changed, milliseconds. */
const STATUS_MS = 5_000;
/**
 * An attempt that was given up and has still not ended after so long never will, milliseconds: only a restart frees what
 * it holds. The outbox keeps the record.
 */
const STUCK_MS = 60_000;

/** Keeps the service manager informed where there is one: ready, state, and that we are alive. */
export function attendService(
  daemon: Pick<Daemon, 'ready' | 'snapshot' | 'touchStorage' | 'stuckForMs'>,
  env: NodeJS.ProcessEnv,
): { stopping(): void } {
  const manager = serviceManager(env);
  const tell = () => manager.ready(lineOf(daemon.snapshot()));
  const late = setTimeout(tell, READY_WITHOUT_BROKER_MS);
  void daemon.ready.then(() => {
    clearTimeout(late);
    tell();
  });
  const status = setInterval(() => manager.status(lineOf(daemon.snapshot())), STATUS_MS);
  const every = watchdogMs(env);
  // A hang of the event loop, of storage or of an attempt lets this fall silent; an error of storage is an answer.
  const watchdog =
    every === undefined
      ? undefined
      : setInterval(() => {
          daemon.touchStorage();
          if (daemon.stuckForMs() < STUCK_MS) manager.alive();
        }, every);
  return {
    stopping: () => {
      clearTimeout(late);
      clearInterval(status);
      clearInterval(watchdog);
      manager.stopping();
    },
  };
}

function lineOf({ mqtt, gate, counts, stuckAttempts }: Snapshot): string {
  const broker = mqtt.connected ? 'broker connected' : 'NO BROKER: events wait there';
  const gateLine =
    gate.state === 'up'
      ? 'gate up'
      : `gate ${gate.state.toUpperCase()}: ${gate.reason === undefined ? '' : inEnglish(gate.reason)}`;
  const { pending, waiting, parked, quarantine } = counts;
  const stuck = stuckAttempts > 0 ? `${stuckAttempts} ATTEMPTS STUCK; ` : '';
  return `${broker}; ${gateLine}; ${stuck}${pending} pending, ${waiting} waiting, ${parked} parked, ${quarantine} in quarantine`;
}
