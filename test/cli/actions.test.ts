import { beforeAll, describe, expect, it, vi } from 'vitest';
import { whoActs } from '../../src/cli/operator.ts';
import { type CliResult, pilegate } from '../support/cli.ts';
import { ARRIVED, DELIVERED, event, plateless, refused, type Stocked, stock } from './filled-outbox.ts';
import { wrongUsage } from './usage.ts';

// Child processes: each takes a while where others share the machine.
vi.setConfig({ testTimeout: 180_000 });

const PILE = 'piles/D001/session/end';
const LATER = Date.parse('2099-01-01T00:00:00+08:00');

/** Runs the program on a station's config, in English, without a terminal. */
function on({ config }: Stocked, env: Record<string, string | undefined> = {}) {
  return (...args: string[]): Promise<CliResult> =>
    pilegate([...args, '--config', config], { env: { LC_ALL: 'C.UTF-8', SUDO_USER: undefined, ...env } });
}

const ndjson = (text: string) =>
  text
    .trim()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));

/** A station with a parked, a deferred, a delivered and a waiting record. */
async function station(): Promise<Stocked> {
  const stocked = stock();
  for (const order of ['parked', 'deferred', 'delivered']) await stocked.take(PILE, event(order));
  await stocked.take('plateless/D001/end', plateless('waits'), LATER);
  await stocked.end('parked', [refused('没用匹配到优惠规则')], 'parked');
  await stocked.end('deferred', [refused('处理充电和优惠失败')], 'pending', LATER);
  await stocked.end('delivered', [DELIVERED], 'delivered');
  return stocked;
}

async function story(run: ReturnType<typeof on>, order: string) {
  return JSON.parse((await run('records', 'show', order, '--json')).stdout);
}

describe('a record that is wrong', () => {
  it.each(['parked', 'deferred'])(
    'is corrected and sent where it is %s; what the event said stays',
    async (order) => {
      const run = on(await station());
      const set = ['--set', 'plateNo=浙bd·00009', '--set', 'power=30', '--set', 'spaceNo=B-02'];
      expect(await run('records', 'retry', order, ...set, '--why', 'misread')).toMatchObject({
        code: 0,
        stdout: `${order}: due now, with a fresh limit\n`,
      });
      const shown = await story(run, order);
      expect(shown).toMatchObject({
        state: 'pending',
        plateNo: '浙BD00009',
        record: { plateNo: '浙BD00009', power: '30.00', spaceNo: 'B-02' },
        corrections: {
          plateNo: ['浙BD12345', '浙BD00009'],
          power: ['32.15', '30.00'],
          spaceNo: ['A-01', 'B-02'],
        },
        audit: [{ command: 'records retry', orderNo: order, why: 'misread' }],
      });
      expect(shown.audit[0].changed.plateNo).toEqual(['浙BD12345', '浙BD00009']);
      expect(JSON.stringify(shown.event)).toContain('浙BD12345');
      const text = (await run('records', 'show', order)).stdout;
      expect(text).toMatch(/plateNo +浙BD00009 +corrected; the event: 浙BD12345/);
      expect(text).toMatch(/OPERATOR ACTIONS[\s\S]*records retry[\s\S]*misread/);
      // The first value stays the first one, whatever is set later; set back, it is no correction.
      await run('records', 'retry', order, '--set', 'plateNo=浙BD00010', '--set', 'power=32.15');
      expect((await story(run, order)).corrections).toEqual({
        plateNo: ['浙BD12345', '浙BD00010'],
        spaceNo: ['A-01', 'B-02'],
      });
    },
  );

  it.each([
    ['plateNo=', /plateNo: .*empty/],
    ['startTime=2026-11-24 23:00:00', /endTime: .*before its start/],
    ['power=much', /power: .*much/],
    ['orderNo=other', /an order number names its record/],
  ])('keeps its values where --set %s is none', async (set, words) => {
    const run = on(await station());
    const { code, stderr } = await run('records', 'retry', 'parked', '--set', set);
    expect(code).toBe(1);
    expect(stderr).toMatch(words);
    expect(await story(run, 'parked')).toMatchObject({ state: 'parked', corrections: {}, audit: [] });
  });

  it('that was parked while it waited is completed by what is set', async () => {
    const run = on(await station());
    await run('records', 'park', 'waits');
    expect(await run('records', 'retry', 'waits', '--set', 'plateNo=浙BD00009')).toMatchObject({
      code: 0,
      stdout: 'waits: became the record waits (浙BD00009), pending\n',
    });
    const shown = await story(run, 'waits');
    expect(shown.audit.map((entry: { changed: object }) => entry.changed)).toEqual([
      { state: ['waiting', 'pending'], plateNo: [null, '浙BD00009'] },
      { state: ['parked', 'waiting'] },
      { state: ['waiting', 'parked'] },
    ]);
  });
});

