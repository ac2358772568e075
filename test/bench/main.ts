/** `npm run bench`: every figure of docs/performance.md, with its baseline in the same run. */
import { parseArgs } from 'node:util';
import { cleanUp } from '../support/cleanup.ts';
import { canShim, makeShim } from '../support/shim.ts';
import { benchBacklog } from './backlog.ts';
import { benchDelivery } from './delivery.ts';
import { kept, type Line, machine } from './harness.ts';
import { benchIntake } from './intake.ts';
import { benchLatency } from './latency.ts';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const { quick, only, json } = values;

const BENCHES: Readonly<Record<string, () => Promise<Line[]>>> = {
  intake: () =>
    benchIntake(
      quick ? 30_000 : 100_000,
      quick ? 1 : 3,
      canShim() ? makeShim({ fsyncUs: 5_000 }).env : undefined,
    ),
  delivery: () => benchDelivery(quick ? 5_000 : 20_000, quick ? 1 : 3, quick ? [4, 16] : [1, 4, 16, 64]),
  backlog: () => benchBacklog(10_000, quick ? 200_000 : 1_000_000, 5_000, quick ? 1 : 3),
  latency: () => benchLatency(quick ? 200 : 500),
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
