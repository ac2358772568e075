import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { Command, Option } from 'commander';
import { Failure } from '../domain/failure.ts';
import { canAsk } from './ask.ts';
import type { GlobalOptions } from './global-options.ts';
import {
  type Answers,
  DEFAULTS,
  DIALECTS,
  isDialect,
  keyOf,
  optionOf,
  QUESTIONS,
  STAND_INS,
} from './init/answers.ts';
import { configText, mistakesIn, mistakesOf } from './init/config-text.ts';
import { Questions } from './init/questions.ts';
import { tryStation } from './init/trial.ts';
import { language, print, say } from './output.ts';
import { safe } from './payload.ts';
import { type Speech, speechIn } from './voice.ts';

/** Far longer than any key, bytes. */
const MAX_KEY = 4_096;

interface InitOptions extends GlobalOptions, Partial<Answers> {
  readonly keyFile?: string;
  readonly yes?: true;
}

/** `init`: a first config, its key, and what the doctor says of them. */
export function initCommand(): Command {
  return new Command('init')
    .description('set up a station: ask, write config.yaml and gate.key where there are none, try them')
    .option('--station-id <id>', "the station's id, as the gate platform knows it")
    .option('--station-name <name>', "the station's name")
    .option('--gate-url <url>', "the gate's base address")
    .addOption(
      new Option('--dialect <name>', "the gate platform's protocol, else carpark").choices([...DIALECTS]),
    )
    .option(
      '--port-name <account>',
      'the account: carpark portName, keytop appId, bolink unionId, teld operatorId',
    )
    .option('--park-id <id>', "the car park's id (bolink: comid)")
    .option('--key-file <file>', 'a file with the key; it is copied to gate.key beside the config')
    .option('--broker-url <url>', "the broker's address, else mqtt://127.0.0.1:1883")
    .option('--yes', 'do not ask: all comes from the options')
    .addHelpText(
      'after',
      `
The config goes where --config says, the key beside it (0600); a file that is there stays as it is. Then all
is tried as doctor does it, but for the daemon, which does not run yet. Exits 1 where anything is red; 78 where an answer is
wrong, and then nothing is written.

Examples:
  sudo pilegate init
  pilegate init --config config.yaml --station-id 3302120001 --station-name North --gate-url http://www.example.com/parkpot-service/ --port-name example --park-id 3302122004 --key-file key.txt --yes`,
    )
    .action(run);
}

async function run(_: object, command: Command): Promise<void> {
  const options = command.optsWithGlobals<InitOptions>();
  const speech = await speechIn(language(options.lang, process.env));
  const { setup } = speech.texts;
  const file = resolve(options.config);
  const keyFile = join(dirname(file), 'gate.key');
  const fresh = !existsSync(file);
  const wantsKey = options.dialect !== 'teld' && !existsSync(keyFile);
  const given = options.keyFile === undefined ? undefined : keyIn(options.keyFile, setup);
  const made =
    canAsk() && !options.yes
      ? await asked(options, { file, fresh, wantsKey, given }, speech)
      : { answers: fresh ? complete(options, command, speech) : undefined, key: given };
  if (made === undefined) {
    say(setup.notWritten);
    process.exitCode = 1;
    return;
  }
  const { answers, key } = made;
  if (answers === undefined) print(setup.left(safe(file)));
  else {
    const text = configText(answers, setup.comments);
    const rejected = mistakesIn(text, options.config);
    if (rejected) throw rejected;
    create(file, text, 0o644, setup);
  }
  if (key !== undefined && existsSync(keyFile)) print(setup.left(safe(keyFile)));
  else if (key !== undefined) create(keyFile, `${key}\n`, 0o600, setup);
  await tried(options, { file, keyFile, answers }, speech);
}

/** All answers from options. Ends with wrong usage (2) where one is missing. */
function complete(options: InitOptions, command: Command, { texts }: Speech): Answers {
  const missing = QUESTIONS.filter((name) => options[name] === undefined && DEFAULTS[name] === undefined);
  if (!options.yes)
    command.error(texts.setup.missing([...missing.map(optionOf), '--yes'].join(' ')), { exitCode: 2 });
  if (missing.length > 0)
    command.error(texts.setup.missing(missing.map(optionOf).join(' ')), { exitCode: 2 });
  return { ...STAND_INS, ...DEFAULTS, ...answersIn(options) };
}

function answersIn(options: InitOptions): Partial<Answers> {
  return Object.fromEntries(
    QUESTIONS.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]]])),
  );
}

interface Before {
  readonly file: string;
  readonly fresh: boolean;
  readonly wantsKey: boolean;
  /** The key, where a file with it was named. */
  readonly given: string | undefined;
}

