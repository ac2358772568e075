import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { describe, expect, it, vi } from 'vitest';
import { colours } from '../../src/cli/output.ts';
import { faultsOf } from '../../src/cli/status-faults.ts';
import { statusJson, statusLines } from '../../src/cli/status-view.ts';
import { speechIn } from '../../src/cli/voice.ts';
import { StationZone } from '../../src/domain/station-time.ts';
import type { DaemonState, Health } from '../../src/outbox/reader/reader.ts';
import { startGate } from '../../src/simulator/gate/gate.ts';
import { startBroker } from '../support/broker.ts';
import { atEnd, owned } from '../support/cleanup.ts';
import { pilegate } from '../support/cli.ts';
import { MAIN, spawnDaemon } from '../support/daemon.ts';
import { englishIn } from '../support/english.ts';
import { TEST_KEY, tempDir, writeConfig } from '../support/tmp.ts';
import { until, within } from '../support/wait.ts';
import { DELIVERED, event, refused, stock } from './filled-outbox.ts';

// Child processes: each takes a while where others share the machine.
vi.setConfig({ testTimeout: 120_000 });

const NOW = Date.parse('2026-11-24T10:00:00+08:00');
const MINUTE = 60_000;
const AROUND = {
  station: { id: '3302120001', name: '示例充电站' },
  version: '9.9.9',
  zone: new StationZone('Asia/Shanghai'),
  now: NOW,
};

const DAEMON: DaemonState = {
  version: '1.0.0',
  pid: 77,
  mqtt: { connected: true, since: NOW - 60 * MINUTE },
  gate: { state: 'up', since: NOW - 30 * MINUTE, reason: '' },
};

const WELL: Health = {
  running: true,
  daemon: DAEMON,
  counts: { waiting: 1, pending: 2, delivered: 300, parked: 0, quarantine: 0 },
  dropped: 0,
  oldestPending: NOW - MINUTE,
  lastDelivery: NOW - 5_000,
};

const DOWN: DaemonState = { ...DAEMON, gate: { state: 'down', since: NOW - MINUTE, reason: 'ECONNREFUSED' } };
const HELD: DaemonState = { ...DAEMON, gate: { state: 'held', since: NOW - MINUTE, reason: '签名错误' } };
const CUT: DaemonState = { ...DAEMON, mqtt: { connected: false, since: NOW - MINUTE } };
const counts = (more: Partial<Health['counts']>) => ({ counts: { ...WELL.counts, ...more } });

/** What makes each fault, the first of which is the one that is told first. */
const FAULTS: readonly [string, Partial<Health>, readonly string[]][] = [
  ['nothing', {}, []],
  ['a daemon that stopped', { running: false }, ['red no-daemon']],
  ['an outbox that no daemon has had yet', { running: false, daemon: undefined }, ['red no-daemon']],
  ['a daemon that has not said anything yet', { daemon: undefined }, ['red broker']],
  ['no broker', { daemon: CUT }, ['red broker']],
  ['a gate that is away', { daemon: DOWN }, ['red down']],
  ['a gate that refuses all', { daemon: HELD }, ['red held']],
  ['no broker and no gate', { daemon: { ...DOWN, mqtt: CUT.mqtt } }, ['red down', 'red broker']],
  ['a record that is pending for long', { oldestPending: NOW - 11 * MINUTE }, ['yellow backlog']],
  ['the same in an outage', { oldestPending: NOW - 11 * MINUTE, daemon: DOWN }, ['red down']],
  ['parked records', counts({ parked: 2 }), ['yellow parked']],
  ['quarantine', counts({ quarantine: 1 }), ['yellow quarantine']],
  ['dropped events', { dropped: 3 }, ['yellow dropped']],
  [
    'all of it',
    { running: false, dropped: 1, ...counts({ parked: 1, quarantine: 1 }) },
    ['red no-daemon', 'yellow parked', 'yellow quarantine', 'yellow dropped'],
  ],
];

