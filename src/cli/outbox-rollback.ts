import { Command, InvalidArgumentError, Option } from 'commander';
import { Failure } from '../domain/failure.ts';
import { inEnglish } from '../i18n/english.ts';
import { copiesBeside, rollBack } from '../outbox/rollback.ts';
import { ask, canAsk } from './ask.ts';
import { print, printJson, say } from './output.ts';
import { withOutbox } from './with-outbox.ts';

interface RollbackOptions {
  readonly to?: number;
  readonly yes?: true;
  readonly json?: true;
}

/** `outbox rollback`: makes the outbox one of an older version again. */
export function outboxRollbackCommand(): Command {
  return new Command('rollback')
    .description(
      'go back to the outbox of an older pilegate, with all that came since; before that is installed again',
    )
    .addOption(
      new Option(
        '--to <version>',
        'the version of the outbox; else that of the newest copy beside it',
      ).argParser((text) => {
        if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
        throw new InvalidArgumentError('Allowed is the N of a copy outbox.db.vN.');
      }),
    )
    .option('--yes', 'do not ask')
    .option('--json', 'one JSON object')
    .addHelpText(
      'after',
      `
An upgrade that changes the outbox keeps a copy of it as outbox.db.vN. This puts an outbox of version N in place that has
all records, events, contexts and known numbers of today, not only those of the copy, and keeps today's file aside. Stop
the service first, and install the older package after it. What only the newer version knows (the audit, what was
corrected) stays in the file that is kept aside. Where a row would be lost nothing is changed, and it says why.

Example:
  sudo systemctl stop pilegate && sudo pilegate outbox rollback && sudo apt install ./pilegate_0.1.0_amd64.deb`,
    )
    .action(run);
}

async function run({ to, yes, json }: RollbackOptions, command: Command): Promise<void> {
  await withOutbox(command, async ({ path, texts, reader }) => {
    const copies = copiesBeside(path);
    const version = to ?? copies[0];
    const { upkeep, actions } = texts;
    if (version === undefined) throw new Failure(upkeep.neverUpgraded(path));
    if (!copies.includes(version)) throw new Failure(upkeep.noCopy(path, version, copies));
    if (!yes && canAsk() && !(await ask(upkeep.askRollback(version)))) return say(actions.notDone);
    reader.close();
    const done = rollBack(path, version, Date.now(), inEnglish);
    if (json) printJson(done);
    else {
      print(upkeep.rolledBack(version, done.records, done.quarantine));
      const left = Object.entries(done.leftOut).map(([what, rows]) => `${what} ${rows}`);
      say(upkeep.aside(done.aside, left.join(', ')));
    }
  });
}
