import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { owned } from '../support/cleanup.ts';
import { type CliResult, pilegate } from '../support/cli.ts';
import { MAIN } from '../support/daemon.ts';
import { englishIn } from '../support/english.ts';
import { within } from '../support/wait.ts';
import { ARRIVED, DELIVERED, event, plateless, refused, type Stocked, stock } from './filled-outbox.ts';
import { wrongUsage } from './usage.ts';

// Child processes: each takes a while where others share the machine.
vi.setConfig({ testTimeout: 120_000 });

const PILE = 'piles/D001/session/end';
const LATER = Date.parse('2099-01-01T00:00:00+08:00');

/** The records of the tests, by what has become of them. */
async function oneOfEach(): Promise<Stocked> {
  const stocked = stock();
  await stocked.take(PILE, event('20261124fresh', { plateNo: '浙BD00001' }), ARRIVED);
  await stocked.take(PILE, event('20261124refused', { plateNo: '浙BD00002' }), ARRIVED + 1_000);
  await stocked.take(PILE, event('20261124parked', { plateNo: '浙BD00003' }), ARRIVED + 2_000);
  await stocked.take(
    'piles/D002/session/end',
    event('20261124there', { plateNo: '浙BD00001' }),
    ARRIVED + 3_000,
  );
  await stocked.take('plateless/D001/end', plateless('20261124waits'), LATER);
  await stocked.take(PILE, event('20261124lost', { plateNo: '' }));
  await stocked.take('piles/D002/session/end', event('20261124there', { plateNo: '浙BD00001', power: 1 }));
  await stocked.end('20261124refused', [refused('处理充电和优惠失败')], 'pending', LATER);
  await stocked.end(
    '20261124parked',
    [refused('处理充电和优惠失败'), refused('没用匹配到优惠规则')],
    'parked',
  );
  await stocked.end('20261124there', [DELIVERED], 'delivered');
  return stocked;
}

/** Runs the program on a station's config, in English. */
function on({ config }: Stocked): (...args: string[]) => Promise<CliResult> {
  return (...args) => pilegate([...args, '--config', config], { env: { LC_ALL: 'C.UTF-8' } });
}

const ndjson = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('records list', () => {
  let run: ReturnType<typeof on>;
  let config: string;
  beforeAll(async () => {
    const stocked = await oneOfEach();
    stocked.outbox.close();
    run = on(stocked);
    config = stocked.config;
  });

  it('is a table, aligned under Chinese characters, the last to arrive first', async () => {
    const { code, stdout, stderr } = await run('records', 'list');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout.split('\n')).toEqual([
      'RECEIVED (+08:00)    ORDER            PLATE      DEVICE  END (+08:00)         STATE      ATTEMPTS  NEXT (+08:00)        WHY',
      '2099-01-01 00:00:00  20261124waits    -          D001    2026-11-24 09:12:30  waiting           0  -',
      '2026-11-24 09:12:34  20261124there    浙BD00001  D002    2026-11-24 09:12:30  delivered         1  -',
      '2026-11-24 09:12:33  20261124parked   浙BD00003  D001    2026-11-24 09:12:30  parked            2  -                    the gate refused it with result 1: 没用匹配到优惠规则',
      '2026-11-24 09:12:32  20261124refused  浙BD00002  D001    2026-11-24 09:12:30  pending           1  2099-01-01 00:00:00  the gate refused it with result 1: 处理充电和优惠失败',
      '2026-11-24 09:12:31  20261124fresh    浙BD00001  D001    2026-11-24 09:12:30  pending           0  -',
      '',
    ]);
  });

  it('is, as JSON, an object of the contract a line', async () => {
    const { stdout } = await run('records', 'list', '--json', '--state', 'pending,waiting');
    const [waiting, pending] = ndjson(stdout);
    expect(pending).toEqual({
      orderNo: '20261124refused',
      state: 'pending',
      plateNo: '浙BD00002',
      deviceId: 'D001',
      receivedAt: '2026-11-24T09:12:32.042+08:00',
      endTime: '2026-11-24T09:12:30.000+08:00',
      attempts: 1,
      nextAttemptAt: '2099-01-01T00:00:00.000+08:00',
      lastOutcome: 'refused',
      lastError: 'the gate refused it with result 1: 处理充电和优惠失败',
      code: 'gate.refused',
      record: expect.objectContaining({
        orderNo: '20261124refused',
        spaceNo: 'A-01',
        power: '32.15',
        elecMoney: '',
      }),
    });
    expect(Object.keys(pending)).toEqual(
      'orderNo state plateNo deviceId receivedAt endTime attempts nextAttemptAt lastOutcome lastError record code'.split(
        ' ',
      ),
    );
    expect(waiting).toMatchObject({
      orderNo: '20261124waits',
      plateNo: null,
      nextAttemptAt: null,
      lastOutcome: null,
    });
  });

  it.each([
    [
      ['--plate', '浙bd 00001'],
      ['20261124there', '20261124fresh'],
    ],
    [['--device', 'D002'], ['20261124there']],
    [
      ['--state', 'parked', '--state', 'delivered'],
      ['20261124there', '20261124parked'],
    ],
    [
      ['--since', '2026-11-24 09:12:33', '--until', '2030-01-01'],
      ['20261124there', '20261124parked'],
    ],
  ])('shows what is asked for: %j', async (options, orders) => {
    const { stdout } = await run('records', 'list', '--json', ...options);
    expect(ndjson(stdout).map(({ orderNo }) => orderNo)).toEqual(orders);
  });

  it('says on stderr when there are more, and when there are none', async () => {
    const some = await run('records', 'list', '--limit', '2');
    expect(some.stdout.trim().split('\n')).toHaveLength(3);
    expect(some.stderr).toBe('2 shown, there are more: --limit NUMBER\n');
    const none = await run('records', 'list', '--device', 'D999', '--lang', 'zh');
    expect(none).toMatchObject({ code: 0, stdout: '', stderr: '没有符合条件的记录\n' });
  });

  it.each([
    [['--state', 'lost'], 'Allowed choices are waiting, pending, delivered, parked'],
    [['--since', 'yesterday'], 'is no time'],
    [['--limit', '0'], 'a whole number above 0'],
  ])('exits 2 on %j', async (options, words) => {
    expect(await wrongUsage(['records', 'list', ...options, '--config', config])).toContain(words);
  });
});