describe('what is wrong', () => {
  it.each(FAULTS)('%s', async (_, more, faults) => {
    const health = { ...WELL, ...more };
    expect(faultsOf(health, NOW).map(({ level, kind }) => `${level} ${kind}`)).toEqual(faults);
    for (const lang of ['en', 'zh'] as const) {
      const lines = statusLines(health, AROUND, await speechIn(lang), colours(false));
      const said = lines.slice(0, lines.indexOf(''));
      const level = { en: { red: 'RED', yellow: 'YELLOW' }, zh: { red: '红', yellow: '黄' } }[lang];
      const heads = faults.map((fault) => (fault.startsWith('red') ? level.red : level.yellow));
      expect(said.map((line) => line.split(' ')[1])).toEqual(
        heads.length > 0 ? heads : [lang === 'en' ? 'GREEN' : '绿'],
      );
      // Each fault names the command that helps, in either language.
      for (const line of said.slice(0, faults.length)) expect(line).toMatch(/pilegate|systemctl start/);
      expect(lines.length).toBeLessThan(24);
      expect(lines.join('\n')).not.toMatch(/undefined|NaN|\[object/);
      if (lang === 'zh') for (const line of lines) expect(englishIn(line)).toBeUndefined();
    }
  });

  it('is told by colour on a terminal', async () => {
    const [red] = statusLines({ ...WELL, running: false }, AROUND, await speechIn('en'), colours(true));
    const [green] = statusLines(WELL, AROUND, await speechIn('en'), colours(true));
    expect(red).toContain('\u001b[31m');
    expect(green).toContain('\u001b[32m');
  });
});

describe('status --json', () => {
  it('is the object of the contract, times with the offset of the station', () => {
    expect(statusJson({ ...WELL, daemon: HELD }, AROUND)).toEqual({
      version: '1.0.0',
      station: '3302120001',
      mqtt: { connected: true, since: '2026-11-24T09:00:00.000+08:00' },
      gate: { state: 'held', since: '2026-11-24T09:59:00.000+08:00', reason: '签名错误' },
      records: { waiting: 1, pending: 2, delivered: 300, parked: 0 },
      quarantine: 0,
      oldestPendingSeconds: 60,
      lastDeliveryAt: '2026-11-24T09:59:55.000+08:00',
    });
  });

  it.each<[string, Partial<Health>, object]>([
    [
      'was killed: nobody knows until when it was connected',
      { running: false },
      { connected: false, since: null },
    ],
    [
      'stopped while not connected',
      { running: false, daemon: CUT },
      { connected: false, since: '2026-11-24T09:59:00.000+08:00' },
    ],
    ['never ran', { running: false, daemon: undefined }, { connected: false, since: null }],
  ])('has no broker where the daemon %s', (_, more, mqtt) => {
    expect(statusJson({ ...WELL, ...more }, AROUND)).toMatchObject({ mqtt });
  });

  it('knows nothing of the gate before a daemon ran, and has no age where nothing is pending', () => {
    const health: Health = {
      ...WELL,
      running: false,
      daemon: undefined,
      oldestPending: undefined,
      lastDelivery: undefined,
    };
    expect(statusJson(health, AROUND)).toMatchObject({
      version: '9.9.9',
      gate: { state: 'down', since: null },
      oldestPendingSeconds: 0,
      lastDeliveryAt: null,
    });
  });
});

describe('the command', () => {
  it('works on the file of a dead daemon and says so first; exit 0', async () => {
    const stocked = stock();
    for (const order of ['1', '2', '3']) await stocked.take('piles/D001/session/end', event(order));
    await stocked.take('piles/D001/session/end', 'junk');
    await stocked.end('1', [DELIVERED], 'delivered');
    await stocked.end('2', [refused('非法参数')], 'parked');
    stocked.outbox.close();
    const env = { PILEGATE_CONFIG: stocked.config, LC_ALL: 'zh_CN.UTF-8' };
    const [told, json] = await Promise.all([
      pilegate(['status'], { env }),
      pilegate(['status', '--json'], { env }),
    ]);
    expect(told).toMatchObject({ code: 0, stderr: '' });
    const lines = told.stdout.split('\n');
    expect(lines[0]).toMatch(/^● 红 {2}守护进程尚未运行过/);
    expect(lines[1]).toMatch(/^● 黄 {2}1 条记录已搁置/);
    expect(lines[2]).toMatch(/^● 黄 {2}1 条事件在隔离区/);
    expect(told.stdout).not.toContain('\u001b');
    expect(JSON.parse(json.stdout)).toMatchObject({
      records: { waiting: 0, pending: 1, delivered: 1, parked: 1 },
      quarantine: 1,
      mqtt: { connected: false },
      lastDeliveryAt: '2026-11-24T09:13:31.084+08:00',
    });
  });

  it('tells of a daemon at work, in either language, and goes on with --watch until it is stopped', async () => {
    const [broker, gate] = await Promise.all([startBroker(), startGate({ key: TEST_KEY })]);
    atEnd(() => gate.close());
    const config = writeConfig(tempDir(), { broker, gateUrl: gate.url });
    const daemon = spawnDaemon({ config });
    await daemon.ready();
    const status = async () => JSON.parse((await pilegate(['status', '--json', '--config', config])).stdout);
    expect(await status()).toMatchObject({ mqtt: { connected: true }, quarantine: 0 });
    const english = await pilegate(['status', '--config', config, '--lang', 'en'], {
      env: { LC_ALL: 'zh_CN' },
    });
    expect(english.stdout).toMatch(/^● GREEN {2}all is well\n/);

    const watch = owned(spawn(process.execPath, [MAIN, 'status', '--watch', '--json', '--config', config]));
    const lines: string[] = [];
    createInterface({ input: watch.stdout }).on('line', (line) => lines.push(line));
    await until(() => lines.length >= 1, 'the first look');
    expect(await daemon.stop()).toBe(0);
    await until(() => lines.some((line) => !JSON.parse(line).mqtt.connected), 'the look after the stop');
    watch.kill('SIGTERM');
    expect(await within(once(watch, 'close'), 'the end of the watch')).toEqual([0, null]);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ mqtt: { connected: true } });
  });

  it('tells whoever may not write there to run it as somebody who may', async () => {
    const stocked = stock();
    stocked.outbox.close();
    const folder = dirname(stocked.path);
    chmodSync(folder, 0o555);
    // Root may write everywhere.
    const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
    const child = owned(
      spawn(process.execPath, [MAIN, 'status', '--config', stocked.config, '--lang', 'en'], nobody),
    );
    const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, 'close')]);
    chmodSync(folder, 0o755);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^outbox .*\nThe outbox belongs to another user: run this as the daemon's user, or as root/,
    );
  });

  it.each([
    ['no outbox', 1, /no outbox at .*outbox\.db/, /outbox\.db 处没有记录库/],
    ['no config', 78, /cannot read .*nowhere\.yaml/, /无法读取 .*nowhere\.yaml：文件不存在/],
  ])('exits as it should where there is %s', async (what, code, en, zh) => {
    const config = writeConfig(tempDir(), {
      broker: { url: 'mqtt://127.0.0.1:1' },
      gateUrl: 'http://127.0.0.1:9/',
    });
    const file = what === 'no config' ? join(tempDir(), 'nowhere.yaml') : config;
    for (const [lang, words] of [
      ['en', en],
      ['zh', zh],
    ] as const) {
      const result = await pilegate(['status', '--config', file, '--lang', lang]);
      expect(result).toMatchObject({ code, stdout: '' });
      expect(result.stderr).toMatch(words);
    }
  });
});
