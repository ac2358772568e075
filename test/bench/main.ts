/** `npm run bench`: every figure of docs/performance.md, with its baseline in the same run. */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { cleanUp } from '../support/cleanup.ts';
import { canShim, makeShim } from '../support/shim.ts';
import { benchBacklog } from './backlog.ts';
import { benchDaemon } from './daemon.ts';
import { benchDelivery } from './delivery.ts';
import { writeDocs } from './docs.ts';
import { kept, type Line } from './harness.ts';
import { benchIntake } from './intake.ts';
import { benchLatency } from './latency.ts';
import { benchPeers } from './peers/peers.ts';
import { markdownOf, resultOf, resultSchema, textOf } from './result.ts';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    /** The peers alone, or all: they come from the npm registry. */
    peers: { type: 'boolean', default: false },
    all: { type: 'boolean', default: false },
    markdown: { type: 'boolean', default: false },
    /** Writes docs/performance.md and its charts; with `from`, of figures that `--json` printed before. */
    docs: { type: 'boolean', default: false },
    from: { type: 'string' },
    json: { type: 'boolean', default: false },
    /** A share of all counts, for trying the bench itself: its figures then mean nothing. */
    scale: { type: 'string', default: '1' },
  },
});
const { quick, only, json } = values;
const runs = quick ? 1 : 3;
const scaled = (inQuick: number, inFull: number): number =>
  Math.ceil((quick ? inQuick : inFull) * Number(values.scale));

const BENCHES: Readonly<Record<string, () => Promise<Line[]>>> = {
  intake: () =>
    benchIntake(
      scaled(40_000, 100_000),
      quick ? 2 : 3,
      runs,
      canShim() ? makeShim({ fsyncUs: 5_000 }).env : undefined,
    ),
  delivery: () =>
    benchDelivery(scaled(10_000, 30_000), runs, quick ? [4, 16] : [1, 4, 16, 64], quick ? [] : [16]),
  backlog: () =>
    benchBacklog(
      (quick ? [10_000, 100_000] : [1_000, 10_000, 100_000, 1_000_000]).map((size) => scaled(size, size)),
      scaled(10_000, 10_000),
      runs,
    ),
  latency: () =>
    benchLatency({ warm: scaled(600, 800), rest: scaled(150, 500), load: scaled(600, 3_000) }, runs),
  daemon: () =>
    benchDaemon({
      backlog: scaled(100_000, 1_000_000),
      starts: quick ? 1 : 5,
      restSeconds: quick ? 8 : 20,
      fresh: scaled(100, 300),
      written: { rest: scaled(200, 500), burst: scaled(5_000, 20_000) },
    }),
};

const PEERS = {
  peers: () =>
    benchPeers({ rate: scaled(3_000, 5_000), kill: scaled(1_000, 2_000) }, runs, quick ? [1] : [1, 2, 3]),
};
const chosen = values.peers ? PEERS : values.all ? { ...BENCHES, ...PEERS } : BENCHES;

const unknown = only?.split(',').filter((name) => !(name in chosen)) ?? [];
if (unknown.length > 0) {
  process.stderr.write(`no ${unknown.join(', ')} here: ${Object.keys(chosen).join(', ')}\n`);
  process.exit(2);
}

const result =
  values.from === undefined
    ? resultOf(await measureAll(), said())
    : resultSchema.parse(JSON.parse(readFileSync(values.from, 'utf8')));
if (values.docs) writeDocs(result);
if (json) console.log(JSON.stringify(result, undefined, 2));
else if (values.markdown) console.log(markdownOf(result.lines));
process.exit(result.lines.every(kept) ? 0 : 1);

async function measureAll(): Promise<Line[]> {
  const lines: Line[] = [];
  try {
    for (const [name, bench] of Object.entries(chosen)) {
      if (only !== undefined && !only.split(',').includes(name)) continue;
      process.stderr.write(`${name} …\n`);
      const began = performance.now();
      const found = await bench();
      process.stderr.write(`${name}: ${Math.round((performance.now() - began) / 1_000)} s\n`);
      lines.push(...found);
      // Words go where they do not disturb what a program reads.
      (json || values.markdown ? process.stderr : process.stdout).write(`${textOf(found)}\n`);
    }
  } finally {
    await cleanUp();
  }
  return lines;
}

/** The options that say what was measured. */
function said(): string {
  return process.argv
    .slice(2)
    .filter((word) => !/^--(json|markdown)$/.test(word))
    .join(' ');
}