interface Made {
  /** Undefined where the config is there already. */
  readonly answers: Answers | undefined;
  readonly key: string | undefined;
}

/** Asks for what the options do not say; undefined where the person went away or said no. */
async function asked(options: InitOptions, before: Before, speech: Speech): Promise<Made | undefined> {
  const { setup } = speech.texts;
  const { file, fresh, wantsKey, given } = before;
  const questions = new Questions();
  try {
    let answers: Answers | undefined;
    if (fresh) {
      answers = await answersOf(options, questions, file, speech);
      if (answers === undefined) return undefined;
    }
    let key = given;
    if (key === undefined && wantsKey && answers?.dialect !== 'teld') {
      key = await questions.askHidden(setup.askKey);
      if (key === undefined) return undefined;
    }
    if (answers !== undefined) {
      print(configText(answers, setup.comments));
      const yes = await questions.ask(setup.askWrite(safe(file)));
      if (!/^(?:y|yes|是)$/i.test(yes ?? '')) return undefined;
    }
    return { answers, key: key === '' ? undefined : key };
  } finally {
    questions.close();
  }
}

async function answersOf(
  options: InitOptions,
  questions: Questions,
  file: string,
  { texts, told }: Speech,
): Promise<Answers | undefined> {
  let answers: Answers = { ...STAND_INS, ...answersIn(options) };
  for (const name of QUESTIONS) {
    let typed = options[name];
    for (;;) {
      if (typed === undefined) {
        const usual = DEFAULTS[name];
        const line = await questions.ask(`${texts.setup.questions[name]}${usual ? ` [${usual}]` : ''}: `);
        if (line === undefined) return undefined;
        typed = line === '' && usual !== undefined ? usual : line;
      }
      const tried: Answers =
        name === 'dialect'
          ? { ...answers, dialect: isDialect(typed) ? typed : answers.dialect }
          : { ...answers, [name]: typed };
      const rejected = mistakesIn(configText(tried, texts.setup.comments), file);
      const wrong = mistakesOf(rejected, keyOf(name, tried.dialect)).map((one) => told(one.reason));
      if (name === 'dialect' && !isDialect(typed)) wrong.push(DIALECTS.join(', '));
      if (wrong.length === 0) {
        answers = tried;
        break;
      }
      for (const line of wrong) say(line);
      typed = undefined;
    }
  }
  return answers;
}

function keyIn(file: string, setup: Speech['texts']['setup']): string {
  let key: string;
  try {
    key = readFileSync(file, 'utf8').trim();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Failure(setup.keyUnreadable(safe(file), safe(why)), 1, { cause: error });
  }
  if (key === '' || key.length > MAX_KEY) throw new Failure(setup.emptyKey(safe(file)));
  return key;
}

/** Makes a file; never writes over one. */
function create(path: string, text: string, mode: number, setup: Speech['texts']['setup']): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
    writeFileSync(path, text, { flag: 'wx', mode, flush: true });
    // Whatever the umask: the service reads the config as a user of its own.
    chmodSync(path, mode);
  } catch (error) {
    throw new Failure(
      setup.unwritable(safe(path), error instanceof Error ? error.message : String(error)),
      1,
      {
        cause: error,
      },
    );
  }
  print(setup.written(safe(path)));
}

interface Files {
  readonly file: string;
  readonly keyFile: string;
  readonly answers: Answers | undefined;
}

/** Runs the doctor, and says what is next. */
async function tried(
  options: InitOptions,
  { file, keyFile, answers }: Files,
  { lang, texts }: Speech,
): Promise<void> {
  const { setup } = texts;
  print(`\n${setup.trying}`);
  const code = await tryStation(options.config, { lang, texts });
  const named = file === '/etc/pilegate/config.yaml' ? '' : ` --config ${safe(options.config)}`;
  const steps = [
    ...(answers?.dialect === 'teld' ? [setup.nextSecrets(safe(dirname(file)))] : []),
    ...(answers !== undefined && answers.dialect !== 'teld' && !existsSync(keyFile)
      ? [setup.nextKey(safe(keyFile))]
      : []),
    ...(answers === undefined ? [] : [setup.nextSources(safe(options.config))]),
    ...(code === 0 ? [] : [setup.nextMend(`pilegate doctor${named}`)]),
    setup.nextStart(named === '' ? 'systemctl enable --now pilegate' : `pilegate run${named}`),
  ];
  print(`\n${setup.next}`);
  for (const [index, step] of steps.entries()) print(`${index + 1}. ${step}`);
  process.exitCode = code;
}
