import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pilegate } from '../support/cli.ts';
import { tempDir, writeConfig } from '../support/tmp.ts';

const gateUrl = 'http://127.0.0.1:8080/';
const broker = { url: 'mqtt://127.0.0.1:1883' };
const TOPIC = 'piles/D001/session/end';
const SESSION = {
  orderNo: '2026112408000001',
  plateNo: '浙BD12345',
  startTime: '2026-11-24 08:00:00',
  endTime: '2026-11-24 09:12:30',
  power: 32.15,
};

function config(overrides: Record<string, unknown> = {}): string {
  return writeConfig(tempDir(), { broker, gateUrl, overrides });
}

describe('pilegate check', () => {
  it('says that a right config is right and ends with 0', async () => {
    const file = config();
    const { code, stdout, stderr } = await pilegate(['check', '--config', file]);
    expect([code, stdout]).toEqual([0, '']);
    expect(stderr).toBe(
      `${file} is valid: gate ${gateUrl}, broker ${broker.url}, 1 source, 0 contexts, 0 devices, key from ${join(file, '../gate.key')}\n`,
    );
  });

  it('says every mistake, of the file that the environment names, and ends with 78', async () => {
    const PILEGATE_CONFIG = config({ gate: { keyFile: 'none.key', timeout: 10 } });
    const { code, stdout, stderr } = await pilegate(['check'], { env: { PILEGATE_CONFIG } });
    expect([code, stdout]).toEqual([78, '']);
    expect(stderr).toMatch(
      /^.*config\.yaml:\d+:\d+: gate\.keyFile: .*\n.*config\.yaml:\d+:\d+: gate\.timeout: .*\n$/,
    );
  });

  it('speaks Chinese', async () => {
    const wrong = config({ gate: { timeout: 10 }, log: { level: 'loud' } });
    const { code, stderr } = await pilegate(['check', '--config', wrong, '--lang', 'zh']);
    expect(code).toBe(78);
    expect(stderr).toMatch(
      /^.*config\.yaml:\d+:\d+: gate\.timeout: 不允许 10，允许：带单位的整数，如 .*\n.*: log\.level: 不允许 "loud"，允许：/,
    );
    const right = config({ gate: { tls: { ca: 'gate.key' } } });
    const told = await pilegate(['check', '--config', right, '--lang', 'zh']);
    expect(told.stderr).toMatch(/gate\.tls(\.ca)?: .*(不是 PEM 文件|不起作用)/);
  });

  it('gives the mistakes with their places as JSON', async () => {
    const file = config({ log: { level: 'loud' } });
    const { code, stdout, stderr } = await pilegate(['check', '--config', file, '--json']);
    expect([code, stderr]).toEqual([78, '']);
    const message = '"loud" is not allowed, allowed is error, warn, info, debug, trace';
    const line = 1 + readFileSync(file, 'utf8').split('\n').indexOf('  level: loud');
    expect(JSON.parse(stdout)).toEqual({
      ok: false,
      file,
      mistakes: [{ file, line, column: 10, key: 'log.level', message, code: 'config.not-allowed' }],
      warnings: [],
      warningCodes: [],
    });
  });

  it('ends with 78 where there is no config', async () => {
    const { code, stdout, stderr } = await pilegate(['check', '--config', '/nowhere/c.yaml', '--json']);
    expect([code, stderr]).toEqual([78, '']);
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, mistakes: [{ file: '/nowhere/c.yaml' }] });
  });

  it('shows the record that an event on stdin would become, and the way of each field', async () => {
    const args = ['check', '--config', config(), '--event', '-', '--topic', TOPIC];
    const { code, stdout, stderr } = await pilegate(args, { stdin: JSON.stringify(SESSION) });
    expect([code, stderr]).toEqual([0, expect.stringMatching(/it becomes a record\n$/)]);
    expect(stdout.trimEnd().split('\n')).toHaveLength(16);
    expect(stdout).toMatch(/^plateNo +浙BD12345 +plateNo$/m);
  });

  it('gives the record as JSON, with its warnings beside', async () => {
    const file = config({ devices: { D9: {} } });
    const args = ['check', '--config', file, '--event', '-', '--topic', TOPIC, '--json'];
    const { code, stdout } = await pilegate(args, { stdin: JSON.stringify(SESSION) });
    expect([code, JSON.parse(stdout)]).toEqual([
      0,
      {
        ok: true,
        file,
        mistakes: [],
        warnings: expect.any(Array),
        warningCodes: [],
        event: expect.objectContaining({
          outcome: 'record',
          source: 'session-end',
          record: expect.objectContaining({ orderNo: SESSION.orderNo, power: '32.15', elecMoney: '' }),
        }),
      },
    ]);
  });

  it('ends with 1 for an event that becomes no record, and for one that cannot be read', async () => {
    const file = config();
    const args = ['check', '--config', file, '--event', '-', '--topic', 'cars/1'];
    const wrong = await pilegate(args, { stdin: JSON.stringify(SESSION) });
    expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringContaining('becomes no record')]);
    const missing = await pilegate(['check', '--config', file, '--event', '/nowhere/e', '--topic', 't']);
    expect([missing.code, missing.stderr]).toEqual([
      1,
      expect.stringContaining('cannot read the event /nowhere/e: ENOENT'),
    ]);
  });
});
