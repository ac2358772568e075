import { Command, Option } from 'commander';
import { VERSION } from '../version.ts';

/** A command that is loaded only when it is called, since most of them bring a good deal along. */
interface Entry {
  /** Its name, after that of its group where it is in one. */
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<Command>;
}

/** Every command, in the order of the help. A new one is one more line here. */
// biome-ignore format: a table
const COMMANDS: readonly Entry[] = [
  { name: 'run', summary: 'the daemon', load: async () => (await import('./run.ts')).runCommand() },
  { name: 'init', summary: 'set up a station: ask, write, try', load: async () => (await import('./init.ts')).initCommand() },
  { name: 'check', summary: 'say every mistake in the config', load: async () => (await import('./check.ts')).checkCommand() },
  { name: 'doctor', summary: 'try each link, name the fault and the remedy', load: async () => (await import('./doctor.ts')).doctorCommand() },
  { name: 'gate-test', summary: 'the acceptance test of a gate platform', load: async () => (await import('./gate-test.ts')).gateTestCommand() },
  { name: 'status', summary: 'how it stands, what is wrong first', load: async () => (await import('./status.ts')).statusCommand() },
  { name: 'records list', summary: 'the records, the newest first', load: async () => (await import('./records-list.ts')).recordsListCommand() },
  { name: 'records show', summary: 'the whole story of one', load: async () => (await import('./records-show.ts')).recordsShowCommand() },
  { name: 'records retry', summary: 'send now, with a fresh limit', load: async () => (await import('./records-retry.ts')).recordsRetryCommand() },
  { name: 'records park', summary: 'set aside', load: async () => (await import('./records-park.ts')).recordsParkCommand() },
  { name: 'records resend', summary: 'send a delivered one again', load: async () => (await import('./records-resend.ts')).recordsResendCommand() },
  { name: 'quarantine list', summary: 'the events, the newest first', load: async () => (await import('./quarantine-list.ts')).quarantineListCommand() },
  { name: 'quarantine show', summary: 'one of them, and what to do', load: async () => (await import('./quarantine-show.ts')).quarantineShowCommand() },
  { name: 'quarantine replay', summary: "map again with today's config", load: async () => (await import('./quarantine-replay.ts')).quarantineReplayCommand() },
  { name: 'quarantine discard', summary: 'close for good', load: async () => (await import('./quarantine-discard.ts')).quarantineDiscardCommand() },
  { name: 'alerts test', summary: 'send a test to every receiver of alerts', load: async () => (await import('./alerts-test.ts')).alertsTestCommand() },
  { name: 'audit', summary: 'what operators did', load: async () => (await import('./audit.ts')).auditCommand() },
  { name: 'reconcile', summary: 'your own list against the outbox', load: async () => (await import('./reconcile.ts')).reconcileCommand() },
  { name: 'backup', summary: 'a copy while the daemon runs', load: async () => (await import('./backup.ts')).backupCommand() },
  { name: 'bundle', summary: 'a support archive', load: async () => (await import('./bundle.ts')).bundleCommand() },
  { name: 'outbox rollback', summary: 'back to an older version', load: async () => (await import('./outbox-rollback.ts')).outboxRollbackCommand() },
  { name: 'export', summary: 'records as CSV or NDJSON', load: async () => (await import('./export.ts')).exportCommand() },
  { name: 'sign', summary: 'sign a JSON object', load: async () => (await import('./sign.ts')).signCommand() },
  { name: 'verify', summary: 'check the sign of a JSON object', load: async () => (await import('./verify.ts')).verifyCommand() },
  { name: 'logs', summary: 'make logs readable', load: async () => (await import('./logs.ts')).logsCommand() },
  { name: 'simulate gate', summary: 'a strict gate platform', load: async () => (await import('./simulate-gate.ts')).simulateGateCommand() },
  { name: 'simulate piles', summary: 'a fleet of piles', load: async () => (await import('./simulate-piles.ts')).simulatePilesCommand() },
  { name: 'simulate broker', summary: 'an embedded MQTT broker', load: async () => (await import('./simulate-broker.ts')).simulateBrokerCommand() },
  { name: 'simulate fleet', summary: 'the statuses of many boxes', load: async () => (await import('./simulate-fleet.ts')).simulateFleetCommand() },
  { name: 'fleet', summary: 'many boxes in one table', load: async () => (await import('./fleet.ts')).fleetCommand() },
  { name: 'capture', summary: 'write live messages as case files', load: async () => (await import('./capture.ts')).captureCommand() },
  { name: 'test', summary: 'run case files against the rules', load: async () => (await import('./test.ts')).testCommand() },
  { name: 'demo', summary: 'all of it in one process, in a live view', load: async () => (await import('./demo.ts')).demoCommand() },
];

const GROUPS: Readonly<Record<string, string>> = {
  alerts: 'what is told to people who do not look',
  records: 'the records in the outbox, and what can be done about them',
  quarantine: 'the events that could not become records',
  outbox: 'the outbox file itself',
  simulate: 'the parts that pilegate stands between, to try it out',
};

/**
 * The program's commands.
 * @param argv what it is called with: only the commands that are named in it are loaded, the others are known by
 *   name and summary; without it all are
 */
export async function buildProgram(argv?: readonly string[]): Promise<Command> {
  const program = new Command('pilegate')
    .description(
      "hands charging sessions from a station's MQTT broker to the car park's gate platform, durably",
    )
    .version(VERSION, '--version', 'print the version')
    .addOption(
      new Option('--config <file>', 'the config').env('PILEGATE_CONFIG').default('/etc/pilegate/config.yaml'),
    )
    .addOption(
      new Option('--lang <language>', 'the language of what is said, else from the locale').choices([
        'zh',
        'en',
      ]),
    )
    .helpOption('--help', 'say more of a command')
    .helpCommand('help [command]', 'say more of a command')
    .addHelpText('after', '\nExamples:\n  pilegate check --config config.yaml\n  pilegate help check');
  const groups = new Map<string, Command>();
  for (const { name, summary, load } of COMMANDS) {
    const [first = '', second] = name.split(' ');
    const called = !argv || argv.includes(second ?? first);
    const command = called ? await load() : new Command(second ?? first).description(summary);
    command.summary(summary);
    if (second === undefined) program.addCommand(command);
    else groupOf(first, program, groups).addCommand(command);
  }
  return settle(program);
}

function groupOf(name: string, program: Command, groups: Map<string, Command>): Command {
  const known = groups.get(name);
  if (known) return known;
  const group = program.command(name).description(GROUPS[name] ?? '');
  group.addHelpText('after', () => `\nExample:\n  pilegate ${name} ${group.commands[0]?.name()} --help`);
  groups.set(name, group);
  return group;
}

/** What holds for every command, at whatever depth: wrong usage throws, help looks alike. */
function settle(program: Command): Command {
  program.exitOverride().configureHelp({
    subcommandTerm: (command) => command.name(),
    showGlobalOptions: true,
  });
  const pass = (parent: Command): void => {
    for (const command of parent.commands) {
      command.copyInheritedSettings(parent).helpOption('--help', 'say more of this command');
      pass(command);
    }
  };
  pass(program);
  return program;
}
