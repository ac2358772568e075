import { readFileSync } from 'node:fs';
import type { Diary } from './actors.ts';
import type { Finding } from './evidence.ts';
import type { Parts } from './parts.ts';

/** What a run was like, by its logs: that the troubles were felt, and that nothing broke. */
export interface Story {
  /** Lines of the daemon's log that matter here, by event. */
  readonly events: Readonly<Record<string, number>>;
  /** Messages published once more because the broker had been killed. */
  readonly repeated: number;
  /** Commands of hands, and those of them that could not do it. */
  readonly hands: number;
  readonly handsRefused: number;
  readonly findings: readonly Finding[];
}

const TOLD = [
  'daemon.start',
  'mqtt.disconnected',
  'storage.failed',
  'storage.recovered',
  'gate.down',
  'gate.held',
  'gate.up',
  'clock.jumped',
  'event.duplicate',
  'event.conflict',
  'event.quarantined',
  'event.waiting',
  'record.refused',
  'record.unanswered',
  'record.parked',
  'outbox.pruned',
];

/** How long after a fault of storage a daemon that cannot start for it may end, milliseconds. */
const AFTER_FAULT_MS = 3_000;

/** Reads the logs of a run that is over. */
export function storyOf({ station, piles, hands }: Parts, { happened }: Diary): Story {
  const lines = station.lines();
  const findings: Finding[] = [];
  const defect = (name: string, words: string) => findings.push({ kind: 'defect', name, words });
  for (const line of lines)
    if (/a defect of pilegate/.test(JSON.stringify(line))) defect('log', JSON.stringify(line));
  const stacks = readFileSync(station.stderr, 'utf8').match(/^.*\n\s+at .*(?:\n\s+at .*)*/gm) ?? [];
  for (const stack of stacks) defect('stderr', stack);
  for (const { at, code, signal } of station.ownEnds) {
    const excused = happened.some(
      ({ what, from, to }) =>
        (what === 'storage failing' && from <= at && to + AFTER_FAULT_MS >= at) ||
        // Told to read its config before it had begun to listen: the service manager waits for that.
        (signal === 'SIGHUP' && what === 'daemon stopped'),
    );
    if (!excused) defect('daemon', `it ended by itself at ${new Date(at).toISOString()}: ${signal ?? code}`);
  }
  return {
    events: Object.fromEntries(
      TOLD.map((event) => [event, lines.filter((line) => line['event'] === event).length]),
    ),
    repeated: piles.repeated,
    hands: hands.runs,
    handsRefused: hands.refused,
    findings,
  };
}
