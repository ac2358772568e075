import { Command } from 'commander';
import { mistakeJson } from '../config/loaded.ts';
import { Failure } from '../domain/failure.ts';
import { CaseConfigs } from './case/case-config.ts';
import { type CaseFile, CaseRejected, readCase } from './case/case-file.ts';
import { type Difference, differences } from './case/compare.ts';
import { findCases } from './case/find-cases.ts';
import { differenceLine } from './case/report.ts';
import { TrialBench } from './case/trial.ts';
import { updateCase } from './case/update.ts';
import type { GlobalOptions } from './global-options.ts';
import { language, print, printJson, say } from './output.ts';
import { progress } from './progress.ts';
import { type Speech, speechIn } from './voice.ts';

interface TestOptions extends GlobalOptions {
  readonly update?: true;
  readonly json?: true;
}

/** `test`: runs case files against the rules, and says what is not as expected. */
export function testCommand(): Command {
  return new Command('test')
    .description('run case files: messages in, and what is expected to become of them')
    .argument('<dir|file...>', 'case files, or folders of them (*.yaml, *.yml, *.json; not what lies deeper)')
    .option('--update', "write today's result as expected, comments and form of the file kept")
    .option('--json', 'one JSON object a case')
    .addHelpText(
      'after',
      `
A case with sources of its own needs no --config. Nothing is connected to, and no record is sent.
Exits 1 when a case differs, 2 when one cannot be read.

Examples:
  pilegate test cases
  pilegate test --config config.yaml cases/end.yaml
  pilegate test --update cases`,
    )
    .action(run);
}

/** What became of one case. */
type Verdict =
  | { readonly kind: 'as-expected' | 'updated'; readonly file: string }
  | { readonly kind: 'different'; readonly file: string; readonly found: readonly Difference[] }
  | { readonly kind: 'unreadable'; readonly file: string; readonly rejected: CaseRejected };

async function run(paths: readonly string[], _: object, command: Command): Promise<void> {
  const { config, update, json, lang: option } = command.optsWithGlobals<TestOptions>();
  const speech = await speechIn(language(option, process.env));
  const { cases: words } = speech.texts;
  const files = paths.flatMap((path) => {
    const found = findCases(path);
    if (found.length === 0) throw new Failure(words.noCases(path), 2);
    return found;
  });
  const named = command.getOptionValueSourceWithGlobals('config') !== 'default';
  const cases = readAll(files);
  const runner = new Runner(new CaseConfigs(config, named, process.env), update === true);
  const tell = json ? tellJson : (verdict: Verdict) => tellPerson(verdict, speech);
  const counts = { asExpected: 0, different: 0, unreadable: 0, updated: 0 };
  const shown = progress();
  try {
    for (const [index, one] of cases.entries()) {
      shown.at(index, cases.length);
      const verdict = 'rejected' in one ? one : await runner.judge(one);
      counts[COUNTED[verdict.kind]] += 1;
      if (verdict.kind !== 'as-expected') shown.end();
      tell(verdict);
    }
  } finally {
    shown.end();
    runner.close();
  }
  if (!json) say(words.summary(counts));
  if (counts.unreadable > 0) process.exitCode = 2;
  else if (counts.different > 0) process.exitCode = 1;
}

const COUNTED = {
  'as-expected': 'asExpected',
  different: 'different',
  unreadable: 'unreadable',
  updated: 'updated',
} as const;

/** Reads every file, so that one that another case names as its payload or config is known to be no case. */
function readAll(
  files: readonly { readonly file: string; readonly path: string; readonly named: boolean }[],
): (CaseFile | (Verdict & { kind: 'unreadable' }))[] {
  const read = files.map(({ file }) => {
    try {
      return readCase(file);
    } catch (error) {
      if (!(error instanceof CaseRejected)) throw error;
      return { kind: 'unreadable' as const, file, rejected: error };
    }
  });
  const parts = new Set(read.flatMap((one) => ('names' in one ? one.names : [])));
  return read.filter((_, index) => {
    const found = files[index];
    return found === undefined || found.named || !parts.has(found.path);
  });
}

/** Runs cases one after the other. */
class Runner {
  readonly #configs: CaseConfigs;
  readonly #update: boolean;
  #bench: TrialBench | undefined;

  constructor(configs: CaseConfigs, update: boolean) {
    this.#configs = configs;
    this.#update = update;
  }

  async judge(one: CaseFile): Promise<Verdict> {
    const { file } = one;
    try {
      const trial = this.#configs.prepare(one);
      this.#bench ??= new TrialBench();
      const result = await this.#bench.run(trial);
      const found = differences(one.expected, result);
      if (found.length === 0) return { kind: 'as-expected', file };
      if (!this.#update) return { kind: 'different', file, found };
      updateCase(file, result);
      return { kind: 'updated', file };
    } catch (error) {
      if (!(error instanceof CaseRejected)) throw error;
      return { kind: 'unreadable', file, rejected: error };
    }
  }

  close(): void {
    this.#bench?.close();
  }
}

function tellJson(verdict: Verdict): void {
  const { file, kind } = verdict;
  printJson({
    file,
    ok: kind === 'as-expected' || kind === 'updated',
    ...(kind === 'updated' ? { updated: true } : {}),
    differences: kind === 'different' ? verdict.found : [],
    ...(kind === 'unreadable' ? { mistakes: verdict.rejected.mistakes.map(mistakeJson) } : {}),
  });
}

function tellPerson(verdict: Verdict, speech: Speech): void {
  if (verdict.kind === 'updated') say(speech.texts.cases.updated(verdict.file));
  if (verdict.kind === 'unreadable') say(verdict.rejected.inWords(speech.told));
  if (verdict.kind !== 'different') return;
  print(speech.texts.cases.head(verdict.file, verdict.found.length));
  for (const difference of verdict.found) print(`  ${differenceLine(difference, speech)}`);
}
