import { closeSync, openSync, statSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, describe, expect, it } from 'vitest';
import { fileVerdict } from '../../../src/cli/doctor/outbox.ts';
import type { Snapshot } from '../../../src/domain/snapshot.ts';
import { atEnd, cleanUp } from '../../support/cleanup.ts';
import { prose } from '../../support/prose.ts';
import { makeSnapshot } from '../../support/snapshot.ts';
import { DELIVERED, event, plateless, refused, type Stocked, stock } from '../filled-outbox.ts';
import { examined, fault, inBoth, PATIENT, station } from './run-doctor.ts';

afterAll(cleanUp);

const TOPIC = 'piles/D001/session/end';
const NOW = Date.now();

/** A station whose outbox is open as a daemon has it, which then runs, as far as anybody can tell. */
function stocked(): Stocked {
  const made = stock();
  atEnd(() => made.outbox.close());
  return made;
}

async function says(made: Stocked, daemon: Partial<Snapshot>): Promise<void> {
  const state = makeSnapshot(NOW, {
    version: '1.2.3',
    pid: 42,
    mqtt: { connected: true, since: NOW },
    gate: { state: 'up', since: NOW, keyFingerprint: '', reason: undefined },
    ...daemon,
  });
  await made.outbox.keep((upkeep) => upkeep.setMeta('daemon', JSON.stringify(state)));
}

const held = (description: string): Partial<Snapshot> => ({
  gate: {
    state: 'held',
    since: NOW,
    keyFingerprint: '',
    reason: refused(description).reason,
  },
});

describe('the daemon', { timeout: PATIENT }, () => {
  it('that does not run is red', async () => {
    const made = stocked();
    made.outbox.close();
    const { daemon } = await examined(made.config);
    expect(daemon).toEqual(
      fault('red', /^no daemon runs/, /systemctl start pilegate.*journalctl -u pilegate/, /守护进程未运行/),
    );
  });

  it('that runs and is connected is green', async () => {
    const made = stocked();
    await says(made, {});
    const { daemon } = await examined(made.config);
    expect([daemon?.level, daemon?.seen.en]).toEqual([
      'green',
      expect.stringMatching(/^it runs \(version 1\.2\.3, process 42\), connected/),
    ]);
  });

  it('that is not connected, not of this version, or without a gate says so', async () => {
    const made = stocked();
    await says(made, {
      version: '1.0.0',
      mqtt: { connected: false, since: NOW },
      gate: {
        state: 'down',
        since: NOW,
        keyFingerprint: '',
        reason: prose('cannot reach gate.example:80: nothing listens there'),
      },
    });
    const { daemon } = await examined(made.config);
    expect(daemon).toEqual(
      fault(
        'red',
        /cannot reach the gate[\s\S]*not connected to the broker[\s\S]*version 1\.0\.0, and 1\.2\.3 is/,
        /restart/,
        /未连接/,
      ),
    );
  });
});

describe('the refusals on record', { timeout: PATIENT }, () => {
  it.each([
    ['a wrong key', '签名错误', /^the key is wrong/, /compare the key in .*gate\.key with/, /密钥错误/],
    [
      'a wrong park id',
      '未授权的车场',
      /^the park id is wrong/,
      /gate\.parkId \(3302122004\), gate\.portName \(example\)/,
      /车场编号错误/,
    ],
    ['a park that is none', '停车场不存在', /^the park id is wrong/, /gate\.parkId/, /车场编号错误/],
    [
      'another fault of the set-up',
      'account closed',
      /refuses all records/,
      /ask the gate platform/,
      /拒收所有记录/,
    ],
  ])('tell of %s by what the daemon says, running or not', async (_, description, en, remedy, zh) => {
    const made = stocked();
    await says(made, held(description));
    const expected = fault('red', en, remedy, zh);
    expect((await examined(made.config))['refusals']).toEqual(expected);
    made.outbox.close();
    expect((await examined(made.config))['refusals']).toEqual(expected);
  });

  it('tell of a wrong key by the last attempts where no daemon runs, unless a record was delivered since', async () => {
    for (const after of [[], [DELIVERED]]) {
      const made = stocked();
      await made.take(TOPIC, event('A1'));
      await made.take(TOPIC, event('A2'));
      await made.end('A1', [refused('签名错误')], 'pending', NOW + 60_000);
      await made.end('A2', after, 'delivered');
      made.outbox.close();
      const { refusals } = await examined(made.config);
      if (after.length === 0) expect(refusals).toEqual(fault('red', /^the key is wrong/, /key/, /密钥错误/));
      else expect(refusals?.level).toBe('green');
    }
  });

  it('that are about one record are none of its business', async () => {
    const made = stocked();
    await made.take(TOPIC, event('A1'));
    await made.end('A1', [refused('非法参数')], 'pending', NOW + 60_000);
    made.outbox.close();
    expect((await examined(made.config))['refusals']?.level).toBe('green');
  });
});

