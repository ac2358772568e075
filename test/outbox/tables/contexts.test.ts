import { describe, expect, it } from 'vitest';
import {
  deliver,
  fill,
  HOUR,
  MINUTE,
  makeDraft,
  makeEvent,
  openRig,
  plateFact,
  plateNeed,
  type Rig,
} from '../fixture.ts';

const lacking = makeDraft({ needs: [plateNeed()] });

/** The plate that an event gets that arrives now. */
async function plateNow(rig: Rig): Promise<string | undefined> {
  const stored = await rig.outbox.accept(makeEvent(rig.clock, `${Math.random()}`), lacking);
  return stored.kind === 'accepted' ? stored.made.record.plateNo : undefined;
}

describe('the values of contexts', () => {
  const keys = (rig: Rig) => rig.column('SELECT key FROM contexts ORDER BY id');
  const learn = (rig: Rig, key: string, more = {}) =>
    rig.outbox.learn(plateFact('浙BD12345', { key, ...more }), HOUR);

  it('are bounded for each context by its rows, and the longest unused go first', async () => {
    const rig = openRig({ contextRows: (name) => (name === 'plate' ? 3 : 10) });
    await learn(rig, 'other', { context: 'start' });
    for (const key of ['A-01', 'A-02', 'A-03']) {
      await learn(rig, key);
      rig.clock.pass(MINUTE);
    }
    // Read, and published again: both are uses.
    expect(await plateNow(rig)).toBe('浙BD12345');
    rig.clock.pass(MINUTE);
    await learn(rig, 'A-02');
    await learn(rig, 'A-04');
    expect(keys(rig)).toEqual(['other', 'A-01', 'A-02', 'A-04']);
    await learn(rig, 'A-05');
    expect(keys(rig)).toEqual(['other', 'A-02', 'A-04', 'A-05']);
  });

  it('take 64 MiB at most, and a quarter of the file, of which the largest context gives', async () => {
    const rig = openRig({ maxSize: 4 * 2 ** 20 });
    await learn(rig, 'A-01', { context: 'start' });
    for (let n = 0; n < 100; n += 1)
      await rig.outbox.learn(plateFact('x'.repeat(20_000), { key: `key ${n}` }), HOUR);
    expect(rig.column('SELECT n FROM context_shares ORDER BY name')).toEqual([52, 1]);
    expect(Number(rig.column('SELECT sum(bytes) FROM context_shares')[0])).toBeLessThanOrEqual(2 ** 20);
  });

  it('make room for records where nothing delivered is left', async () => {
    const rig = openRig({ maxSize: 2 ** 20 });
    for (let n = 0; n < 12; n += 1)
      await rig.outbox.learn(plateFact('x'.repeat(20_000), { key: `key ${n}` }), HOUR);
    await fill(rig, 2_000);
    await rig.outbox.checkSize();
    expect(rig.column('SELECT count(*) FROM contexts')).toEqual([0]);
    expect(rig.column('SELECT count(*) FROM records')).toEqual([2_000]);
  });

  it('never take delivered history or the room of sessions, however many nobody uses', async () => {
    const rig = openRig({ maxSize: 4 * 2 ** 20 });
    await deliver(rig, await fill(rig, 50));
    for (let round = 0; round < 40; round += 1) {
      await Promise.all(Array.from({ length: 500 }, (_, n) => learn(rig, `space ${round} ${n}`)));
      expect(await rig.outbox.checkSize()).toBe(0);
    }
    expect(rig.outbox.failure).toBeUndefined();
    expect(rig.outbox.upkeep.counts().delivered).toBe(50);
  });
});

describe('a context', () => {
  it('that only repeats its last value takes no new row, and stays alive', async () => {
    const rig = openRig();
    for (let n = 0; n < 5; n += 1) {
      await rig.outbox.learn(plateFact('浙BD12345'), HOUR);
      rig.clock.pass(10 * HOUR);
    }
    expect(rig.column('SELECT count(*) FROM contexts')).toEqual([1]);
    expect(await plateNow(rig)).toBe('浙BD12345');
  });

  it('that comes again after a gap is a new one: whoever arrived within the gap must not get it', async () => {
    const rig = openRig();
    await rig.outbox.learn(plateFact('浙BD12345', { keepMs: HOUR }), HOUR);
    rig.clock.pass(2 * HOUR);
    await rig.outbox.learn(plateFact('浙BD12345', { keepMs: HOUR }), HOUR);
    expect(rig.column('SELECT count(*) FROM contexts')).toEqual([2]);
  });

  it('with an empty plate leaves the plate that was known before in force, as long as that one is good', async () => {
    const rig = openRig();
    await rig.outbox.learn(plateFact('浙BD12345'), HOUR);
    rig.clock.pass(11 * HOUR);
    await rig.outbox.learn(plateFact('', { values: { plateNo: '', meter: 5 } }), HOUR);
    expect(await plateNow(rig)).toBe('浙BD12345');
    rig.clock.pass(2 * HOUR);
    expect(await plateNow(rig)).toBeUndefined();
  });

  it('without the field at all has no such value, whatever came before', async () => {
    const rig = openRig();
    await rig.outbox.learn(plateFact('浙BD12345'), HOUR);
    await rig.outbox.learn(plateFact('', { values: { meter: 5 } }), HOUR);
    expect(await plateNow(rig)).toBeUndefined();
  });

  it('is told apart by name and key', async () => {
    const rig = openRig();
    await rig.outbox.learn(plateFact('浙BA00001', { key: 'A-02' }), HOUR);
    await rig.outbox.learn(plateFact('浙BA00002', { context: 'other' }), HOUR);
    expect(await plateNow(rig)).toBeUndefined();
  });

  it('that was stamped by a clock from the future does not count before an event', async () => {
    const rig = openRig();
    const now = rig.clock.now();
    rig.clock.set(Date.parse('2099-01-01T00:00:00Z'));
    await rig.outbox.learn(plateFact('浙BD12345'), HOUR);
    rig.clock.set(now);
    expect(await plateNow(rig)).toBeUndefined();
  });

  it('keeps its count over pruning, so that after stays after', async () => {
    const rig = openRig();
    await rig.outbox.learn(plateFact('浙BA00001', { keepMs: MINUTE }), 0);
    await rig.outbox.accept(
      makeEvent(rig.clock, 'waits'),
      makeDraft({ needs: [plateNeed({ key: 'B-01' })] }),
    );
    rig.clock.pass(2 * MINUTE);
    await rig.outbox.prune((pruning) => pruning.prune({ now: rig.clock.now(), delivered: 0, seen: 0 }));
    expect(rig.column('SELECT count(*) FROM contexts')).toEqual([0]);
    await rig.outbox.learn(plateFact('浙BD12345', { key: 'B-01' }), 0);
    expect(rig.column('SELECT contexts.id > context_mark FROM contexts, records')).toEqual([1]);
  });
});
