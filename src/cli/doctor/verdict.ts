import type { Level, Problem } from '../../domain/health.ts';
import type { ReasonParam } from '../../domain/reason.ts';
import { findingIn } from '../../i18n/catalogue.ts';
import type { FindingParams } from '../../i18n/en/doctor/index.ts';
import type { Catalogue } from '../../i18n/en/index.ts';
import { ReasonFailure } from '../../i18n/reason-failure.ts';
import type { ProblemVoice } from '../../i18n/texts.ts';
import { safe } from '../payload.ts';

/** Something that was seen, as data: a code of `i18n/en/doctor` or of `domain/health`, with its parameters. */
export interface Finding {
  readonly level: Level;
  readonly code: string;
  readonly params: Readonly<Record<string, ReasonParam>>;
}

/** What a check came to: its findings, and the worst of their levels. */
export interface Verdict {
  readonly level: Level;
  readonly findings: readonly Finding[];
}

/** The name of a check, for programs. */
export type CheckId = keyof Catalogue['doctor']['checks'];

/** One thing that the doctor tries. */
export interface Check {
  readonly id: CheckId;
  /** What it is about where that is not plain: a file, an address. */
  readonly subject?: string;
  /** Tries it. Undefined where there is nothing to look at, and another check says why. Never rejects. */
  run(): Promise<Verdict | undefined>;
}

/** A verdict of one finding. */
export function found<C extends keyof FindingParams>(
  level: Level,
  code: C,
  params: FindingParams[C],
): Verdict {
  return { level, findings: [{ level, code, params: { ...params } }] };
}

/** A problem or warning of `domain/health` as a verdict. */
export function problemVerdict({ level, code, params }: Problem): Verdict {
  return { level, findings: [{ level, code, params }] };
}

/** A part of the config is wrong, so that what it is about cannot be tried. */
export function wrongConfig(part: string): Verdict {
  return found('yellow', 'config.part-wrong', { part });
}

/** A check whose work may throw: that too is a finding, and the others go on. */
export function check(
  id: CheckId,
  subject: string,
  work: () => Verdict | Promise<Verdict | undefined> | undefined,
): Check {
  const run = async (): Promise<Verdict | undefined> => {
    try {
      return await work();
    } catch (error) {
      if (error instanceof ReasonFailure) return found('red', 'check.failed', { reason: error.reason });
      return found('red', 'check.defect', {
        message: error instanceof Error ? error.message : String(error),
      });
    }
  };
  return { id, subject, run };
}

const LEVELS: readonly Level[] = ['green', 'yellow', 'red'];

/** Several verdicts about one thing as one: the worst level, and what is wrong; where nothing is, all that was seen. */
export function combined(verdicts: readonly Verdict[]): Verdict {
  const level = LEVELS.findLast((one) => verdicts.some((verdict) => verdict.level === one)) ?? 'green';
  const findings = verdicts.flatMap((verdict) => verdict.findings);
  return {
    level,
    findings: level === 'green' ? findings : findings.filter((finding) => finding.level !== 'green'),
  };
}

/** The code that stands for a verdict: that of its first finding of its level. */
export function codeOf({ level, findings }: Verdict): string {
  return findings.find((finding) => finding.level === level)?.code ?? '';
}

/** A verdict in words. Several findings are a line each; `remedy` is undefined where there is nothing to do. */
export function wordsOf(
  { findings }: Verdict,
  texts: Catalogue,
  voice: ProblemVoice,
): { readonly seen: string; readonly remedy: string | undefined } {
  const said = findings.map((finding) => findingIn(texts, finding, voice));
  const lines = (all: readonly string[]) => [...new Set(all)].filter((line) => line !== '').join('\n');
  const remedy = lines(said.map((one) => one.remedy));
  return {
    seen: lines(said.map(({ text }) => safe(text.replace(/\s*\n\s*/g, ' ')))),
    remedy: remedy === '' ? undefined : remedy,
  };
}

/** A number of milliseconds for people: `12 ms`, `0.4 ms`, `1.5 s`. */
export function milliseconds(ms: number): string {
  if (ms >= 1000) return `${(ms / 1000).toFixed(1)} s`;
  return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
}

/** A number of bytes for people: `12 KiB`, `1.5 GiB`. */
export function byteSize(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const at = Math.min(Math.floor(Math.log2(Math.max(bytes, 1)) / 10), units.length - 1);
  const count = bytes / 1024 ** at;
  return `${count < 10 && at > 0 ? count.toFixed(1) : Math.round(count)} ${units[at]}`;
}