describe('records and events', { timeout: PATIENT }, () => {
  it('that wait for a person or are old are yellow, each with the command that shows them', async () => {
    const made = stocked();
    await says(made, {});
    await made.take(TOPIC, event('A1'), NOW - 3_600_000);
    await made.take(TOPIC, event('A2'), NOW - 3_600_000);
    await made.end('A2', [refused('非法参数')], 'parked');
    await made.take(TOPIC, event('A3', { plateNo: '' }), NOW - 3_600_000);
    const verdicts = await examined(made.config);
    expect(verdicts['backlog']).toEqual(
      fault('yellow', /^1 pending, the oldest for 1h/, /records list --state pending/, /已等待 1 小时/),
    );
    expect(verdicts['parked']).toEqual(
      fault('yellow', /^1 parked record/, /records list --state parked.*records retry --parked/, /已搁置/),
    );
    expect(verdicts['quarantine']).toEqual(
      fault('yellow', /^1 event\(s\) in quarantine/, /quarantine list.*replay --all/, /隔离区/),
    );
    expect(verdicts['events']?.level).toBe('green');
  });

  it('of which none came for a day are yellow', async () => {
    const made = stocked();
    expect((await examined(made.config))['events']).toEqual(
      fault(
        'yellow',
        /^none is on record/,
        /mosquitto_sub -v -h 127\.0\.0\.1 -p 1 -t piles\/\+\/session\/end/,
        /没有任何/,
      ),
    );
    await made.take(TOPIC, event('A1'), NOW - 25 * 3_600_000);
    expect((await examined(made.config))['events']).toEqual(
      fault('yellow', /^none came for 1d 1h, since /, /sources\[\]\.topic/, /已有 1 天 1 小时没有事件/),
    );
    await made.take('plateless/D001/end', plateless('A2'), NOW);
    expect((await examined(made.config))['events']?.level).toBe('green');
  });
});

describe('the outbox', { timeout: PATIENT }, () => {
  it('that is sound is green, with its journal open beside a daemon', async () => {
    const made = stocked();
    await made.take(TOPIC, event('A1'));
    const { outbox } = await examined(made.config);
    expect([outbox?.level, outbox?.seen.en]).toEqual([
      'green',
      expect.stringMatching(/^sound: .*outbox\.db, version \d+, /),
    ]);
  });

  it('that is not there yet is yellow, and its rows are not spoken of', async () => {
    const verdicts = await examined(station());
    expect(verdicts['outbox']).toEqual(
      fault('yellow', /^there is no outbox at/, /systemctl start/, /尚不存在/),
    );
    expect(Object.keys(verdicts)).not.toContain('backlog');
  });

  it.each([
    ['in its middle', (path: string) => overwrite(path, 0.5)],
    ['at its beginning', (path: string) => overwrite(path, 0)],
    ['cut short', (path: string) => truncateSync(path, 8_192)],
    ['empty', (path: string) => truncateSync(path, 0)],
  ])('that is damaged %s is red, and the others are tried', async (_, damage) => {
    const { config, path, outbox, take } = stock();
    for (let at = 0; at < 200; at += 1) await take(TOPIC, event(`A${at}`));
    outbox.close();
    damage(path);
    const verdicts = await examined(config);
    expect(verdicts['outbox']).toEqual(
      fault('red', /^damaged: /, /systemctl restart pilegate: it saves/, /^已损坏/),
    );
    expect(verdicts['gate']).toEqual(fault('red', /nothing listens/, /baseUrl/, /无人监听/));
  });

  it.each([
    [
      'of a newer pilegate',
      (db: Database.Database) => db.pragma('user_version = 99'),
      /newer pilegate/,
      /更新版本/,
    ],
    [
      'of something else',
      (db: Database.Database) => db.pragma('application_id = 7'),
      /something else/,
      /其他程序/,
    ],
  ])('%s is red', async (_, change, en, zh) => {
    const { config, path, outbox } = stock();
    outbox.close();
    const db = new Database(path);
    change(db);
    db.close();
    expect((await examined(config))['outbox']).toEqual(fault('red', en, /pilegate --version/, zh));
  });

  it('that has reached its own limit, with nothing in it that could go, is red', () => {
    const sound = { kind: 'sound', version: 1, bytes: 2 ** 31 } as const;
    const of = (delivered: number) =>
      inBoth(fileVerdict(sound, '/var/lib/pilegate/outbox.db', 5_000, { maxSize: 2 ** 31, delivered }));
    expect(of(0)).toEqual(
      fault('red', /^full: .* outbox\.maxSize \(2\.0 GiB\)/, /raise outbox\.maxSize/, /^已满/),
    );
    expect(of(1).level).toBe('green');
  });

  it('whose lock cannot be looked at says that it cannot tell whether a daemon runs', async () => {
    const { config, path, outbox } = stock();
    outbox.close();
    writeFileSync(`${path}.lock`, 'this is no database, and long enough to be seen as none'.repeat(40));
    expect((await examined(config))['daemon']).toEqual(
      fault('yellow', /cannot be told/, /systemctl status pilegate/, /无法判断/),
    );
    expect(statSync(join(dirname(config), 'outbox.db')).size).toBeGreaterThan(0);
  });
});

/** Breaks a stretch of a file, from this share of it on. */
function overwrite(path: string, from: number): void {
  const { size } = statSync(path);
  const handle = openSync(path, 'r+');
  writeSync(
    handle,
    Buffer.alloc(Math.min(16_384, size), 0x5a),
    0,
    Math.min(16_384, size),
    Math.floor(size * from),
  );
  closeSync(handle);
}
