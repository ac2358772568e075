import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { realMosquitto } from '../support/broker.ts';
import { owned } from '../support/cleanup.ts';

const report = z.object({
  seed: z.number(),
  counts: z.record(z.string(), z.number()),
  made: z.record(z.string(), z.number()),
  findings: z.array(z.unknown()),
  leftOut: z.array(z.string()),
});

/** `PILEGATE_CHAOS_MINUTES` and `PILEGATE_SEED` choose another length, and a run that was seen before. */
const minutes = Number(process.env['PILEGATE_CHAOS_MINUTES'] ?? 2);
const seed = process.env['PILEGATE_SEED'] ?? String(Date.now() % 1_000_000);
/** The end of a run: what is due gets done, twice over at most; and start and stop. */
const END_MS = 8 * 60_000;

it.runIf(realMosquitto())(
  `loses no order in ${minutes} minutes in which everything goes wrong (seed ${seed})`,
  { timeout: minutes * 60_000 + END_MS },
  async () => {
    const main = fileURLToPath(new URL('./main.ts', import.meta.url));
    const args = ['--minutes', String(minutes), '--seed', seed, '--json'];
    const child = owned(
      spawn(process.execPath, [main, ...args], {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: { ...process.env, VITEST: undefined },
      }),
    );
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    const printed = await text(child.stdout);
    const { findings, counts, made, leftOut } = report.parse(JSON.parse(printed));
    const troubles = Object.values(made).reduce((sum, n) => sum + n, 0);
    console.log(
      `seed ${seed}: ${troubles} troubles, ${JSON.stringify(counts)}, left out: ${leftOut.join('; ') || 'nothing'}`,
    );
    expect(findings).toEqual([]);
    expect(counts['delivered']).toBeGreaterThan(minutes * 200);
    expect(troubles).toBeGreaterThan(minutes * 15);
    expect(await ended).toBe(0);
  },
);
