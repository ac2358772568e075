import type { Random } from '../../src/domain/clock.ts';
import { seeded } from '../../src/simulator/piles-session.ts';

/** One trouble of a run. What it does is `lane` and `kind`; see {@link LANES}. */
export interface Trouble {
  /** When it begins, milliseconds from the start of the run. */
  readonly at: number;
  /** How long it lasts, milliseconds. */
  readonly lasts: number;
  readonly lane: Lane;
  readonly kind: string;
  /** From 0 up to 1: whatever else there is to choose. */
  readonly draw: number;
}

/** Troubles of one lane come one after the other; lanes overlap as they like. */
export type Lane = keyof typeof LANES;

/** How one lane is filled. Ranges are milliseconds. */
interface LanePlan {
  /** Between the end of one trouble and the beginning of the next. */
  readonly gap: Range;
  /** How long each kind lasts; a kind that stands twice comes twice as often. */
  readonly kinds: readonly (readonly [kind: string, lasts: Range])[];
}

type Range = readonly [least: number, most: number];

const AT_ONCE: Range = [0, 0];

/** What can go wrong, by the part that it happens to. */
export const LANES = {
  daemon: {
    gap: [5_000, 15_000],
    kinds: [
      ['kill', [0, 2_000]],
      ['kill', [0, 2_000]],
      ['stop', [0, 3_000]],
      ['freeze', [1_000, 6_000]],
      ['reload', AT_ONCE],
    ],
  },
  broker: {
    gap: [10_000, 24_000],
    kinds: [
      ['kill', [0, 3_000]],
      ['stop', [0, 3_000]],
      ['freeze', [1_000, 5_000]],
    ],
  },
  gate: {
    gap: [10_000, 24_000],
    kinds: [
      ['kill', [0, 4_000]],
      ['freeze', [1_000, 6_000]],
    ],
  },
  link: {
    gap: [12_000, 28_000],
    kinds: [
      ['gone', [1_000, 6_000]],
      ['deaf', [1_000, 6_000]],
      ['mute', [1_000, 6_000]],
      ['dark', [1_000, 6_000]],
    ],
  },
  disk: {
    gap: [8_000, 20_000],
    kinds: [
      ['full', [2_000, 8_000]],
      ['sync EIO', [1_000, 5_000]],
      ['full', [2_000, 8_000]],
      ['write EIO', [1_000, 5_000]],
      ['write EROFS', [1_000, 5_000]],
      ['write ENOSPC', [1_000, 5_000]],
    ],
  },
  clock: {
    gap: [10_000, 20_000],
    kinds: [
      ['ahead', AT_ONCE],
      ['back', AT_ONCE],
      ['long ago', AT_ONCE],
      ['right', AT_ONCE],
    ],
  },
  replies: {
    gap: [3_000, 8_000],
    kinds: [
      ['reset', [500, 3_000]],
      ['taken, then reset', [500, 3_000]],
      ['taken, then silence', [500, 3_000]],
      ['taken, then half a reply', [500, 3_000]],
      ['taken, oddly said', [1_000, 4_000]],
      ['slow', [1_000, 4_000]],
      ['page', [500, 3_000]],
      ['500', [500, 3_000]],
      ['503', [500, 3_000]],
      ['404', [500, 3_000]],
      ['wrong key', [500, 3_000]],
      ['refused alike', [500, 3_000]],
    ],
  },
  hands: {
    gap: [2_000, 5_000],
    kinds: [
      ['retry', AT_ONCE],
      ['park', AT_ONCE],
      ['retry --parked', AT_ONCE],
      ['replay', AT_ONCE],
      ['replay --all', AT_ONCE],
      ['discard', AT_ONCE],
      ['status', AT_ONCE],
    ],
  },
} as const satisfies Readonly<Record<string, LanePlan>>;

/** All lanes, in the order of {@link LANES}. */
export const ALL_LANES = Object.keys(LANES).filter((name): name is Lane => name in LANES);

/** Nothing happens before: the broker has to know the daemon's session, and to have saved it. Milliseconds. */
const QUIET_MS = 6_000;

/** The source of numbers of one purpose in a run: what one part draws does not change what another gets. */
export function randomOf(seed: number, purpose: string): Random {
  let mixed = seed >>> 0;
  for (const letter of purpose) mixed = (Math.imul(mixed, 31) + letter.charCodeAt(0)) >>> 0;
  return seeded(mixed);
}

/**
 * The whole schedule of a run, known before it begins: the same seed and length give the same one, on any machine.
 * Each kind of a lane comes once before any of them comes again.
 */
export function planTroubles(seed: number, lengthMs: number): Trouble[] {
  const troubles: Trouble[] = [];
  for (const lane of ALL_LANES) {
    const { gap, kinds }: LanePlan = LANES[lane];
    const random = randomOf(seed, lane);
    const within = ([least, most]: Range) => Math.round(least + random() * (most - least));
    let bag: (typeof kinds)[number][] = [];
    for (let at = QUIET_MS + within(gap); at < lengthMs; at += within(gap)) {
      if (bag.length === 0) bag = [...kinds];
      const [drawn] = bag.splice(Math.floor(random() * bag.length), 1);
      if (drawn === undefined) break;
      const lasts = within(drawn[1]);
      troubles.push({ at, lasts, lane, kind: drawn[0], draw: random() });
      at += lasts;
    }
  }
  return troubles.toSorted((a, b) => a.at - b.at);
}
