import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { startGate } from '../../src/simulator/gate/gate.ts';
import { VERSION } from '../../src/version.ts';
import { startBroker } from '../support/broker.ts';
import { atEnd, cleanUp } from '../support/cleanup.ts';
import { pilegate } from '../support/cli.ts';
import { spawnDaemon } from '../support/daemon.ts';
import { makeEvents } from '../support/events.ts';
import { publishAll } from '../support/publish.ts';
import { TEST_KEY, tempDir, writeConfig } from '../support/tmp.ts';
import { within } from '../support/wait.ts';

afterAll(cleanUp);

/** For several processes that share a core, milliseconds. */
const PATIENT = 120_000;
const limitMs = PATIENT;

describe('pilegate doctor', { timeout: PATIENT }, () => {
  it('finds a station at work well, and does not disturb it', async () => {
    const broker = await startBroker();
    const gate = await startGate({ key: TEST_KEY });
    atEnd(() => gate.close());
    const config = writeConfig(tempDir(), { broker, gateUrl: gate.url });
    const daemon = spawnDaemon({ config });
    await daemon.log('daemon.ready', { limitMs });
    await publishAll(broker.url, makeEvents({ count: 1 }));
    await within(gate.waitFor(1), 'the record', limitMs);

    const { code, stdout, stderr } = await pilegate(['doctor', '--config', config, '--json'], { limitMs });
    expect([code, stderr]).toEqual([0, '']);
    const { ok, version, checks } = JSON.parse(stdout);
    expect([ok, version]).toEqual([true, VERSION]);
    const ids =
      'config key storage outbox daemon broker subscriptions events gate clock refusals backlog parked quarantine';
    const levels: Record<string, string> = {};
    for (const { id, level, code, title, seen, remedy, ...more } of checks) {
      levels[id] = level;
      expect([typeof code, typeof title, typeof seen, remedy === null, more]).toEqual([
        'string',
        'string',
        'string',
        level === 'green',
        {},
      ]);
    }
    expect(Object.keys(levels).join(' ')).toBe(ids);
    // How quick the disk is while tests run, and how full, is not what is tried here.
    const { storage: _, ...others } = levels;
    expect(new Set(Object.values(others))).toEqual(new Set(['green']));

    expect(daemon.logged('mqtt.disconnected')).toEqual([]);
    expect(gate.records()).toHaveLength(1);
    expect(await daemon.stop()).toBe(0);
  });

  it('ends with 1 where anything is red, says how to mend it, and shows no secret', async () => {
    const config = writeConfig(tempDir(), {
      broker: { url: 'mqtt://127.0.0.1:1' },
      gateUrl: 'http://127.0.0.1:9/',
      overrides: { mqtt: { username: 'box' } },
    });
    writeFileSync(join(dirname(config), 'mqtt.password'), 'very secret', { mode: 0o600 });
    const args = ['doctor', '--config', config, '--send-test-record'];
    const [english, chinese, json] = await Promise.all([
      pilegate(args, { limitMs, env: { LC_ALL: 'C' } }),
      pilegate(args, { limitMs, env: { LC_ALL: 'zh_CN.UTF-8' } }),
      pilegate([...args, '--json', '--lang', 'zh'], { limitMs }),
    ]);
    expect([english.code, chinese.code, json.code]).toEqual([1, 1, 1]);
    expect(english.stdout).toMatch(
      /^● RED {5}gate http:\/\/127\.0\.0\.1:9\/: nothing listens at 127\.0\.0\.1:9: .*\n {10}→ is the port in gate\.baseUrl right/m,
    );
    expect(english.stderr).toMatch(/^\d+ red, \d+ yellow, \d+ green\n$/);
    expect(chinese.stdout).toMatch(
      /^● 红 {2}道闸平台 http:\/\/127\.0\.0\.1:9\/：127\.0\.0\.1:9 无人监听：.*\n {6}→ 请检查 gate\.baseUrl/m,
    );
    expect(chinese.stderr).toMatch(/^\d+ 红，\d+ 黄，\d+ 绿\n$/);
    expect(JSON.parse(json.stdout)).toMatchObject({ ok: false });
    for (const { stdout, stderr } of [english, chinese, json])
      for (const secret of [TEST_KEY, 'very secret']) expect(stdout + stderr).not.toContain(secret);
  });

  it('ends with 78 where so little of the config is right that nothing can be tried', async () => {
    const { code, stdout } = await pilegate(['doctor', '--config', '/nowhere/c.yaml', '--json'], { limitMs });
    expect([code, JSON.parse(stdout)]).toMatchObject([
      78,
      { ok: false, checks: [{ id: 'config', level: 'red' }] },
    ]);
  });
});
