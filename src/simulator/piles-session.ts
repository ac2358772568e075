import type { Random } from '../domain/clock.ts';

/** A charging session as a simulated pile tells it. */
export interface PileSession {
  readonly orderNo: string;
  readonly deviceId: string;
  readonly plateNo: string;
  readonly kWh: number;
  readonly yuan: number;
  /** `piles/{deviceId}/session/end` */
  readonly topic: string;
  /** The event of profile `pilegate`: JSON. */
  readonly payload: string;
}

/** What a made-up session is made of; the rest is drawn by `random`. */
export interface SessionPlan {
  readonly orderNo: string;
  readonly deviceId: string;
  /** When it ended, epoch milliseconds. */
  readonly endAt: number;
  readonly random: Random;
}

/** A repeatable source of numbers: the same seed gives the same row (the mulberry32 generator). */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The id of the nth pile of a fleet, counted from 1: `D001`. */
export function deviceName(n: number): string {
  return `D${String(n).padStart(3, '0')}`;
}

/**
 * Makes up a session. Two in three cars charge fast (30 to 120 kW), the others slowly (7 kW); a full battery
 * (20 to 70 kWh) ends it. Electricity is priced by the hour of the end, service by the kWh. One bill in fifty is
 * of a start that failed: 0 kWh, the start equal to the end, as real piles publish them.
 */
export function makeSession({ orderNo, deviceId, endAt, random }: SessionPlan): PileSession {
  const failed = random() < 0.02;
  const fast = random() < 0.66;
  const minutes = failed ? 0 : fast ? 12 + random() * 60 : 60 + random() * 420;
  const kW = fast ? 30 + random() * 90 : 7;
  const room = 20 + random() * 50;
  // Hundredths of a kWh and fen, so that the parts add up to the total to the last digit.
  const energy = Math.round(Math.min((kW * minutes) / 60, room) * 100);
  const elec = Math.round((energy * tariff(stationHour(endAt))) / 100);
  const service = Math.round((energy * 50) / 100);
  const plateNo = makePlate(random);
  const event = {
    orderNo,
    plateNo,
    startTime: stationTime(endAt - Math.round(minutes * 60_000)),
    endTime: stationTime(endAt),
    power: energy / 100,
    elecMoney: elec / 100,
    serviceMoney: (service / 100).toFixed(2),
    totalMoney: (elec + service) / 100,
  };
  const topic = `piles/${deviceId}/session/end`;
  return {
    orderNo,
    deviceId,
    plateNo,
    kWh: event.power,
    yuan: event.totalMoney,
    topic,
    payload: JSON.stringify(event),
  };
}

const PROVINCES = [...'京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼'];
const CITIES = [...'ABCDEFGHJK'];
const DIGITS = [...'0123456789'];
const LETTERS_AND_DIGITS = [...'ABCDEFGHJKLMNPQRSTUVWXYZ', ...DIGITS];

/** A made-up plate: mostly new energy, small and large, some ordinary; half of the cars are local (浙B). */
export function makePlate(random: Random): string {
  const any = (set: readonly string[]): string => set[Math.floor(random() * set.length)] ?? '0';
  const some = (set: readonly string[], count: number): string =>
    Array.from({ length: count }, () => any(set)).join('');
  const home = random() < 0.5 ? '浙B' : any(PROVINCES) + any(CITIES);
  const kind = random();
  if (kind < 0.75) return `${home}${any(['D', 'F'])}${some(DIGITS, 5)}`;
  if (kind < 0.8) return `${home}${some(DIGITS, 5)}${any(['D', 'F'])}`;
  return `${home}${some(LETTERS_AND_DIGITS, 2)}${some(DIGITS, 3)}`;
}

// China has one zone and no summer time; these piles stand there.
const STATION_OFFSET_MS = 8 * 3_600_000;

/** `yyyy-MM-dd HH:mm:ss` on the piles' clocks (Asia/Shanghai). */
export function stationTime(at: number): string {
  return new Date(at + STATION_OFFSET_MS).toISOString().slice(0, 19).replace('T', ' ');
}

function stationHour(at: number): number {
  return new Date(at + STATION_OFFSET_MS).getUTCHours();
}

/** Fen a kWh by the hour: cheap at night, dear in the morning and the evening. */
function tariff(hour: number): number {
  if (hour < 7 || hour === 23) return 35;
  return (hour >= 10 && hour < 12) || (hour >= 18 && hour < 21) ? 120 : 78;
}
