import { describe, expect, it } from 'vitest';
import { attempt, withSent } from '../../src/delivery/attempt.ts';
import type { Settlement } from '../../src/domain/delivery.ts';
import type { Outcome } from '../../src/domain/outcome.ts';
import { reason } from '../../src/domain/reason.ts';
import { STATION_FIELDS } from '../../src/domain/record.ts';
import { record } from '../gate/record.ts';
import { silent } from '../support/log.ts';
import { prose } from '../support/prose.ts';
import { delivered, refused } from './outcomes.ts';
import { SETTINGS } from './worker-fixture.ts';

const { portName, parkId, stationId, stationName } = record();
const IDENTITY = { portName, parkId, stationId, stationName };
const PENDING = {
  id: 1,
  orderNo: 'O1',
  record: record({ orderNo: 'O1' }),
  ruled: [],
  receivedAt: 10_000,
  attempts: 0,
  refusals: 0,
  strikes: 0,
};

/** A guard that gives up no attempt. */
const PATIENT = { watch: <T>(attempt: Promise<T>) => attempt };

describe('an attempt', () => {
  it.each([
    ['delivered', delivered, 750],
    ['refused', refused(), undefined],
  ])('is observed with its time, and with that since the event where it is %s', async (_, outcome, since) => {
    const { deps, observed } = world(() => Promise.resolve(outcome));
    expect(await attempt(deps, PENDING, PATIENT)).toEqual({
      outcome,
      sent: PENDING.record,
      at: 10_500,
      began: 7_000,
      ms: 250,
      sinceEventMs: 750,
    });
    expect(observed).toEqual([[outcome.kind, 250, since]]);
  });

  it('takes no less than no time, where the clock was set back since the event', async () => {
    const { deps } = world(() => Promise.resolve(delivered));
    expect((await attempt(deps, { ...PENDING, receivedAt: 99_000 }, PATIENT)).sinceEventMs).toBe(0);
  });

  it('sends what the config says today', async () => {
    const sent: unknown[] = [];
    const { deps } = world((what) => {
      sent.push(what);
      return Promise.resolve(delivered);
    });
    await attempt({ ...deps, identity: () => ({ ...IDENTITY, parkId: 'mended' }) }, PENDING, PATIENT);
    expect(sent).toEqual([{ ...PENDING.record, parkId: 'mended' }]);
  });

  it.each([
    [new Error('a gap'), 'a gap'],
    ['a gap', 'a gap'],
  ])('is unanswered where a defect of ours breaks it off, and says so: %s', async (thrown, why) => {
    const { deps, said } = world(() => Promise.reject(thrown));
    const { outcome } = await attempt(deps, PENDING, PATIENT);
    expect(outcome).toEqual({ kind: 'unanswered', reason: reason('gate.defect', { error: why }) });
    expect(said).toEqual([
      [{ err: thrown, orderNo: 'O1' }, 'a defect of pilegate: the record could not be posted'],
    ]);
  });

  function world(send: (what: unknown) => Promise<Outcome>) {
    const said: unknown[] = [];
    const observed: unknown[] = [];
    const [now, monotonic] = [
      [10_500, 10_750],
      [7_000, 7_250],
    ].map((times) => () => times.shift() ?? 0);
    const deps = {
      clock: { now: now ?? Date.now, monotonic: monotonic ?? Date.now },
      log: { ...silent, error: (...line: unknown[]) => void said.push(line) },
      observe: (...what: unknown[]) => void observed.push(what),
      identity: () => IDENTITY,
      send,
      settings: SETTINGS,
    };
    return { deps, said, observed };
  }
});

describe('what was sent', () => {
  const done: Settlement = { state: 'delivered', sent: undefined };

  it.each(STATION_FIELDS)('is kept of a delivery where %s has changed since', (field) => {
    const sent = { ...PENDING.record, [field]: 'mended' };
    expect(withSent(done, PENDING, sent)).toEqual({ state: 'delivered', sent });
  });

  it('is not kept where nothing has changed, nor where it was not delivered', () => {
    expect(withSent(done, PENDING, { ...PENDING.record })).toBe(done);
    const parked: Settlement = { state: 'parked', why: prose('why') };
    expect(withSent(parked, PENDING, { ...PENDING.record, parkId: 'mended' })).toBe(parked);
  });
});