describe('records show', () => {
  let run: ReturnType<typeof on>;
  beforeAll(async () => {
    const stocked = await oneOfEach();
    stocked.outbox.close();
    run = on(stocked);
  });

  it('tells the whole story: why and what to do, the record, the event as it came, every attempt', async () => {
    const { code, stdout } = await run('records', 'show', '20261124parked');
    expect(code).toBe(0);
    const [head, why, ...rest] = stdout.split('\n');
    expect(head).toBe('20261124parked  浙BD00003  D001  parked');
    expect(why).toMatch(
      /^The gate refused it for good .*discount rule.*pilegate records retry 20261124parked$/,
    );
    expect(rest.join('\n')).toContain('  spaceNo      A-01\n  power        32.15\n');
    expect(rest).toContain(
      'EVENT  2026-11-24 09:12:33 +08:00  SOURCE session-end  TOPIC piles/D001/session/end',
    );
    expect(rest).toContain(`  ${event('20261124parked', { plateNo: '浙BD00003' })}`);
    const attempts = rest.slice(rest.indexOf('ATTEMPTS') + 2).map((line) => line.trim().split(/ {2,}/));
    expect(attempts.slice(0, 2)).toEqual(
      ['处理充电和优惠失败', '没用匹配到优惠规则'].map((description, index) => [
        `2026-11-24 09:13:${31 + index}`,
        '42ms',
        '200',
        'refused',
        `the gate refused it with result 1: ${description}`,
        `{"result":1,"description":"${description}"}`,
      ]),
    );
  });

  it('is one object as JSON', async () => {
    const { stdout } = await run('records', 'show', '20261124there', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      orderNo: '20261124there',
      why: expect.stringContaining('The gate has it since'),
      state: 'delivered',
      deliveredAt: '2026-11-24T09:13:31.084+08:00',
      event: {
        source: 'session-end',
        topic: 'piles/D002/session/end',
        payload: expect.stringContaining('20261124there'),
      },
      history: [
        {
          at: '2026-11-24T09:13:31.042+08:00',
          ms: 42,
          outcome: 'delivered',
          status: 200,
          reply: '{"result":0}',
        },
      ],
      quarantined: [{ id: 2, kind: 'conflict', state: 'open', field: 'power' }],
      pruned: null,
    });
  });

  it('speaks Chinese', async () => {
    const { stdout } = await run('records', 'show', '20261124waits', '--lang', 'zh');
    expect(stdout).toMatch(/该记录正在等待 plateNo（上下文 plate，键 A-01）.*--set plateNo=值\n/);
    expect(stdout).toMatch(/\n发送经过\n {2}尚未发送\n$/);
    expect(stdout).toMatch(/^20261124waits {2}D001 {2}待补全（waiting）\n/);
    const listed = await run('records', 'list', '--lang', 'zh');
    for (const line of listed.stdout.split('\n')) expect(englishIn(line)).toBeUndefined();
  });

  it('finds by plate where no order has that number, and says of which others there are', async () => {
    const { code, stdout, stderr } = await run('records', 'show', '浙B·D00001');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^20261124there /);
    expect(stderr).toContain('pilegate records list --plate 浙BD00001');
  });

  it('tells of an order that lies in quarantine, with its event', async () => {
    const { code, stdout } = await run('records', 'show', '20261124lost');
    expect(code).toBe(0);
    expect(stdout).toContain('pilegate quarantine replay 1 --set plateNo=VALUE');
    expect(stdout).toContain(event('20261124lost', { plateNo: '' }));
  });

  it('offers similar orders where it knows none of that name; exit 1', async () => {
    const { code, stdout, stderr } = await run('records', 'show', '20261124frehs');
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toBe('20261124frehs: no such order. Did you mean 20261124fresh?\n');
  });
});

