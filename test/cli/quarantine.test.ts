import { describe, expect, it, vi } from 'vitest';
import { type CliResult, pilegate } from '../support/cli.ts';
import { prose } from '../support/prose.ts';
import { event, plateless, type Stocked, stock } from './filled-outbox.ts';
import { wrongUsage } from './usage.ts';

// Child processes: each takes a while where others share the machine.
vi.setConfig({ testTimeout: 120_000 });

const PILE = 'piles/D001/session/end';
const LONG_AGO = Date.parse('2026-11-20T08:00:00+08:00');

/** 1: no plate, 2: not UTF-8, 3: a conflict, 4: too large to keep whole. */
async function stocked(): Promise<Stocked> {
  const made = stock();
  await made.take(PILE, event('Q1', { plateNo: '' }), LONG_AGO);
  await made.take(PILE, Buffer.from([0x7b, 0xd5, 0xe3, 0x7d]));
  await made.take(PILE, event('Q3'));
  await made.take(PILE, event('Q3', { totalMoney: 99 }));
  await made.take(PILE, `{"pad":"${'x'.repeat(1_100_000)}"}`);
  return made;
}

function on({ config }: Stocked): (...args: string[]) => Promise<CliResult> {
  return (...args) => pilegate(['quarantine', ...args, '--config', config], { env: { LC_ALL: 'C.UTF-8' } });
}

const ndjson = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('quarantine list', () => {
  it('is a table of the open ones, the last to arrive first, or an object of the contract a line', async () => {
    const station = await stocked();
    const run = on(station);
    const { code, stdout } = await run('list');
    expect(code).toBe(0);
    const rows = stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.trim().split(/ {2,}/));
    expect(rows.map(([id, , kind, , , field]) => [id, kind, field])).toEqual([
      ['ID', 'KIND', 'FIELD'],
      ['4', 'unmappable', expect.anything()],
      ['3', 'conflict', 'totalMoney'],
      ['2', 'unmappable', '-'],
      ['1', 'unmappable', 'plateNo'],
    ]);
    const json = await run('list', '--json', '--until', '2026-11-24 09:20');
    const [, , second, first] = ndjson(json.stdout);
    expect(first).toEqual({
      id: 1,
      receivedAt: '2026-11-20T08:00:00.000+08:00',
      kind: 'unmappable',
      source: 'session-end',
      topic: PILE,
      reason: 'there is nothing at plateNo',
      code: 'rule.nothing-at',
      field: 'plateNo',
      payload: event('Q1', { plateNo: '' }),
    });
    expect(second).toMatchObject({ id: 2, field: '', payload: 'hex:7bd5e37d' });

    const some = await run('list', '--kind', 'unmappable', '--since', '2026-11-24', '--limit', '1', '--json');
    expect(ndjson(some.stdout).map(({ id }) => id)).toEqual([4]);
    expect(some.stderr).toContain('1 shown, there are more');
    expect(await run('list', '--state', 'discarded')).toMatchObject({ code: 0, stdout: '' });
  });
});

describe('quarantine show', () => {
  it('shows the event as it came, why it is no record, and the command that helps', async () => {
    const station = await stocked();
    const run = on(station);
    const [plateless, binary, large] = await Promise.all([
      run('show', '1'),
      run('show', '2'),
      run('show', '4', '--json'),
    ]);
    expect(plateless.stdout).toMatch(
      /^1 {2}unmappable\nplateNo: there is nothing at plateNo\nSupply it: pilegate quarantine replay 1 --set plateNo=VALUE\n/,
    );
    expect(plateless.stdout).toContain(`  ${event('Q1', { plateNo: '' })}\n`);
    expect(binary.stdout).toContain('  GB18030: {浙}\n  000000  7b d5 e3 7d ');
    expect(JSON.parse(large.stdout)).toMatchObject({
      id: 4,
      state: 'open',
      size: 1_100_010,
      whole: false,
      payload: expect.stringMatching(/^\{"pad":"x{4088}$/),
      remedy: expect.stringContaining('cannot be replayed'),
    });
    expect(await run('show', '77', '--lang', 'zh')).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('没有该条目'),
    });
    expect(await run('show', 'x')).toMatchObject({ code: 2 });
  });
});

