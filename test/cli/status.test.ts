import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { describe, expect, it, vi } from 'vitest';
import { colours } from '../../src/cli/output.ts';
import { type Around, statusJson, statusLines } from '../../src/cli/status-view.ts';
import { problemTexts, speechIn, voiceIn } from '../../src/cli/voice.ts';
import { type Observation, problemsOf } from '../../src/domain/health.ts';
import type { Snapshot } from '../../src/domain/snapshot.ts';
import { StationZone } from '../../src/domain/station-time.ts';
import { startGate } from '../../src/simulator/gate/gate.ts';
import { startBroker } from '../support/broker.ts';
import { atEnd, owned } from '../support/cleanup.ts';
import { pilegate } from '../support/cli.ts';
import { MAIN, spawnDaemon } from '../support/daemon.ts';
import { englishIn } from '../support/english.ts';
import { makeEvents } from '../support/events.ts';
import { prose } from '../support/prose.ts';
import { publishAll } from '../support/publish.ts';
import { makeSnapshot } from '../support/snapshot.ts';
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

const DAEMON = makeSnapshot(NOW);
const WELL: Observation = { running: true, daemon: DAEMON, outbox: DAEMON };
const gateIs = (state: 'down' | 'held', text: string) =>
  makeSnapshot(NOW, { gate: { ...DAEMON.gate, state, since: NOW - MINUTE, reason: prose(text) } });
const DOWN = gateIs('down', 'ECONNREFUSED');
const HELD = gateIs('held', '签名错误');
const CUT = makeSnapshot(NOW, { mqtt: { connected: false, since: NOW - MINUTE } });
const counts = (more: Partial<Snapshot['counts']>) => ({
  outbox: { ...DAEMON, counts: { ...DAEMON.counts, ...more } },
});

/** What makes each problem, the one that is shown first at the beginning. */
const PROBLEMS: readonly [string, Partial<Observation>, readonly string[]][] = [
  ['nothing', {}, []],
  ['a daemon that stopped', { running: false }, ['red no-daemon']],
  ['an outbox that no daemon has had yet', { running: false, daemon: undefined }, ['red no-daemon']],
  ['a daemon that has not said anything yet', { daemon: undefined }, ['red daemon-silent']],
  ['a daemon that hangs', { daemon: { ...DAEMON, at: NOW - 11_000 } }, ['red daemon-silent']],
  ['a daemon that spoke 9 s ago', { daemon: { ...DAEMON, at: NOW - 9_000 } }, []],
  ['no broker', { daemon: CUT }, ['red broker-down']],
  ['a gate that is unreachable', { daemon: DOWN }, ['red gate-down']],
  ['a gate that refuses all', { daemon: HELD }, ['red gate-held']],
  ['no broker and no gate', { daemon: { ...DOWN, mqtt: CUT.mqtt } }, ['red gate-down', 'red broker-down']],
  [
    'a full disk',
    { daemon: makeSnapshot(NOW, { storage: { state: 'failed', since: NOW, reason: 'disk full' } }) },
    ['red storage-failed'],
  ],
  ['an attempt that never ends', { daemon: makeSnapshot(NOW, { stuckAttempts: 1 }) }, ['red attempt-stuck']],
  [
    'an outbox that cannot be read',
    { outbox: undefined, unreadable: prose('read-only') },
    ['red outbox-unreadable'],
  ],
  [
    'a record that is pending for long',
    { outbox: { ...DAEMON, oldestPending: NOW - 11 * MINUTE } },
    ['yellow backlog'],
  ],
  [
    'the same in an outage',
    { outbox: { ...DAEMON, oldestPending: NOW - 11 * MINUTE }, daemon: DOWN },
    ['red gate-down'],
  ],
  ['parked records', counts({ parked: 2 }), ['yellow parked']],
  ['quarantine', counts({ quarantine: 1 }), ['yellow quarantine']],
  ['dropped events', { outbox: { ...DAEMON, dropped: 3 } }, ['yellow dropped']],
  [
    'a new installation',
    { outbox: { ...DAEMON, counts: { ...DAEMON.counts, delivered: 0 }, lastDelivery: undefined } },
    ['yellow gate-untried'],
  ],
  [
    'a warning of the daemon',
    {
      daemon: makeSnapshot(NOW, {
        warnings: [
          { code: 'events-qos0', params: { topic: 'a/b' }, since: NOW, last: NOW, count: 1 },
          { code: 'client-id-clash', params: { clientId: 'x', losses: 3 }, since: NOW, last: NOW, count: 3 },
        ],
      }),
    },
    ['red client-id-clash', 'yellow events-qos0'],
  ],
  [
    'all of it',
    { running: false, ...counts({ parked: 1, quarantine: 1 }) },
    ['red no-daemon', 'yellow parked', 'yellow quarantine'],
  ],
];

