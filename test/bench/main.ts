/** `npm run bench`: every figure of docs/performance.md, with its baseline in the same run. */
import { parseArgs } from 'node:util';
import { cleanUp } from '../support/cleanup.ts';
import { canShim, makeShim } from '../support/shim.ts';
import { benchBacklog } from './backlog.ts';
import { benchDaemon } from './daemon.ts';
import { benchDelivery } from './delivery.ts';
import { kept, type Line, machine } from './harness.ts';
import { benchIntake } from './intake.ts';
import { benchLatency } from './latency.ts';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
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
    benchIntake(scaled(30_000, 100_000), runs, canShim() ? makeShim({ fsyncUs: 5_000 }).env : undefined),
  delivery: () => benchDelivery(scaled(8_000, 30_000), runs, quick ? [4, 16] : [1, 4, 16, 64]),
  backlog: () =>
    benchBacklog(
      [1_000, 10_000, 100_000, ...(quick ? [] : [1_000_000])].map((size) => scaled(size, size)),
      runs,
    ),
  latency: () => benchLatency({ rest: scaled(200, 500), load: scaled(1_000, 3_000) }, runs),
  daemon: () =>
    benchDaemon({
      backlog: scaled(200_000, 1_000_000),
      starts: quick ? 1 : 5,
      restSeconds: quick ? 10 : 20,
      fresh: scaled(100, 300),
      written: { rest: scaled(200, 500), burst: scaled(5_000, 20_000) },
    }),
};

const lines: Line[] = [];
try {
  for (const [name, bench] of Object.entries(BENCHES)) {
    if (only !== undefined && !only.split(',').includes(name)) continue;
    process.stderr.write(`${name} …\n`);
    for (const line of await bench()) {
      lines.push(line);
      if (!json) console.log(textOf(line));
    }
  }
} finally {
  await cleanUp();
}
if (json) console.log(JSON.stringify({ machine: machine(), lines }, undefined, 2));
process.exit(lines.every(kept) ? 0 : 1);

function textOf(line: Line): string {
  const { group, what, value, unit, ratio } = line;
  const told =
    ratio === undefined
      ? ''
      : `  ×${ratio.value.toFixed(2)} of ${ratio.of}${kept(line) ? '' : '  ← not what is promised'}`;
  return `${group}: ${what}: ${value < 100 ? value.toFixed(1) : Math.round(value).toLocaleString('en')} ${unit}${told}`;
}
