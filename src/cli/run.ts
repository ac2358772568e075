import { statSync } from 'node:fs';
import { Command } from 'commander';
import { type Daemon, startDaemon } from '../daemon/daemon.ts';
import { type Secrets, type Setup, setUp } from '../daemon/setup.ts';
import { Failure } from '../domain/failure.ts';
import type { Log } from '../domain/log.ts';
import type { Counts } from '../domain/snapshot.ts';
import { spokenIn } from '../i18n/catalogue.ts';
import { inEnglish } from '../i18n/english.ts';
import { type Language, stationLanguage } from '../i18n/texts.ts';
import { createLogger, type Logger, underJournal } from '../ops/logger.ts';
import { VERSION } from '../version.ts';
import type { GlobalOptions } from './global-options.ts';
import { attendService } from './service.ts';

/** How often the secrets' files are looked at, milliseconds. */
const LOOK_MS = 2_000;
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
    .action(async (_options: unknown, command: Command) => {
      const { config, lang } = command.optsWithGlobals<GlobalOptions>();
      await run(config, lang);
    });
}

function recordCounts(daemon: Daemon): Omit<Counts, 'quarantine'> {
  const { quarantine: _, ...records } = daemon.snapshot().counts;
  return records;
}

async function run(file: string, lang: Language | undefined): Promise<void> {
  const setup = setUp(file, process.env);
  const texts = await spokenIn(lang ?? stationLanguage(setup.loaded.config.station.timeZone));
  const { loaded, secrets } = setup;
  const { level, format } = loaded.config.log;
  const logger = createLogger({
    say: inEnglish,
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
    daemon = startDaemon({
      setup,
      log,
      texts,
      runtimeDirectory: process.env['RUNTIME_DIRECTORY'],
    });
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
  log.info({ event: 'daemon.stop', signal, records: recordCounts(daemon) }, 'stopping');
  setTimeout(() => void logger.close().then(() => process.exit(1)), STOP_MS);
  await daemon.stop();
  await logger.close();
  // All is written and closed. A connection that is being opened to a silent gate would keep the process for minutes.
  process.exit();
}

/** SIGHUP, and a secret's file that changed, read the config and the secrets again. One at a time. */
function watchForReload(file: string, daemon: Daemon, logger: Logger, first: Secrets): { stop(): void } {
  let secrets = first;
  let seen = stampOf(secrets);
  let stopped = false;
  let busy: Promise<void> = Promise.resolve();
  const reload = (why: string) => {
    if (stopped) return;
    busy = busy.then(async () => {
      try {
        const next = setUp(file, process.env);
        // At once: what changes while the daemon goes over to this is another change.
        const stamp = stampOf(next.secrets);
        await daemon.reload(next);
        secrets = next.secrets;
        seen = stamp;
        logger.setLevel(next.loaded.config.log.level);
        logger.log.info({ event: 'config.reloaded', config: file, why }, 'the config was read again');
        warn(logger.log, next);
        if (why === 'SIGHUP' && secrets.gate.needsRestart)
          logger.log.warn(
            { key: secrets.gate.origin },
            'a reload does not read this key again: after changing it, restart (systemctl restart pilegate)',
          );
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        // Only a defect has a stack that somebody may need.
        const defect = error instanceof Failure ? {} : { err: error };
        logger.log.error(
          { event: 'config.rejected', config: file, reason, ...defect },
          'the new config cannot be taken over; the old one goes on',
        );
      }
    });
  };
  // Never taken off: without a listener the signal would end the process in the middle of its stop.
  process.on('SIGHUP', () => reload('SIGHUP'));
  const look = setInterval(() => {
    const stamp = stampOf(secrets);
    if (stamp === seen) return;
    seen = stamp;
    reload("a secret's file changed");
  }, LOOK_MS);
  return {
    stop: () => {
      stopped = true;
      clearInterval(look);
    },
  };
}

/** What tells whether a secret's file was changed; a file that cannot be looked at now counts as one that is not there. */
function stampOf({ gate, mqttPassword }: Secrets): string {
  const stamps = [...gate.all, mqttPassword].map((secret) => {
    if (secret?.from !== 'file') return '';
    try {
      const { mtimeMs, size, ino } = statSync(secret.origin);
      return `${mtimeMs} ${size} ${ino}`;
    } catch {
      return '';
    }
  });
  return stamps.join(',');
}

function warn(log: Log, { warnings }: Setup): void {
  for (const { place, reason } of warnings) log.warn({ code: reason.code }, place + inEnglish(reason));
}
