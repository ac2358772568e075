/**
 * What is told to people who do not look: an alert begins where the one judge (`health.ts`) sees its problem, and is
 * over where it sees it no more. Names as users write them under `alerts[].on`.
 */
import type { Problem, ProblemCode } from './health.ts';
import { WARNINGS, type WarningCode } from './warnings.ts';

/** Where alerts can go: a robot of 企业微信, 钉钉 or 飞书, or whatever takes JSON. */
export const PLATFORMS = ['wecom', 'dingtalk', 'feishu', 'json'] as const;
export type Platform = (typeof PLATFORMS)[number];

/** Alerts with a name of their own, and the problem that each tells. */
const NAMED = {
  'gate.held': 'gate-held',
  'gate.down': 'gate-down',
  'broker.down': 'broker-down',
  'storage.failed': 'storage-failed',
  'record.parked': 'parked',
  'event.quarantined': 'quarantine',
  'device.silent': 'device-silent',
} as const satisfies Readonly<Record<string, ProblemCode>>;

/** An alert's name: one of its own, or the code of any other warning. */
export type AlertName = keyof typeof NAMED | Exclude<WarningCode, 'storage-failed' | 'device-silent'>;

/** Every alert's name, those with one of their own first. */
export const ALERT_NAMES: readonly AlertName[] = [
  ...(Object.keys(NAMED) as (keyof typeof NAMED)[]),
  ...(Object.keys(WARNINGS) as WarningCode[]).filter(
    (code): code is Exclude<WarningCode, 'storage-failed' | 'device-silent'> =>
      code !== 'storage-failed' && code !== 'device-silent',
  ),
];

/** What is told where `alerts[].on` does not say. */
export const DEFAULT_ALERTS: readonly AlertName[] = [
  'gate.held',
  'gate.down',
  'storage.failed',
  'record.parked',
  'event.quarantined',
  'device.silent',
];

/** A link that is down for less is none of a person's business, milliseconds (10 min). */
export const LINK_DOWN_MS = 10 * 60_000;

/** Something that is so now, of which an alert tells. */
export interface Condition {
  readonly alert: AlertName;
  /** What it is about besides its name: a pile's id; empty for most. */
  readonly device: string;
  readonly problem: Problem;
  /** Since when, epoch milliseconds, where the judge knows. */
  readonly since: number | undefined;
}

const BY_CODE: ReadonlyMap<ProblemCode, AlertName> = new Map(
  Object.entries(NAMED).map(([name, code]) => [code, name as keyof typeof NAMED]),
);

/**
 * The alerts that hold now. Pure.
 * @param silent the ids of piles from which nothing came for `silentAfter`: each is a cause of its own
 * @param now the wall clock, epoch milliseconds
 */
export function conditionsOf(
  problems: readonly Problem[],
  silent: readonly string[],
  now: number,
): Condition[] {
  return problems.flatMap((problem): Condition[] => {
    const { code, params } = problem;
    const alert = BY_CODE.get(code) ?? ALERT_NAMES.find((name) => name === code);
    if (alert === undefined) return [];
    const since = typeof params['since'] === 'number' ? params['since'] : undefined;
    if (code === 'device-silent')
      return silent.map((device) => ({
        alert,
        device,
        problem: { ...problem, params: { devices: device, count: 1 } },
        since,
      }));
    const early = since !== undefined && now - since < LINK_DOWN_MS;
    if ((code === 'gate-down' || code === 'broker-down') && early) return [];
    return [{ alert, device: '', problem, since }];
  });
}