describe('records resend', () => {
  it('makes a delivered record due once more, corrected, with what it risks', async () => {
    const run = on(await station());
    const { code, stdout, stderr } = await run(
      ...[
        'records',
        'resend',
        'delivered',
        '--why',
        'the gate lost it',
        '--set',
        'plateNo=浙BD00009',
        '--yes',
      ],
    );
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: 'delivered: due now, once more, as a fresh record\n',
    });
    expect(stderr).toContain('allows a repeat');
    const shown = await story(run, 'delivered');
    expect(shown).toMatchObject({
      state: 'pending',
      attempts: 1,
      record: { plateNo: '浙BD00009' },
      audit: [
        { command: 'records resend', why: 'the gate lost it', changed: { state: ['delivered', 'pending'] } },
      ],
    });
    expect(shown.history).toHaveLength(1);
  });

  it('leaves what the gate does not have to retry', async () => {
    const run = on(await station());
    const { code, stdout, stderr } = await run(
      ...['records', 'resend', 'parked', 'deferred', 'waits', 'nobody', '--why', 'x', '--yes'],
    );
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/parked: not sent again: it is parked/);
    expect(stderr).toMatch(/deferred: not sent again: it is pending/);
    expect(stderr).toMatch(/waits: not sent again: it waits/);
    expect(stderr).toMatch(/nobody: no such order/);
    expect((await run('audit')).stderr).toContain('no such operator actions');
  });

  it('needs a reason, and a yes where nobody can be asked: exit 2, nothing done', async () => {
    const run = on(await station());
    expect((await run('records', 'resend', 'delivered')).code).toBe(2);
    expect((await run('records', 'resend', 'delivered', '--why', ' ')).code).toBe(2);
    const { code, stderr } = await run('records', 'resend', 'delivered', '--why', 'lost');
    expect(code).toBe(2);
    expect(stderr).toMatch(/allows a repeat.*Say --yes/);
    expect(await story(run, 'delivered')).toMatchObject({ state: 'delivered', audit: [] });
  });
});

describe('in bulk', () => {
  const many = Array.from({ length: 25 }, (_, n) => `M${String(n).padStart(2, '0')}`);
  let stocked: Stocked;
  let run: ReturnType<typeof on>;
  beforeAll(async () => {
    stocked = stock();
    run = on(stocked);
    for (const [n, order] of many.entries()) {
      await stocked.take(`piles/D00${n % 2}/session/end`, event(order), ARRIVED + n * 1_000);
      await stocked.end(order, [refused(n < 5 ? '停车场不存在啊' : '没用匹配到优惠规则')], 'parked');
    }
    for (let n = 0; n < 22; n += 1) await stocked.take('piles/D007/session/end', `no json ${n}`);
    await stocked.take('piles/D008/session/end', event('lost', { plateNo: '' }));
  }, 60_000);

  it('lists what a filter chooses with --dry-run, and changes nothing', async () => {
    const chosen = async (...filter: string[]) => {
      const { code, stdout } = await run('records', 'retry', ...filter, '--dry-run', '--json');
      expect(code).toBe(0);
      return ndjson(stdout).map(({ orderNo }) => orderNo);
    };
    expect(await chosen('--reason', '停车场不存在')).toEqual(many.slice(0, 5));
    expect(await chosen('--reason', 'gate.refused')).toEqual(many);
    expect(await chosen('--reason', 'gate')).toEqual(many);
    expect(await chosen('--device', 'D001', '--reason', '停车场')).toEqual(['M01', 'M03']);
    expect(await chosen('--source', 'session-end', '--since', '2026-11-24 09:12:50')).toEqual(many.slice(19));
    expect(await chosen('--source', 'other')).toEqual([]);
    expect(stocked.outbox.upkeep.counts()).toMatchObject({ parked: 25, pending: 0 });
    const park = await run('records', 'park', 'M01', '--dry-run');
    expect(park).toMatchObject({ code: 1, stdout: '' });
    const discard = await run('quarantine', 'discard', '--device', 'D008', '--why', 'x', '--dry-run');
    expect(discard.stdout).toMatch(/^23: would be discarded/);
    const replay = await run('quarantine', 'replay', '--reason', 'decode.not-json', '--dry-run', '--json');
    expect(ndjson(replay.stdout)).toHaveLength(22);
  });

  it('does what a filter chooses; without a terminal only many discards need a yes', async () => {
    expect(await run('quarantine', 'discard', '--reason', 'decode.not-json', '--why', 'junk')).toMatchObject({
      code: 2,
      stdout: '',
    });
    const discarded = await run('quarantine', 'discard', '--device', 'D007', '--why', 'junk', '--yes');
    expect(discarded.code).toBe(0);
    expect(discarded.stdout.trim().split('\n')).toHaveLength(22);
    const replayed = await run(
      'quarantine',
      'replay',
      '--source',
      'session-end',
      '--set',
      'plateNo=浙BD00009',
    );
    expect(replayed).toMatchObject({ code: 0, stdout: '23: became the record lost (浙BD00009), pending\n' });
    expect((await run('records', 'retry', '--reason', 'gate.refused')).code).toBe(0);
    expect(stocked.outbox.upkeep.counts()).toMatchObject({ parked: 0, pending: 26, quarantine: 0 });
    expect((await run('records', 'park', '--device', 'D001', '--why', 'under repair')).code).toBe(0);
    expect(stocked.outbox.upkeep.counts()).toMatchObject({ parked: 12 });
    const audit = ndjson((await run('audit', '--limit', '1000', '--json')).stdout);
    expect(audit).toHaveLength(22 + 1 + 25 + 12);
    expect(audit[0]).toMatchObject({
      command: 'records park',
      why: 'under repair',
      changed: { state: ['pending', 'parked'] },
    });
    expect(audit.at(-1)).toMatchObject({ command: 'quarantine discard', id: 1, orderNo: null, why: 'junk' });
    expect((await run('audit', '--limit', '2')).stderr).toContain('there are more');
  });

  it.each([
    ['records', 'retry'],
    ['records', 'park'],
    ['quarantine', 'replay'],
    ['quarantine', 'discard', '--why', 'x'],
  ])('takes names or a filter, not both and not neither: %s %s', async (...args) => {
    const known = args[0] === 'records' ? 'A1' : '1';
    expect(await wrongUsage(args)).toContain('choose by --reason');
    expect(await wrongUsage([...args, known, '--device', 'D001'])).toContain('choose by --reason');
  });
});

