import { describe, expect, it } from 'vitest';
import { OperatorActions } from '../../src/outbox/admin.ts';
import { atEnd } from '../support/cleanup.ts';
import { TEST_OPERATOR } from '../support/operator.ts';
import { attempt, DELIVERED, fill, openRig, refused } from './fixture.ts';

describe('a correction while an attempt is under way', () => {
  const corrected = { values: { plateNo: '浙BD00009' }, endAt: undefined };
  async function underWay() {
    const rig = openRig();
    const [id = 0] = await fill(rig, 1);
    const found = rig.outbox.pending(id);
    if (found === undefined) throw new Error('it is not pending');
    const actions = new OperatorActions(rig.path, rig.clock, TEST_OPERATOR);
    atEnd(() => actions.close());
    await actions.retry([found.orderNo], undefined, { correction: corrected });
    return { rig, id, found };
  }

  it('does not pass for delivered unseen: the gate has the former values, which is said', async () => {
    const { rig, id, found } = await underWay();
    const delivered = { state: 'delivered', sent: undefined } as const;
    expect(await rig.outbox.settle(id, attempt(rig.clock, DELIVERED), delivered, found)).toBe(true);
    expect(rig.column("SELECT last_error ->> '$.code' FROM records")).toEqual(['operator.corrected-late']);
  });

  it('is not charged with the refusal of the former values, not even one for good', async () => {
    const { rig, id, found } = await underWay();
    const final = { ...refused(), means: 'final' } as const;
    const parked = { state: 'parked', why: final.reason } as const;
    expect(await rig.outbox.settle(id, attempt(rig.clock, final), parked, found)).toBe(false);
    expect(rig.outbox.pending(id)).toMatchObject({ record: { plateNo: '浙BD00009' }, refusals: 0 });
  });

  it('is no correction of what is read after it', async () => {
    const { rig, id } = await underWay();
    const found = rig.outbox.pending(id);
    const delivered = { state: 'delivered', sent: undefined } as const;
    expect(await rig.outbox.settle(id, attempt(rig.clock, DELIVERED), delivered, found)).toBe(true);
    expect(rig.column('SELECT last_error FROM records')).toEqual([null]);
  });
});
