import { deviceName, makeSession, type PileSession, seeded } from '../../src/simulator/piles-session.ts';

/** Made-up session ends of profile `pilegate`; the same seed gives the same events. */
export interface EventPlan {
  readonly count: number;
  /** 1 by default. Events of different seeds have different order numbers. */
  readonly seed?: number;
  /** How many devices take turns; 10 by default: D001 to D010. */
  readonly devices?: number;
  /** When the first session ended, epoch milliseconds; 2026-11-24 09:00:00+08:00 by default. */
  readonly endAt?: number;
  /** How much later each next one ended, milliseconds; 1 s by default. */
  readonly every?: number;
}

/** Makes `count` events in the order of their ends. */
export function makeEvents(plan: EventPlan): PileSession[] {
  const {
    count,
    seed = 1,
    devices = 10,
    endAt = Date.parse('2026-11-24T09:00:00+08:00'),
    every = 1000,
  } = plan;
  const random = seeded(seed);
  return Array.from({ length: count }, (_, index) =>
    makeSession({
      orderNo: `${String(seed).padStart(6, '0')}${String(index + 1).padStart(8, '0')}`,
      deviceId: deviceName((index % devices) + 1),
      endAt: endAt + index * every,
      random,
    }),
  );
}

/** Makes one event. */
export function makeEvent(plan: Omit<EventPlan, 'count'> = {}): PileSession {
  const [event] = makeEvents({ ...plan, count: 1 });
  if (!event) throw new Error('no event was made');
  return event;
}
