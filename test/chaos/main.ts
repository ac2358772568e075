/** `npm run chaos`: everything goes wrong for some minutes, and nothing may be lost. See docs/chaos.md. */
import { parseArgs } from 'node:util';
import { cleanUp } from '../support/cleanup.ts';
import { run } from './run.ts';
import { tell } from './summary.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '2' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    json: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
  },
});
const [minutes, seed] = [Number(values.minutes), Number(values.seed)];
if (!(minutes > 0) || !Number.isInteger(seed) || seed < 0) {
  process.stderr.write('usage: npm run chaos -- [--minutes N] [--seed S] [--json] [--keep]\n');
  process.exit(2);
}
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void cleanUp().finally(() => process.exit(130)));

const replay = `npm run chaos -- --seed ${seed} --minutes ${minutes}`;
const progress = (words: string) => void process.stderr.write(`${words}\n`);
progress(`seed ${seed}, ${minutes} min; again with: ${replay}`);
const report = await run({ seed, minutes, keep: values.keep, progress });
const printed = values.json ? `${JSON.stringify(report, undefined, 2)}\n` : tell(report);
// A pipe takes 64 KiB at a time: what is not yet written would be cut off by the exit.
await new Promise((resolve) => process.stdout.write(printed, resolve));
progress(
  `seed ${seed}: ${report.findings.length === 0 ? 'every promise was kept' : 'NOT every promise was kept'}`,
);
process.exit(report.findings.length === 0 ? (process.exitCode ?? 0) : 1);