describe('a conflict', () => {
  async function conflict(state: 'parked' | 'delivered') {
    const stocked = stock();
    await stocked.take(PILE, event('A1', { power: 10 }));
    await stocked.end('A1', [state === 'parked' ? refused('没用匹配到优惠规则') : DELIVERED], state);
    await stocked.take(PILE, event('A1', { power: 20 }));
    return { run: on(stocked), stocked };
  }

  it('that is named takes the place of a parked record, whose event is kept', async () => {
    const { run } = await conflict('parked');
    expect(await run('quarantine', 'replay', '1', '--why', 'the second is right')).toMatchObject({
      code: 0,
      stdout: '1: became the record A1 (浙BD12345), pending\n',
    });
    const shown = await story(run, 'A1');
    expect(shown).toMatchObject({
      state: 'pending',
      record: { power: '20.00' },
      attempts: 1,
      audit: [
        {
          command: 'quarantine replay',
          id: 1,
          why: 'the second is right',
          changed: { power: ['10.00', '20.00'] },
        },
      ],
    });
    expect(JSON.stringify(shown.event)).toContain('20');
    const [former] = shown.quarantined.filter(({ state }: { state: string }) => state === 'discarded');
    expect(former.payload).toContain('"power":10');
    expect((await run('quarantine', 'show', '2')).stdout).toContain('replaced by quarantined event 1');
  });

  it('that --all chooses does so with --yes only', async () => {
    const { run } = await conflict('parked');
    const { code, stderr } = await run('quarantine', 'replay', '--all');
    expect(code).toBe(1);
    expect(stderr).toContain('quarantine replay 1 --yes');
    expect(await story(run, 'A1')).toMatchObject({ state: 'parked', record: { power: '10.00' } });
    expect((await run('quarantine', 'replay', '--all', '--yes')).code).toBe(0);
    expect(await story(run, 'A1')).toMatchObject({ state: 'pending', record: { power: '20.00' } });
  });

  it('never takes the place of a delivered record', async () => {
    const { run } = await conflict('delivered');
    expect((await run('quarantine', 'replay', '1', '--yes')).code).toBe(1);
    expect(await story(run, 'A1')).toMatchObject({ state: 'delivered', record: { power: '10.00' } });
  });
});

describe('who acts', () => {
  const facts = {
    loginUid: '1000',
    passwd: 'root:x:0:0::/root:/bin/sh\nli:x:1000:1000::/home/li:/bin/sh\n',
    sudoUser: 'wang',
    user: 'root',
  };
  it.each([
    ['the login user, also behind sudo', {}, 'li'],
    ['the number of a login user without a name', { loginUid: '1234' }, 'uid 1234'],
    ['SUDO_USER, marked, where nobody logged in', { loginUid: '4294967295' }, 'wang (SUDO_USER)'],
    ['the user of the process otherwise', { loginUid: undefined, sudoUser: undefined }, 'root'],
  ])('is %s', (_, more, who) => {
    expect(whoActs({ ...facts, ...more })).toBe(who);
  });

  it('is in the audit, in the export, and by name in the listing', async () => {
    const stocked = await station();
    const run = on(stocked);
    await run('records', 'park', 'deferred', '--why', '等厂家 "回复"');
    const [entry] = ndjson((await run('audit', '--order', 'deferred', '--json')).stdout);
    expect(Object.keys(entry)).toEqual(['at', 'who', 'command', 'orderNo', 'id', 'changed', 'why', 'via']);
    expect(entry.who).not.toBe('');
    expect(entry.at).toMatch(/^\d{4}-\d\d-\d\dT.*\+08:00$/);
    expect(ndjson((await run('audit', '--who', entry.who, '--since', '1h', '--json')).stdout)).toEqual([
      entry,
    ]);
    expect(ndjson((await run('audit', '--who', 'nobody', '--json')).stdout)).toEqual([]);
    const exported = ndjson((await run('export', '--format', 'ndjson')).stdout);
    expect(exported.find(({ orderNo }: { orderNo: string }) => orderNo === 'deferred').audit).toEqual([
      entry,
    ]);
  });
});
