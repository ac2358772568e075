import {
  isConfirmed,
  levelOf,
  type Observation,
  type Problem,
  problemsOf,
  warningsAmong,
} from '../domain/health.ts';
import { readReason, reason } from '../domain/reason.ts';
import type { Counts, OutboxFacts } from '../domain/snapshot.ts';
import type { StationZone } from '../domain/station-time.ts';
import { inEnglish } from '../i18n/english.ts';
import type { Colours } from './output.ts';
import { isoTime } from './times.ts';
import { type Voice, zoned } from './voice.ts';

/** What `status` shows besides what was observed. */
export interface Around {
  readonly station: { readonly id: string; readonly name: string };
  /** This program's, where no daemon has said its own yet. */
  readonly version: string;
  readonly zone: StationZone;
  /** The wall clock, epoch milliseconds. */
  readonly now: number;
  /** A problem in words. */
  readonly tell: (problem: Problem) => { readonly text: string; readonly remedy: string };
}

const NO_ROWS: OutboxFacts = {
  counts: { waiting: 0, pending: 0, delivered: 0, parked: 0, quarantine: 0 },
  dropped: 0,
  oldestPending: undefined,
  lastDelivery: undefined,
};

/** `status --json`, one object as the contract has it. Where no daemon runs the gate is as the last one said. */
export function statusJson(seen: Observation, around: Around): object {
  const { station, version, zone, now, tell } = around;
  const { running, daemon } = seen;
  const { counts, oldestPending, lastDelivery } = seen.outbox ?? daemon ?? NO_ROWS;
  const iso = (at: number | undefined) => (at === undefined ? null : isoTime(zone, at));
  const { quarantine, ...records } = counts;
  const connected = running && daemon?.mqtt.connected === true;
  // A daemon that was killed left behind since when it was connected, and nobody knows until when.
  const since = daemon?.mqtt.connected === connected ? daemon.mqtt.since : undefined;
  const silent = {
    state: running ? 'up' : 'down',
    since: undefined,
    reason: running ? undefined : reason('prose', { text: 'no daemon has run yet' }),
    keyFingerprint: '',
  };
  const gate = daemon?.gate ?? silent;
  const problems = problemsOf(seen, now);
  return {
    version: daemon?.version ?? version,
    station: station.id,
    level: levelOf(problems),
    confirmed: isConfirmed(seen, now),
    mqtt: { connected, since: iso(since) },
    gate: {
      state: gate.state,
      since: iso(gate.since),
      reason: gate.reason === undefined ? '' : inEnglish(gate.reason),
      keyFingerprint: gate.keyFingerprint === '' ? null : gate.keyFingerprint,
    },
    records,
    quarantine,
    oldestPendingSeconds:
      oldestPending === undefined ? 0 : Math.max(0, Math.round((now - oldestPending) / 1000)),
    lastDeliveryAt: iso(lastDelivery),
    storage: {
      state: daemon?.storage.state ?? 'ok',
      reason: inEnglish(readReason(daemon?.storage.reason ?? '')),
    },
    config: { hash: daemon === undefined || daemon.config.hash === '' ? null : daemon.config.hash },
    boot:
      daemon === undefined
        ? { startedAt: null, clientId: null }
        : { startedAt: iso(daemon.boot.startedAt), clientId: daemon.boot.clientId },
    devices: daemon?.devices ?? { total: 0, silent: [] },
    problems: problems.map((problem) => ({ code: problem.code, level: problem.level, ...tell(problem) })),
    warnings: warningsAmong(problems).map((problem) => ({ code: problem.code, text: tell(problem).text })),
  };
}

/** `status` for a person, one screen: what is wrong first, then how all of it stands. */
export function statusLines(
  seen: Observation,
  around: Around,
  { lang, texts }: Pick<Voice, 'lang' | 'texts'>,
  paint: Colours,
): string[] {
  const { zone, now, station, tell } = around;
  const words = texts.status;
  const local = (at: number) => zoned(zone, at);
  const { running, daemon } = seen;
  const { counts, oldestPending, lastDelivery } = seen.outbox ?? daemon ?? NO_ROWS;
  const colon = lang === 'zh' ? '。' : '. ';
  const problems = problemsOf(seen, now).map((problem) => {
    const { text, remedy } = tell(problem);
    return head(problem.level, `${text}${colon}${capital(remedy)}`);
  });
  const gate = daemon && words.gateState(daemon.gate.state, local(daemon.gate.since), !running);
  const unsaid = running ? words.runningSilent : words.stopped;
  const rows: [string, string][] = [
    [words.station, `${station.id} ${station.name}`],
    [words.daemon, running && daemon ? words.running(daemon.version, daemon.pid) : unsaid],
    [
      words.broker,
      running && daemon?.mqtt.connected ? words.connected(local(daemon.mqtt.since)) : words.disconnected,
    ],
    [words.gate, gate ?? words.unknown],
    [words.records, words.counts(counts)],
    [words.oldest, oldestPending === undefined ? words.none : words.age(Math.max(0, now - oldestPending))],
    [
      words.delivery,
      lastDelivery === undefined
        ? words.none
        : words.ago(Math.max(0, now - lastDelivery), local(lastDelivery)),
    ],
    [words.quarantine, inQuarantine(counts)],
  ];
  const width = Math.max(...rows.map(([name]) => columnsOf(name)));
  return [
    ...(problems.length > 0 ? problems : [head('green', words.allWell)]),
    '',
    ...rows.map(([name, value]) => `${name}${' '.repeat(width - columnsOf(name))}  ${value}`),
  ];

  function head(level: 'red' | 'yellow' | 'green', text: string): string {
    return `${paint.bold(paint[level](`● ${words.level[level]}`))}  ${text}`;
  }

  function inQuarantine({ quarantine }: Counts): string {
    return quarantine === 0 ? words.none : String(quarantine);
  }
}

/** A remedy that begins with a command of ours stays as it is typed. */
function capital(remedy: string): string {
  return remedy.startsWith('pilegate') || remedy.startsWith('chmod')
    ? remedy
    : remedy.charAt(0).toUpperCase() + remedy.slice(1);
}

/** The width of one of our own words. A library that knows every script takes a quarter of this command's time to load. */
function columnsOf(word: string): number {
  return word.replace(/[\u2e80-\uffff]/g, 'xx').length;
}
