import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { pilegate } from '../support/cli.ts';

/** What piles, gateways and platforms publish, and what becomes of it: one file a case, in the form of users. */
const CASES = fileURLToPath(new URL('../cases', import.meta.url));

it('every case of test/cases becomes what it expects', async () => {
  const files = readdirSync(CASES).filter((name) => name.endsWith('.yaml'));
  expect(files.length).toBeGreaterThan(30);
  const { code, stdout, stderr } = await pilegate(['test', CASES], { limitMs: 60_000 });
  expect([stdout, stderr]).toEqual(['', `${files.length} cases: ${files.length} as expected\n`]);
  expect(code).toBe(0);
});
