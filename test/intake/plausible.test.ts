import { describe, expect, it } from 'vitest';
import { mappingOf, TOPIC } from '../mapping/support.ts';
import { DAY, HOUR, MINUTE, START } from '../outbox/fixture.ts';
import { openRealIntake } from './real-intake.ts';

/** A session of an hour that ends so long after the arrival (negative: before), milliseconds. */
function session(orderNo: string, endAfter: number) {
  const at = (ms: number) => new Date(START + ms).toISOString();
  return { orderNo, plateNo: '浙BD12345', startTime: at(endAfter - HOUR), endTime: at(endAfter), power: 1 };
}

describe('the end of a session, held against its arrival', () => {
  it.each([
    ['ten minutes ahead', 10 * MINUTE],
    ['a week back', -7 * DAY],
  ])('is believed up to %s', async (_, endAfter) => {
    const { publish, records, raised, noted } = openRealIntake(mappingOf());
    await publish(TOPIC, session('1', endAfter));
    expect(records()).toHaveLength(1);
    expect(raised).toEqual([]);
    expect(noted).toEqual([]);
  });

  it.each([
    ['end-ahead', 'ahead by more', 10 * MINUTE + 1000],
    ['end-ahead', 'ahead by a day', DAY],
    ['end-behind', 'older', -7 * DAY - 1000],
    ['end-behind', 'a year old', -365 * DAY],
  ])(
    'raises %s where it is %s, is sent all the same, and sorts as its arrival',
    async (code, _, endAfter) => {
      const { publish, rig, raised, noted, lines } = openRealIntake(mappingOf());
      await publish(TOPIC, session('1', endAfter));
      expect(rig.column('SELECT state FROM records')).toEqual(['pending']);
      expect(rig.column('SELECT sort_at FROM records')).toEqual([START]);
      expect(raised).toEqual([{ code, params: { orderNo: '1', deviceId: 'D001', ms: Math.abs(endAfter) } }]);
      expect(noted).toEqual(['implausible']);
      expect(lines.at(-1)?.fields).toMatchObject({ event: 'event.implausible', code, orderNo: '1' });
    },
  );

  it.each([
    ['end-ahead', DAY + 1000],
    ['end-ahead', 586 * 365 * DAY],
    ['end-behind', -365 * DAY - 1000],
  ])('keeps the event in quarantine as %s where it lies beyond the outer bound', async (code, endAfter) => {
    const { publish, records, quarantined, noted, raised } = openRealIntake(mappingOf());
    await publish(TOPIC, session('1', endAfter));
    expect(records()).toEqual([]);
    expect(quarantined()).toEqual([
      { field: 'endTime', reason: expect.stringContaining(`"code":"${code}"`) },
    ]);
    expect(noted).toEqual(['implausible']);
    expect(raised).toEqual([]);
  });

  it('guesses the time zone where it is some eight hours ahead, and not at seven', async () => {
    const { publish, lines } = openRealIntake(mappingOf());
    await publish(TOPIC, session('1', 7.5 * HOUR));
    expect(lines.at(-1)?.message).toContain('is the time zone right');
    await publish(TOPIC, session('2', 6 * HOUR));
    expect(lines.at(-1)?.message).not.toContain('time zone');
  });

  it('refuses nothing while the clock is not known to be right', async () => {
    const { publish, records, quarantined, raised } = openRealIntake(mappingOf(), { isRight: () => false });
    await publish(TOPIC, session('1', 40 * DAY));
    await publish(TOPIC, session('2', -3 * 365 * DAY));
    expect(records()).toHaveLength(2);
    expect(quarantined()).toEqual([]);
    expect(raised.map(({ code }) => code)).toEqual(['end-ahead', 'end-behind']);
  });

  it('is held against nothing while the clock was never set', async () => {
    const { publish, rig, records, raised } = openRealIntake(mappingOf());
    rig.clock.set(Date.UTC(1970, 0, 1, 0, 1));
    await publish(TOPIC, session('1', 0));
    expect(records()).toHaveLength(1);
    expect(raised).toEqual([]);
  });

  it('is judged again when the clock is set: what was refused becomes a record, and stays where it still is refused', async () => {
    const { publish, rig, records, quarantined, arrivals, counted } = openRealIntake(mappingOf());
    rig.clock.set(START + 400 * DAY);
    await publish(TOPIC, session('today', 0));
    await publish(TOPIC, session('long ago', -400 * DAY));
    await publish(TOPIC, { orderNo: 'no time' });
    expect(quarantined()).toHaveLength(3);
    rig.clock.set(START);
    await rig.outbox.clockJumped(-400 * DAY);
    await arrivals.judgeAgain();
    expect(records()).toMatchObject([{ orderNo: 'today' }]);
    expect(quarantined()).toHaveLength(2);
    expect(counted).toEqual(['end quarantined', 'end quarantined', 'end quarantined', 'end accepted']);
  });

  it('of an element of a list is told with the index, and judged again alone', async () => {
    const mapping = mappingOf({
      sources: [
        { name: 'end', topic: TOPIC, profile: 'pilegate', each: 'list', fields: { deviceId: 'pile' } },
      ],
    });
    const { publish, rig, records, quarantined, arrivals, noted } = openRealIntake(mapping);
    rig.clock.set(START - 2 * DAY);
    await publish(TOPIC, {
      list: [
        { ...session('old', -3 * DAY), pile: 'D001' },
        { ...session('new', 0), pile: 'D001' },
      ],
    });
    expect(records()).toMatchObject([{ orderNo: 'old' }]);
    expect(quarantined()[0]?.reason).toMatch(
      /^\{"code":"list.element","params":\{"index":1,.*"code":"end-ahead"/,
    );
    expect(noted).toEqual(['implausible']);
    rig.clock.set(START);
    await rig.outbox.clockJumped(2 * DAY);
    await arrivals.judgeAgain();
    expect(records()).toMatchObject([{ orderNo: 'old' }, { orderNo: 'new' }]);
    expect(quarantined()).toEqual([]);
  });

  it('is judged once the context that a record waits for is there', async () => {
    const mapping = mappingOf({
      sources: [
        {
          name: 'end',
          topic: 'piles/{deviceId}/session/end',
          profile: 'pilegate',
          fields: { plateNo: { context: 'plate', key: { topic: 'deviceId' } } },
        },
      ],
      contexts: [
        {
          name: 'plate',
          topic: 'cameras/{id}',
          key: { topic: 'id' },
          fields: { plateNo: 'plate' },
          keep: DAY,
        },
      ],
    });
    const { publish, quarantined, rig } = openRealIntake(mapping);
    await publish(TOPIC, session('1', 2 * DAY));
    expect(rig.column('SELECT state FROM records')).toEqual(['waiting']);
    await publish('cameras/D001', { plate: '浙BD12345' });
    expect(rig.column('SELECT state FROM records')).toEqual([]);
    expect(quarantined()).toMatchObject([{ field: 'endTime' }]);
  });
});

it('a session end that the broker had retained is warned about, a retained context is not', async () => {
  const mapping = mappingOf({
    sources: [
      {
        name: 'end',
        topic: 'piles/{deviceId}/session/end',
        profile: 'pilegate',
        fields: { spaceNo: { context: 'plate', key: { topic: 'deviceId' }, field: 'plateNo' } },
      },
    ],
    contexts: [
      { name: 'plate', topic: 'cameras/{id}', key: { topic: 'id' }, fields: { plateNo: 'plate' }, keep: DAY },
    ],
  });
  const { publish, raised, noted } = openRealIntake(mapping);
  await publish('cameras/D001', { plate: '浙BD12345' }, true);
  expect(raised).toEqual([]);
  await publish(TOPIC, session('1', 0), true);
  expect(raised).toEqual([{ code: 'events-retained', params: { topic: TOPIC } }]);
  expect(noted).toEqual(['retained']);
});
