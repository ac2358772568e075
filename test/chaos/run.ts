import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { cleanUp } from '../support/cleanup.ts';
import { until } from '../support/wait.ts';
import { type Diary, make } from './actors.ts';
import { judge } from './check.ts';
import type { Finding, Judgement } from './evidence.ts';
import { readLedger } from './ledger.ts';
import { freshSession, planLoad } from './load.ts';
import { forgottenOf, readOutbox } from './outcome.ts';
import { type Parts, startParts, TIMEOUT_MS } from './parts.ts';
import { ALL_LANES, planTroubles, type Trouble } from './plan.ts';
import { type Story, storyOf } from './timeline.ts';

/** What a run is told. */
export interface RunOptions {
  readonly seed: number;
  readonly minutes: number;
  /** Keeps logs, ledgers and outbox also where all is well. */
  readonly keep: boolean;
  /** Called every ten seconds. */
  readonly progress: (words: string) => void;
}

/** What a run came to. */
export interface Report extends Judgement {
  readonly seed: number;
  readonly minutes: number;
  readonly leftOut: readonly string[];
  /** Troubles made, by lane and kind. */
  readonly made: Readonly<Record<string, number>>;
  readonly story: Story;
  /** Where logs, ledgers and outbox are; undefined where they were not kept. */
  readonly kept: string | undefined;
}

/** In the end everything works again, and what is due must get done: in vain only after so long without progress, milliseconds. */
const STUCK_MS = 180_000;

/** A run from its first event to the verdict. Leaves nothing behind but what is `kept`. */
export async function run(options: RunOptions): Promise<Report> {
  const { seed, minutes, keep } = options;
  const dir = mkdtempSync(join(tmpdir(), `pilegate-chaos-${seed}-`));
  // Copied before the disk is unmounted.
  const kept = (): string => {
    cpSync(dir, `${dir}-kept`, { recursive: true });
    return `${dir}-kept`;
  };
  try {
    const parts = await startParts(dir, minutes);
    const report = await runOn(parts, options);
    return { ...report, kept: keep || report.findings.length > 0 ? kept() : undefined };
  } catch (error) {
    options.progress(`the run broke off; kept: ${kept()}`);
    throw error;
  } finally {
    await cleanUp();
    rmSync(dir, { recursive: true, force: true });
  }
}

async function runOn(parts: Parts, options: RunOptions): Promise<Omit<Report, 'kept'>> {
  const { seed, minutes, progress } = options;
  const { station, piles, hands, gate, broker } = parts;
  const lengthMs = minutes * 60_000;
  const troubles = planTroubles(seed, lengthMs).filter(parts.can);
  const diary: Diary = { happened: [], findings: [], made: new Map() };
  for (const what of parts.leftOut) progress(`left out: ${what}`);
  station.start();
  await until(
    () => station.lines().some(({ event }) => event === 'daemon.ready'),
    'the daemon to be ready',
    60_000,
  );

  const began = performance.now();
  const sinceBegan = () => performance.now() - began;
  const told = setInterval(() => {
    const acked = piles.ledger.filter(({ ackedAt }) => ackedAt !== undefined).length;
    const made = [...diary.made.values()].reduce((sum, n) => sum + n, 0);
    const found = diary.findings.length + hands.findings.length;
    progress(
      `${Math.round(sinceBegan() / 1_000)} s: ${acked} of ${piles.ledger.length} messages at the broker, ${made} troubles, ${found} findings`,
    );
  }, 10_000);
  try {
    const publishing = async (): Promise<void> => {
      for (const publication of planLoad(seed, lengthMs, Date.now())) {
        await sleep(Math.max(0, publication.at - sinceBegan()));
        piles.publish(publication);
      }
    };
    const lane = async (own: readonly Trouble[]): Promise<void> => {
      for (const trouble of own) {
        await sleep(Math.max(0, trouble.at - sinceBegan()));
        // On a machine that is too slow a lane falls behind: what it has not got to is left out.
        if (sinceBegan() > lengthMs) return;
        await make(trouble, parts, diary);
      }
    };
    await Promise.all([
      publishing(),
      ...ALL_LANES.map((name) => lane(troubles.filter((trouble) => trouble.lane === name))),
    ]);
    progress('all troubles are over: now everything must get done');
    station.setClock(0);
    await settle(parts, options);
    const code = await station.end('SIGTERM');
    if (code !== 0) diary.findings.push(defect('stop', `the daemon ended with ${code} in the end`));
  } finally {
    clearInterval(told);
  }

  const { rows, quarantined } = await readOutbox(parts);
  const published = piles.ledger.flatMap(({ publication: { payload, claim }, ackedAt }) =>
    claim === undefined || ackedAt === undefined ? [] : [{ payload, claim }],
  );
  const known = new Set(rows.map(({ orderNo }) => orderNo));
  const orders = published.flatMap(({ claim }) => (claim.kind === 'junk' ? [] : [claim.orderNo]));
  const story = storyOf(parts, diary);
  const judgement = judge({
    published,
    receipts: readLedger(gate.ledger),
    rows,
    quarantined,
    forgotten: forgottenOf(
      parts,
      [...new Set(orders)].filter((orderNo) => !known.has(orderNo)),
    ),
    discarded: hands.discarded,
    happened: diary.happened,
    timeoutMs: TIMEOUT_MS,
  });
  await piles.end();
  await broker.stop();
  return {
    ...judgement,
    findings: [...diary.findings, ...hands.findings, ...story.findings, ...judgement.findings],
    seed,
    minutes,
    leftOut: parts.leftOut,
    made: Object.fromEntries([...diary.made].toSorted()),
    story,
  };
}

const standing = z.object({ records: z.object({ pending: z.number(), waiting: z.number() }) });

/** Everything works: waits until nothing is pending or waiting, while a few more sessions end, as on any day. */
async function settle({ station, piles }: Parts, { seed, progress }: RunOptions): Promise<void> {
  await piles.settled(60_000);
  let more = 90_000_000;
  const quiet = async (): Promise<void> => {
    let least = Number.POSITIVE_INFINITY;
    let limit = performance.now() + STUCK_MS;
    for (let calm = 0; calm < 3; ) {
      if (performance.now() > limit) return progress(`${least} records are left, and nothing more gets done`);
      more += 1;
      piles.publish(freshSession(seed, more, Date.now()));
      await sleep(1_000);
      const { code, stdout } = await station.hand('status', '--json');
      const left = code === 0 ? recordsLeft(stdout) : Number.POSITIVE_INFINITY;
      calm = left === 0 ? calm + 1 : 0;
      if (left >= least) continue;
      least = left;
      limit = performance.now() + STUCK_MS;
    }
    await piles.settled(60_000);
  };
  await quiet();
  // A hand sends all that is parked once more, or leaves it: either is an end.
  if (seed % 2 === 1) {
    await station.hand('records', 'retry', '--parked');
    await quiet();
  }
}

/** How many records `status --json` has that are not done with. */
function recordsLeft(status: string): number {
  const { pending, waiting } = standing.parse(JSON.parse(status)).records;
  return pending + waiting;
}

/** Something broke that should not. */
function defect(name: string, words: string): Finding {
  return { kind: 'defect', name, words };
}