describe('quarantine replay', () => {
  it("maps an event again with what a person supplies and today's config", async () => {
    const station = await stocked();
    const run = on(station);
    const vain = await run('replay', '1', '--json');
    expect(vain.code).toBe(1);
    expect(ndjson(vain.stdout)).toEqual([
      { id: 1, result: 'quarantined', done: false, words: 'no record: plateNo: there is nothing at plateNo' },
    ]);
    const odd = await run('replay', '1', '--set', 'plateNo=无12345', '--set', 'serviceMoney=5');
    expect(odd).toMatchObject({ code: 0, stdout: '1: became the record Q1 (无12345), pending\n' });
    expect(odd.stderr).toMatch(/^1: odd plate/);
    const show = await pilegate(['records', 'show', 'Q1', '--json', '--config', station.config]);
    expect(JSON.parse(show.stdout)).toMatchObject({
      state: 'pending',
      record: { plateNo: '无12345', seviceMoney: '5.00' },
      receivedAt: '2026-11-20T08:00:00.000+08:00',
    });
    expect(await run('replay', '1')).toMatchObject({
      code: 1,
      stdout: '',
      stderr: '1: has been replayed already\n',
    });
  });

  it('tells of each what became of it; what is not whole, or unknown, cannot be replayed', async () => {
    const station = await stocked();
    const run = on(station);
    const some = await run('replay', '4', '9');
    expect(some).toMatchObject({ code: 1, stdout: '' });
    expect(some.stderr).toMatch(/^4: cannot be replayed: it was too large.*\n9: there is no such entry\n$/);
    const all = await run('replay', '--all', '--set', 'plateNo=浙BD12345', '--lang', 'zh');
    expect(all.code).toBe(1);
    expect(all.stdout).toBe('1: 已生成记录 Q1（浙BD12345），待发送\n');
    expect(
      all.stderr
        .trim()
        .split('\n')
        .map((line) => line.slice(0, 9)),
    ).toEqual(['2: 未能生成记录', '3: 未能生成记录', '4: 无法重新处理']);
    expect(station.outbox.upkeep.counts()).toMatchObject({ pending: 2, quarantine: 3 });
  });

  it('completes an event whose wait is over, with the context as it stood or a supplied one', async () => {
    const station = stock();
    await station.take('plateless/D001/end', plateless('E1'), LONG_AGO);
    for (const waiting of station.outbox.overdue(10))
      await station.outbox.expire(waiting, { field: 'plateNo', reason: prose('no plate') });
    const run = on(station);
    expect(await run('replay', '1', '--set', 'plateNo=浙BD00007')).toMatchObject({
      code: 0,
      stdout: '1: became the record E1 (浙BD00007), pending\n',
    });
  });

  it.each([
    [['replay'], 'name ids, or say --all'],
    [['replay', '1', '--all'], 'name ids, or say --all'],
    [['replay', '1', '--set', 'plateNo'], 'FIELD=VALUE'],
    [['discard', '1'], "required option '--why <text>' not specified"],
    [['discard', '1', '--why', ' '], 'must say why'],
  ])('exits 2 on %j', async (args, words) => {
    expect(await wrongUsage(['quarantine', ...args])).toContain(words);
  });
});

describe('quarantine discard', () => {
  it('closes events for good with the reason', async () => {
    const station = await stocked();
    const run = on(station);
    const first = await run('discard', '2', '9', '--why', 'a test of the installer');
    expect(first).toMatchObject({ code: 1, stdout: '2: discarded\n', stderr: '9: there is no such entry\n' });
    expect(await run('discard', '2', '--why', 'again')).toMatchObject({
      code: 1,
      stderr: '2: has been discarded\n',
    });
    const show = await run('show', '2');
    expect(show.stdout).toMatch(/^2 {2}unmappable {2}discarded\n/);
    expect(show.stdout).toContain('A person discarded it');
    expect(show.stdout).toContain(': a test of the installer.');
    const list = await run('list', '--state', 'discarded', '--json');
    expect(ndjson(list.stdout).map(({ id }) => id)).toEqual([2]);
  });
});
