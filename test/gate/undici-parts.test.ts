import { Pool as whole } from 'undici';
import Pool from 'undici/lib/dispatcher/pool.js';
import { expect, it } from 'vitest';

it('takes from undici by path just what its index gives out', () => {
  expect(Pool).toBe(whole);
});