async function around(lang: 'en' | 'zh'): Promise<Around> {
  return { ...AROUND, tell: problemTexts(await voiceIn(lang, AROUND.zone)) };
}

describe('what is wrong', () => {
  it.each(PROBLEMS)('%s', async (_, more, problems) => {
    const seen = { ...WELL, ...more };
    expect(problemsOf(seen, NOW).map(({ level, code }) => `${level} ${code}`)).toEqual(problems);
    for (const lang of ['en', 'zh'] as const) {
      const lines = statusLines(seen, await around(lang), await speechIn(lang), colours(false));
      const said = lines.slice(0, lines.indexOf(''));
      const level = { en: { red: 'RED', yellow: 'YELLOW' }, zh: { red: '红', yellow: '黄' } }[lang];
      const heads = problems.map((problem) => (problem.startsWith('red') ? level.red : level.yellow));
      expect(said.map((line) => line.split(' ')[1])).toEqual(
        heads.length > 0 ? heads : [lang === 'en' ? 'GREEN' : '绿'],
      );
      expect(lines.length).toBeLessThan(24);
      expect(lines.join('\n')).not.toMatch(/undefined|NaN|\[object/);
      if (lang === 'zh') for (const line of lines) expect(englishIn(line)).toBeUndefined();
    }
  });

  it('is shown by colour on a terminal', async () => {
    const words = await around('en');
    const [red] = statusLines({ ...WELL, running: false }, words, await speechIn('en'), colours(true));
    const [green] = statusLines(WELL, words, await speechIn('en'), colours(true));
    expect(red).toContain('\u001b[31m');
    expect(green).toContain('\u001b[32m');
  });
});

describe('status --json', () => {
  it('is the object of the contract, times with the offset of the station', async () => {
    expect(statusJson({ ...WELL, daemon: HELD }, await around('en'))).toEqual({
      version: '1.0.0',
      station: '3302120001',
      mqtt: { connected: true, since: '2026-11-24T09:00:00.000+08:00' },
      level: 'red',
      confirmed: true,
      gate: {
        state: 'held',
        since: '2026-11-24T09:59:00.000+08:00',
        reason: '签名错误',
        keyFingerprint: 'ab12',
      },
      records: { waiting: 1, pending: 2, delivered: 300, parked: 0 },
      quarantine: 0,
      oldestPendingSeconds: 60,
      lastDeliveryAt: '2026-11-24T09:59:55.000+08:00',
      storage: { state: 'ok', reason: '' },
      config: { hash: '0123456789abcdef' },
      boot: { startedAt: '2026-11-24T09:00:00.000+08:00', clientId: 'pilegate-3302120001' },
      devices: { total: 2, silent: [] },
      problems: [
        {
          code: 'gate-held',
          level: 'red',
          text: expect.stringContaining('签名错误'),
          remedy: 'find the fault: pilegate doctor',
        },
      ],
      warnings: [],
    });
  });

  it.each<[string, Partial<Observation>, object]>([
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
  ])('has no broker where the daemon %s', async (_, more, mqtt) => {
    expect(statusJson({ ...WELL, ...more }, await around('en'))).toMatchObject({ mqtt });
  });

  it('knows nothing of the gate before a daemon ran, and has no age where nothing is pending', async () => {
    const seen: Observation = {
      running: false,
      daemon: undefined,
      outbox: { ...DAEMON, oldestPending: undefined, lastDelivery: undefined },
    };
    expect(statusJson(seen, await around('en'))).toMatchObject({
      version: '9.9.9',
      gate: { state: 'down', since: null, keyFingerprint: null },
      oldestPendingSeconds: 0,
      lastDeliveryAt: null,
      config: { hash: null },
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
    expect(await status()).toMatchObject({
      mqtt: { connected: true },
      quarantine: 0,
      confirmed: true,
      storage: { state: 'ok' },
      warnings: [{ code: 'gate-untried' }],
    });
    expect((await pilegate(['status', '--check', '--config', config])).code).toBe(1);
    await publishAll(broker.url, makeEvents({ count: 1 }));
    await until(async () => (await status()).records.delivered === 1, 'the first delivery');
    expect((await pilegate(['status', '--check', '--config', config])).code).toBe(0);
    const english = await pilegate(['status', '--config', config, '--lang', 'en'], {
      env: { LC_ALL: 'zh_CN' },
    });
    expect(english.stdout).toMatch(/^● GREEN {2}all is well\n/);

    const watch = owned(spawn(process.execPath, [MAIN, 'status', '--watch', '--json', '--config', config]));
    const lines: string[] = [];
    createInterface({ input: watch.stdout }).on('line', (line) => lines.push(line));
    await until(() => lines.length >= 1, 'the first look');
    expect(await daemon.stop()).toBe(0);
    expect((await pilegate(['status', '--check', '--config', config])).code).toBe(2);
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
