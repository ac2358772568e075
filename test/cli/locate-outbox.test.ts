import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findPlace } from '../../src/cli/locate-outbox.ts';
import { loadConfig } from '../../src/config/load.ts';
import { tempDir, writeConfig } from '../support/tmp.ts';

function config(overrides: Readonly<Record<string, unknown>> = {}, more = ''): string {
  const path = writeConfig(tempDir(), {
    broker: { url: 'mqtt://127.0.0.1:1' },
    gateUrl: 'http://127.0.0.1:9/',
    overrides,
  });
  if (more !== '') writeFileSync(path, `${readFileSync(path, 'utf8')}${more}`);
  return path;
}

describe('the outbox', () => {
  it.each([
    ['with its defaults', { outbox: undefined, station: { timeZone: undefined } }, {}],
    ['by $STATE_DIRECTORY', { outbox: undefined }, { STATE_DIRECTORY: '/var/lib/some:/other' }],
    ['by a path beside the config', { outbox: { path: 'sub/o.db' } }, {}],
    ['by an absolute path', { outbox: { path: '/srv/o.db' } }, {}],
    ['with its own limit of refusals', { delivery: { refusal: { attempts: 3 } } }, {}],
    ['in another zone', { station: { timeZone: 'Europe/Berlin' } }, {}],
    ['by text that the schema trims', { outbox: { path: ' o.db ' } }, {}],
  ])('is found as the full config has it: %s', async (_, overrides, env) => {
    const file = config(overrides);
    const { config: full } = loadConfig(file, env);
    const { zone, ...place } = await findPlace(file, env);
    expect(place).toEqual({
      path: full.outbox.path,
      station: expect.objectContaining({ id: full.station.id, name: full.station.name }),
      refusals: full.delivery.refusal.attempts,
    });
    expect(zone.name).toBe(full.station.timeZone);
  });

  it('is found while a mistake elsewhere keeps the daemon from running', async () => {
    const file = config({ gate: { baseUrl: 'ftp://nowhere' }, sources: [] });
    expect(() => loadConfig(file, {})).toThrow('gate.baseUrl');
    expect((await findPlace(file, {})).path).toBe(resolve(dirname(file), 'outbox.db'));
  });

  it.each([
    ['an unknown key beside the path', config({ outbox: { pth: 'x.db' } }), 'outbox.pth'],
    ['a path that is no text', config({ outbox: { path: 7 } }), 'outbox.path'],
    ['no time zone', config({ station: { timeZone: 'Mars/Base' } }), 'station.timeZone'],
    ['no YAML', config({}, 'a: [1\n'), 'not readable as YAML'],
    ['no file', join(tempDir(), 'none.yaml'), 'cannot read'],
  ])('is not guessed where there is %s: the mistake is told, exit 78', async (_, file, words) => {
    await expect(findPlace(file, {})).rejects.toMatchObject({
      exitCode: 78,
      message: expect.stringContaining(words),
    });
  });
});
