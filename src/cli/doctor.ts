import { Command } from 'commander';
import stringWidth from 'string-width';
import type { Level } from '../domain/health.ts';
import { StationZone } from '../domain/station-time.ts';
import { VERSION } from '../version.ts';
import { readConfig } from './doctor/config.ts';
import { checksFor } from './doctor/report.ts';
import { type Check, type CheckId, codeOf, type Verdict, wordsOf } from './doctor/verdict.ts';
import type { GlobalOptions } from './global-options.ts';
import { colours, language, print, printJson, say } from './output.ts';
import { type Speech, type Voice, voiceIn } from './voice.ts';

/** For each step of a link (name, TCP, TLS, answer), milliseconds. */
const STEP_MS = 5_000;
/** After so long it is said on a terminal what is waited for, milliseconds. */
const PATIENCE_MS = 1_000;

interface DoctorOptions extends GlobalOptions {
  readonly json?: true;
  readonly sendTestRecord?: true;
}

/** `doctor`: tries each link for real, and names the fault and the remedy. */
export function doctorCommand(): Command {
  return new Command('doctor')
    .description(
      'try each link for real: config, key, storage, broker, gate, clock; name each fault and its remedy',
    )
    .option(
      '--send-test-record',
      'also send the gate a made-up record, which it may keep: order PILEGATE-TEST-…, no money',
    )
    .option('--json', 'one JSON object')
    .addHelpText(
      'after',
      `
Red stops records on their way to the gate, yellow waits for a person or may become red. Exits 1 where anything is
red; 78 where so little of the config is right that nothing can be tried. Also beside a running daemon: it logs in to
the broker under a name of its own, writes a file of its own beside the outbox, and posts the gate an empty request.

Examples:
  sudo pilegate doctor
  pilegate doctor --config config.yaml --lang zh
  pilegate doctor --json | jq -r '.checks[] | select(.level == "red") | .remedy'`,
    )
    .action(run);
}

async function run(_: object, command: Command): Promise<void> {
  const { config, lang: option, json, sendTestRecord } = command.optsWithGlobals<DoctorOptions>();
  const reading = readConfig(config, process.env);
  const zone = new StationZone(reading.loaded?.config.station.timeZone ?? 'UTC');
  const voice = await voiceIn(language(option, process.env), zone);
  const { doctor } = voice.texts;
  const checks = checksFor(reading, {
    version: VERSION,
    sendTestRecord: sendTestRecord === true,
    warn: (record) => say(doctor.testRecordWarning(record)),
    limitMs: STEP_MS,
  });
  const running = checks.map((one) => ({ ...one, coming: one.run() }));
  const said: Said[] = [];
  for (const { id, subject, coming } of running) {
    const title = `${doctor.checks[id]}${subject ? ` ${subject}` : ''}`;
    const verdict = await waitedFor(title, coming);
    if (verdict === undefined) continue;
    const one = { id, title, level: verdict.level, code: codeOf(verdict), ...inWords(verdict, voice) };
    said.push(one);
    if (!json) for (const line of checkLines(one, voice)) print(line);
  }
  const ok = !said.some(({ level }) => level === 'red');
  if (json)
    printJson({
      ok,
      version: VERSION,
      checks: said.map(({ id, level, code, title, seen, remedy }) => ({
        id,
        level,
        code,
        title,
        seen,
        remedy: remedy ?? null,
      })),
    });
  else say(summary(said, voice));
  if (!ok) process.exitCode = reading.loaded === undefined ? 78 : 1;
}

/** A verdict in words, with its check. */
interface Said {
  readonly id: CheckId;
  readonly title: string;
  readonly level: Level;
  readonly code: string;
  readonly seen: string;
  readonly remedy: string | undefined;
}

function inWords(verdict: Verdict, { texts, told, local }: Voice): Pick<Said, 'seen' | 'remedy'> {
  return wordsOf(verdict, texts, { say: told, local });
}

/** A verdict; on a terminal it is said what is waited for. */
async function waitedFor(title: string, verdict: ReturnType<Check['run']>): Promise<Verdict | undefined> {
  if (!process.stderr.isTTY) return await verdict;
  const began = performance.now();
  const timer = setInterval(
    () => process.stderr.write(`\r\u001b[K${title} … ${Math.round((performance.now() - began) / 1000)} s`),
    PATIENCE_MS,
  );
  try {
    return await verdict;
  } finally {
    clearInterval(timer);
    if (performance.now() - began >= PATIENCE_MS) process.stderr.write('\r\u001b[K');
  }
}

/** One check for a person: level, what was tried, what was seen; below it the remedy. */
export function checkLines(
  { title, level, seen, remedy }: Pick<Said, 'title' | 'level' | 'seen' | 'remedy'>,
  { texts }: Pick<Speech, 'texts'>,
): string[] {
  const paint = colours();
  const words = texts.status.level;
  const width = Math.max(...Object.values(words).map((word) => stringWidth(word)));
  const mark = `● ${words[level]}${' '.repeat(width - stringWidth(words[level]))}`;
  const indent = ' '.repeat(width + 4);
  const [first = '', ...more] = seen.split('\n');
  const separator = texts.listing.colon;
  return [
    `${paint.bold(paint[level](mark))}  ${paint.bold(title)}${separator}${first}`,
    ...more.map((line) => `${indent}${line}`),
    ...(remedy?.split('\n') ?? []).map((line) => `${indent}${paint.cyan('→')} ${line}`),
  ];
}

function summary(said: readonly Said[], { texts }: Speech): string {
  const words = texts.status.level;
  const counts = (['red', 'yellow', 'green'] as const).map(
    (level) => `${said.filter((one) => one.level === level).length} ${words[level].toLowerCase()}`,
  );
  return counts.join(texts.listing.comma);
}