describe('records retry and park', () => {
  it('do what they can, and name what they cannot; exit 1', async () => {
    const stocked = await oneOfEach();
    const run = on(stocked);
    const orders = ['20261124parked', '20261124nobody', '20261124there', '20261124waits', '20261124lost'];
    const retry = await run('records', 'retry', ...orders);
    expect(retry.code).toBe(1);
    expect(retry.stdout).toBe('20261124parked: due now, with a fresh limit\n');
    expect(retry.stderr.split('\n')).toEqual([
      expect.stringMatching(/^20261124nobody: no such order/),
      expect.stringMatching(/^20261124there: not sent again: the gate has it already/),
      expect.stringMatching(/^20261124waits: It waits for plateNo .*--set plateNo=/),
      expect.stringMatching(/^20261124lost: There is no record of it.*quarantine replay 1 --set plateNo=/),
      '',
    ]);
    expect(stocked.outbox.upkeep.counts()).toMatchObject({ pending: 3, parked: 0 });

    const park = await run('records', 'park', '20261124fresh', '20261124there', '--why', 'a test', '--json');
    expect(park.code).toBe(1);
    expect(ndjson(park.stdout)).toMatchObject([
      { orderNo: '20261124fresh', result: 'parked', done: true },
      { orderNo: '20261124there', result: 'delivered', done: false },
    ]);
    const show = await run('records', 'show', '20261124fresh');
    expect(show.stdout).toMatch(
      /A person parked it at .*: a test\. To send it after all: pilegate records retry/,
    );

    expect(await run('records', 'retry', '--parked')).toMatchObject({
      code: 0,
      stdout: '1 due now\n',
      stderr: '',
    });
    expect(stocked.outbox.upkeep.counts()).toMatchObject({ pending: 3, parked: 0 });
  });

  it('completes a waiting record by what a person supplies', async () => {
    const stocked = await oneOfEach();
    const run = on(stocked);
    const wrong = await run('records', 'retry', '20261124waits', '--set', 'startTime=2026-11-24 23:00:00');
    expect(wrong.code).toBe(1);
    expect(wrong.stderr).toMatch(/^20261124waits: no record: .*before its start/);
    const right = await run('records', 'retry', '20261124waits', '--set', 'plateNo=浙bd·00009');
    expect(right).toMatchObject({
      code: 0,
      stdout: '20261124waits: became the record 20261124waits (浙BD00009), pending\n',
    });
    expect(stocked.outbox.upkeep.counts()).toMatchObject({ pending: 3, waiting: 0 });
    const again = await run('records', 'retry', '20261124waits', '--set', 'plateNo=浙BD00001');
    expect(again).toMatchObject({ code: 0, stderr: '' });
    expect(stocked.outbox.upkeep.counts()).toMatchObject({ pending: 3, waiting: 0 });
  });

  it.each([
    [['retry'], 'name orders, or say --parked'],
    [['retry', 'A1', '--parked'], 'name orders, or say --parked'],
    [['retry', 'A1', 'A2', '--set', 'plateNo=x'], '--set goes with one order'],
    [['retry', 'A1', '--set', 'plate=x'], 'where FIELD is one of portName'],
    [['park'], 'name orders, or choose by --reason'],
  ])('exit 2 on %j', async (args, words) => {
    expect(await wrongUsage(['records', ...args])).toContain(words);
  });
});

it('`| head` does no harm', async () => {
  const stocked = stock();
  const orders = Array.from({ length: 3_000 }, (_, n) => `H${n}`);
  await Promise.all(orders.map((order) => stocked.take(PILE, event(order))));
  const child = owned(
    spawn(process.execPath, [
      MAIN,
      'records',
      'list',
      '--json',
      '--limit',
      '5000',
      '--config',
      stocked.config,
    ]),
  );
  let stderr = '';
  child.stderr.on('data', (text) => {
    stderr += text;
  });
  await once(child.stdout, 'data');
  child.stdout.destroy();
  expect(await within(once(child, 'close'), 'the listing to end')).toEqual([0, null]);
  expect(stderr).toBe('');
});
