import { expect } from 'vitest';
import { readConfig } from '../../../src/cli/doctor/config.ts';
import { examine } from '../../../src/cli/doctor/report.ts';
import { both, type Level, type Verdict } from '../../../src/cli/doctor/verdict.ts';
import { tempDir, writeConfig } from '../../support/tmp.ts';

/** For a test in which several processes share a core, milliseconds. */
export const PATIENT = 90_000;

/** What an examination came to, by the checks' names. */
export type Examined = Readonly<Record<string, Verdict>>;

/** Examines a config in this process, with real tries, and waits for all of it. */
export async function examined(
  config: string,
  {
    env = {},
    limitMs = 15_000,
    sendTestRecord = false,
  }: { env?: NodeJS.ProcessEnv; limitMs?: number; sendTestRecord?: boolean } = {},
): Promise<Examined> {
  const checks = examine(readConfig(config, env), {
    version: '1.2.3',
    sendTestRecord,
    warn: () => {},
    limitMs,
  });
  const verdicts: Record<string, Verdict> = {};
  for (const { id, verdict } of checks) {
    const came = await verdict;
    if (came) verdicts[id] = came;
  }
  for (const verdict of Object.values(verdicts)) expectWhole(verdict);
  return verdicts;
}

/** Whatever is not well has a remedy, and everything is said in both languages. */
function expectWhole({ level, seen, remedy }: Verdict): void {
  expect(seen.zh).toMatch(/[\u4e00-\u9fff]/);
  for (const text of [seen, ...(level === 'green' ? [] : [remedy ?? both('')])])
    for (const words of [text.en, text.zh]) expect(words).not.toMatch(/^\s*$|undefined|\[object/);
}

/** A fault as it should be told: the level, what was seen and the remedy in English, what was seen in Chinese. */
export function fault(level: Level, seen: RegExp, remedy: RegExp, zh: RegExp): unknown {
  return {
    level,
    seen: { en: expect.stringMatching(seen), zh: expect.stringMatching(zh) },
    remedy: { en: expect.stringMatching(remedy), zh: expect.stringMatching(/\S/) },
  };
}

/** A station's config in a folder of its own, broker and gate nowhere unless told otherwise. */
export function station(overrides: Readonly<Record<string, unknown>> = {}): string {
  return writeConfig(tempDir(), {
    broker: { url: 'mqtt://127.0.0.1:1' },
    gateUrl: 'http://127.0.0.1:9/',
    overrides,
  });
}
