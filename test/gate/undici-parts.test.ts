import { Client as wholeClient, Pool as wholePool } from 'undici';
import Client from 'undici/lib/dispatcher/client.js';
import Pool from 'undici/lib/dispatcher/pool.js';
import { expect, it } from 'vitest';

it('takes from undici by path just what its index gives out', () => {
  expect([Pool, Client]).toEqual([wholePool, wholeClient]);
});
