import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE, makeDraft, makeEvent, openRig, plateFact, plateNeed, type Rig } from '../fixture.ts';

const lacking = makeDraft({ needs: [plateNeed()] });

/** The plate that an event gets that arrives now. */
async function plateNow(rig: Rig): Promise<string | undefined> {
  const stored = await rig.outbox.accept(makeEvent(rig.clock, `${Math.random()}`), lacking);
  return stored.kind === 'accepted' ? stored.made.record.plateNo : undefined;
}

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

  it('that is empty says that the car is gone', async () => {
    const rig = openRig();
    await rig.outbox.learn(plateFact('浙BD12345'), HOUR);
    rig.clock.pass(MINUTE);
    await rig.outbox.learn(plateFact(''), HOUR);
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
