import { expect } from 'vitest';
import { readConfig } from '../../../src/cli/doctor/config.ts';
import { checksFor } from '../../../src/cli/doctor/report.ts';
import { codeOf, type Verdict, wordsOf } from '../../../src/cli/doctor/verdict.ts';
import type { Level } from '../../../src/domain/health.ts';
import { StationZone } from '../../../src/domain/station-time.ts';
import { sayIn } from '../../../src/i18n/catalogue.ts';
import { en } from '../../../src/i18n/en/index.ts';
import { zh } from '../../../src/i18n/zh/index.ts';
import { tempDir, writeConfig } from '../../support/tmp.ts';

/** For a test in which several processes share a core, milliseconds. */
export const PATIENT = 90_000;

/** A verdict as people of both languages read it. */
export interface Said {
  readonly level: Level;
  readonly code: string;
  readonly seen: { readonly en: string; readonly zh: string };
  readonly remedy: { readonly en: string; readonly zh: string } | undefined;
}

/** What an examination came to, by the checks' names. */
export type Examined = Readonly<Record<string, Said>>;

/** Examines a config in this process, with real tries, and waits for all of it. */
export async function examined(
  config: string,
  {
    env = {},
    limitMs = 15_000,
    sendTestRecord = false,
  }: { env?: NodeJS.ProcessEnv; limitMs?: number; sendTestRecord?: boolean } = {},
): Promise<Examined> {
  const checks = checksFor(readConfig(config, env), {
    version: '1.2.3',
    sendTestRecord,
    warn: () => {},
    limitMs,
  });
  const said: Record<string, Said> = {};
  await Promise.all(
    checks.map(async ({ id, run }) => {
      const verdict = await run();
      if (verdict) said[id] = inBoth(verdict);
    }),
  );
  for (const one of Object.values(said)) expectWhole(one);
  return said;
}

/** A verdict as people of both languages read it. */
export function inBoth(verdict: Verdict): Said {
  const [inEn, inZh] = [en, zh].map((texts) =>
    wordsOf(verdict, texts, { say: sayIn(texts), local: shanghai }),
  );
  if (inEn === undefined || inZh === undefined) throw new Error('both languages are there');
  const remedy =
    inEn.remedy === undefined && inZh.remedy === undefined
      ? undefined
      : { en: inEn.remedy ?? '', zh: inZh.remedy ?? '' };
  return { level: verdict.level, code: codeOf(verdict), seen: { en: inEn.seen, zh: inZh.seen }, remedy };
}

const shanghai = (at: number): string => new StationZone('Asia/Shanghai').local(at);

/** Whatever is not well has a remedy, and everything is said in both languages. */
function expectWhole({ level, code, seen, remedy }: Said): void {
  expect(code).toMatch(/^[a-z0-9.-]+$/);
  expect(seen.zh).toMatch(/[\u4e00-\u9fff]/);
  for (const text of [seen, ...(level === 'green' ? [] : [remedy ?? { en: '', zh: '' }])])
    for (const words of [text.en, text.zh]) expect(words).not.toMatch(/^\s*$|undefined|\[object/);
}

/** A fault as it should be told: the level, what was seen and the remedy in English, what was seen in Chinese. */
export function fault(level: Level, seen: RegExp, remedy: RegExp, zh: RegExp): unknown {
  return {
    level,
    code: expect.any(String),
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
