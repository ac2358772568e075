import { statSync } from 'node:fs';
import { Command } from 'commander';
import type { Secrets } from '../config/secrets.ts';
import { type Daemon, startDaemon } from '../daemon.ts';
import { Failure } from '../domain/failure.ts';
import type { Log } from '../domain/log.ts';
import { createLogger, type Logger, underJournal } from '../ops/logger.ts';
import { type Setup, setUp } from '../setup.ts';
import { VERSION } from '../version.ts';
import type { GlobalOptions } from './program.ts';
import { attendService } from './service.ts';

/** How often the key's file is looked at, milliseconds. */
const KEY_LOOK_MS = 2_000;
/** A stop that takes longer is cut short, milliseconds: ten seconds are promised. */
const STOP_MS = 9_500;

/** `pilegate run`: the daemon. */
export function runCommand(): Command {
  return new Command('run')
    .description(
      'run the daemon: events from the broker into the outbox, records from the outbox to the gate',
    )
    .addHelpText(
      'after',
      `
Logs go to stdout. SIGTERM or Ctrl-C stops it within 10 s with nothing lost; SIGHUP reads the config again
(a wrong one is logged, and the old one kept).

Example:
  pilegate run --config /etc/pilegate/config.yaml`,
    )
    .action(async (_options: unknown, command: Command) =>
      run(command.optsWithGlobals<GlobalOptions>().config),
    );
}

async function run(file: string): Promise<void> {
  const setup = setUp(file, process.env);
  const { loaded, secrets } = setup;
  const { level, format } = loaded.config.log;
  const logger = createLogger({
    level,
    format,
    isTTY: process.stdout.isTTY === true,
    journal: underJournal(process.env),
  });
  const { log } = logger;
  const started = performance.now();
  const stopping = Promise.withResolvers<NodeJS.Signals>();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stopping.resolve(signal));
  let daemon: Daemon;
  try {
    log.info(
      {
        event: 'daemon.start',
        version: VERSION,
        pid: process.pid,
        config: file,
        station: loaded.config.station.id,
        outbox: loaded.config.outbox.path,
      },
      'pilegate starts',
    );
    warn(log, setup);
    daemon = startDaemon({ setup, log });
  } catch (error) {
    await logger.close();
    throw error;
  }
  void daemon.ready.then(() =>
    log.info(
      { event: 'daemon.ready', ms: Math.round(performance.now() - started) },
      'ready: the outbox is open and the broker subscribed',
    ),
  );
  const service = attendService(daemon, process.env);
  const reloads = watchForReload(file, daemon, logger, secrets);
  const signal = await stopping.promise;
  service.stopping();
  reloads.stop();
  log.info({ event: 'daemon.stop', signal, records: daemon.snapshot().records }, 'stopping');
  const deadline = setTimeout(() => void logger.close().then(() => process.exit(1)), STOP_MS);
  await daemon.stop();
  clearTimeout(deadline);
  await logger.close();
}

/** SIGHUP, and a key file that changed, read the config and the secrets again. One at a time. */
function watchForReload(file: string, daemon: Daemon, logger: Logger, first: Secrets): { stop(): void } {
  let secrets = first;
  let seen = keyStamp(secrets);
  let busy: Promise<void> = Promise.resolve();
  const reload = (why: string) => {
    busy = busy.then(async () => {
      try {
        const next = setUp(file, process.env);
        await daemon.reload(next);
        secrets = next.secrets;
        logger.setLevel(next.loaded.config.log.level);
        logger.log.info({ event: 'config.reloaded', config: file, why }, 'the config was read again');
        warn(logger.log, next);
        if (why === 'SIGHUP' && secrets.gateKey.needsRestart)
          logger.log.warn(
            { key: secrets.gateKey.origin },
            'a reload does not read this key again: after changing it, restart (systemctl restart pilegate)',
          );
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        logger.log.error(
          { event: 'config.rejected', config: file, reason: error.message },
          'the new config is wrong; the old one goes on',
        );
      }
      seen = keyStamp(secrets);
    });
  };
  const onHangup = () => reload('SIGHUP');
  process.on('SIGHUP', onHangup);
  const look = setInterval(() => {
    if (keyStamp(secrets) !== seen) reload('the key file changed');
  }, KEY_LOOK_MS);
  return {
    stop: () => {
      clearInterval(look);
      process.off('SIGHUP', onHangup);
    },
  };
}

/** What tells whether the key's file was changed; '' where the key is in no file, or the file is not there now. */
function keyStamp({ gateKey }: Secrets): string {
  if (gateKey.from !== 'file') return '';
  const stats = statSync(gateKey.origin, { throwIfNoEntry: false });
  return stats === undefined ? '' : `${stats.mtimeMs} ${stats.size} ${stats.ino}`;
}

function warn(log: Log, { warnings }: Setup): void {
  for (const warning of warnings) log.warn({}, warning);
}
