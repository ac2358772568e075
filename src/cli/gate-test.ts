import { writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { identityOf, type Setup, setUp } from '../daemon/setup.ts';
import { Failure } from '../domain/failure.ts';
import { StationZone } from '../domain/station-time.ts';
import { describeGate } from '../gate/probe.ts';
import { VERSION } from '../version.ts';
import { ask, canAsk } from './ask.ts';
import { TEST_PLATE } from './doctor/test-record.ts';
import { type Head, reportForm, verdictWord } from './gate-test/report.ts';
import { type Finding, MOST_POSTS, tryRules } from './gate-test/rules.ts';
import { type Said, saidOf } from './gate-test/words.ts';
import type { GlobalOptions } from './global-options.ts';
import { colours, language, print, printJson, say } from './output.ts';
import { safe } from './payload.ts';
import { type Voice, voiceIn } from './voice.ts';

interface GateTestOptions extends GlobalOptions {
  readonly yes?: true;
  readonly report?: string;
  readonly json?: true;
}

/** `gate-test`: holds a gate platform to its dialect's document before it goes live. */
export function gateTestCommand(): Command {
  return new Command('gate-test')
    .description(
      'the acceptance test of a gate platform before it goes live: which rule is broken, what it costs',
    )
    .option('--yes', 'send without asking')
    .option('--report <file>', 'also write a report for its people: FILE.html, FILE.md or FILE.json')
    .option(
      '--json',
      'one JSON object a rule: {"rule","ok","severity","sent","expected","got"}; rule: accept, signature, required, repeat, optional-empty, extension, text, parallel or keep-alive',
    )
    .addHelpText(
      'after',
      `
It sends at most ${MOST_POSTS} signed requests with made-up records (order PILEGATE-TEST-…, car ${TEST_PLATE}, no money), which the
platform may keep: agree with its people before. Secrets are in no report. Exits 1 where a rule of the dialect's document
is broken (severity error); 2 where nobody said yes.

Examples:
  sudo pilegate gate-test --report gate.html --lang zh
  pilegate gate-test --config config.yaml --yes --json | jq 'select(.ok | not)'`,
    )
    .action(run);
}

async function run(_: object, command: Command): Promise<void> {
  const { config, lang, yes, report: file, json } = command.optsWithGlobals<GateTestOptions>();
  const chosen = language(lang, process.env);
  const setup = setUp(config, process.env);
  const { station, gate: settings } = setup.loaded.config;
  const zone = new StationZone(station.timeZone);
  const voice = await voiceIn(chosen, zone);
  const texts = voice.texts.gateTest;
  const form = file === undefined ? undefined : reportForm(file);
  if (file !== undefined && form === undefined)
    return command.error(`error: ${texts.badReport(safe(file))}`, { exitCode: 2 });
  const { url } = describeGate(settings, zone);
  if (!yes) await mayBeSent(url, voice, command);

  const began = Date.now();
  const said: Said[] = [];
  const findings = await tryRules(subjectOf(setup, zone), (finding) => {
    const one = saidOf(finding, voice, url);
    said.push(one);
    if (json) printJson(one);
    else for (const line of lines(one, voice)) print(line);
  });
  if (file !== undefined && form !== undefined) {
    const head: Head = {
      gate: url,
      dialect: settings.dialect,
      station: `${station.name} (${station.id})`,
      car: TEST_PLATE,
      at: voice.local(began),
    };
    write(file, form(head, said, voice.texts, chosen), voice);
  }
  if (!json) say(summary(findings, voice));
  if (isBroken(findings)) process.exitCode = 1;
}

/** Ends with 2 where nobody says yes. */
async function mayBeSent(url: string, { texts: { gateTest } }: Voice, command: Command): Promise<void> {
  if (!canAsk()) return command.error(`error: ${gateTest.needsYes(MOST_POSTS, url)}`, { exitCode: 2 });
  if (!(await ask(gateTest.question(MOST_POSTS, url, TEST_PLATE))))
    return command.error(gateTest.declined, { exitCode: 2 });
}

function subjectOf({ loaded, secrets }: Setup, zone: StationZone): Parameters<typeof tryRules>[0] {
  return {
    settings: loaded.config.gate,
    secrets: secrets.gate.reveal(),
    identity: identityOf(loaded),
    zone,
    version: VERSION,
    now: Date.now,
  };
}

/** Whether a rule of the dialect's document is broken. */
function isBroken(findings: readonly Finding[]): boolean {
  return findings.some(({ ok, severity }) => !ok && severity === 'error');
}

/** One rule for a person: what came of it; below it, where it is broken, the details. */
function lines(one: Said, { texts }: Voice): string[] {
  const { labels, rules } = texts.gateTest;
  const { bold, cyan, green, red, yellow } = colours();
  const paint = one.ok ? green : one.severity === 'error' ? red : yellow;
  const { title, cost } = rules[one.rule];
  const colon = texts.listing.colon;
  const head = `${bold(paint(verdictWord(one, texts)))}  ${bold(one.rule)}${colon}${title}`;
  const got = one.got.split('\n').map((line) => `    ${labels.got}${colon}${line}`);
  if (one.ok) return [head, ...got];
  const expected = `    ${labels.expected}${colon}${one.expected}`;
  return one.severity === 'untried'
    ? [head, ...got]
    : [head, expected, ...got, `    ${cyan('→')} ${labels.cost}${colon}${cost}`];
}

function summary(findings: readonly Finding[], { texts }: Voice): string {
  const count = (severity: Finding['severity']) =>
    findings.filter((one) => !one.ok && one.severity === severity).length;
  const kept = findings.filter(({ ok }) => ok).length;
  return texts.gateTest.summary(kept, count('error'), count('warning'), count('untried'));
}

function write(file: string, text: string, { texts: { gateTest } }: Voice): void {
  try {
    writeFileSync(file, text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Failure(gateTest.unwritten(safe(file), why), 1, { cause });
  }
  say(gateTest.written(safe(file)));
}
