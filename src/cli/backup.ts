import { resolve } from 'node:path';
import { Command } from 'commander';
import { Failure } from '../domain/failure.ts';
import { inEnglish } from '../i18n/english.ts';
import { type BackupContents, backUp, verify } from '../outbox/backup.ts';
import type { GlobalOptions } from './global-options.ts';
import { language, print, printJson } from './output.ts';
import { safe } from './payload.ts';
import { progress } from './progress.ts';
import { type Speech, speechIn } from './voice.ts';
import { withOutbox } from './with-outbox.ts';

interface BackupOptions {
  readonly verify?: true;
  readonly json?: true;
}

/** `backup`: a consistent copy of the outbox, while the daemon runs. */
export function backupCommand(): Command {
  return new Command('backup')
    .description('copy the outbox as it is at one moment, while the daemon runs; or count what a copy holds')
    .argument('<file>', 'where the copy goes, or the copy')
    .option('--verify', 'read all of this copy and count it; needs no config')
    .option('--json', 'one JSON object')
    .addHelpText(
      'after',
      `
The copy is one file, readable for its owner and group, and has its name once it is whole and on disk; an older backup of
that name is replaced. Copying leaves the daemon half of the disk's time. It holds plates: keep it as you keep the outbox.
--verify exits 1 where the copy is damaged or no outbox.

Examples:
  pilegate backup /mnt/usb/outbox-2026-11-24.db
  pilegate backup --verify /mnt/usb/outbox-2026-11-24.db --json`,
    )
    .action(run);
}

async function run(file: string, options: BackupOptions, command: Command): Promise<void> {
  const path = resolve(file);
  if (options.verify) return verified(file, path, options, command);
  await withOutbox(command, async (open) => {
    const bar = progress();
    try {
      const contents = await backUp(open.path, path, (done, total) => bar.at(done, total));
      bar.end();
      tell(file, contents, options.json, open);
    } finally {
      bar.end();
    }
  });
}

async function verified(
  file: string,
  path: string,
  { json }: BackupOptions,
  command: Command,
): Promise<void> {
  const speech = await speechIn(language(command.optsWithGlobals<GlobalOptions>().lang, process.env));
  const found = verify(path);
  if (found.ok) return tell(file, found, json, speech);
  if (!json) throw new Failure(`${safe(file)}: ${safe(speech.told(found.reason))}`);
  const { records = {}, quarantine = 0, reason } = found;
  printJson({ ok: false, records, quarantine, reason: inEnglish(reason), code: reason.code });
  process.exitCode = 1;
}

function tell(
  file: string,
  { records, quarantine, version, bytes }: BackupContents,
  json: true | undefined,
  { texts }: Pick<Speech, 'texts'>,
): void {
  if (json) printJson({ ok: true, records, quarantine, version, bytes });
  else {
    const states = Object.entries(records).map(([state, n]) => `${n} ${state}`);
    print(
      `${safe(file)}: ${texts.upkeep.backup(states.join(', '), quarantine, Math.ceil(bytes / 1_048_576))}`,
    );
  }
}
