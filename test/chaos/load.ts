import { deviceName, makePlate, makeSession } from '../../src/simulator/piles-session.ts';
import { randomOf } from './plan.ts';

/** One message of the piles and cameras. */
export interface Publication {
  /** When, milliseconds from the start of the run. */
  readonly at: number;
  readonly topic: string;
  readonly payload: string;
  /** What must become of it; nothing is claimed of a camera's plate. */
  readonly claim?: Claim;
}

/** What an event says, and so what may come of it. */
export type Claim =
  /** No record can be made of it, by nobody. */
  | { readonly kind: 'junk' }
  /** A whole session: a record, or a conflict where another one of its order came first. */
  | { readonly kind: 'session'; readonly orderNo: string; readonly fields: Fields }
  /** It lacks the plate, which only a hand can supply. */
  | { readonly kind: 'plateless'; readonly orderNo: string; readonly fields: Fields }
  /** It waits for a camera's plate, which comes in time, late or never. */
  | {
      readonly kind: 'metered';
      readonly orderNo: string;
      readonly fields: Fields;
      readonly plate: string | undefined;
    };

/** Wire fields of the record that an event must become, as the gate gets them. */
export type Fields = Readonly<Record<string, string>>;

/** What the gate does with an order, whatever else happens; told by the last two digits of its number. */
export type Fate =
  | 'welcome'
  | 'refused for a while'
  | 'refused for good'
  | 'refused always'
  | 'breaks the gate';

/** Who we are to the gate, in every record. */
export const IDENTITY: Fields = {
  portName: 'example',
  parkId: '3302122004',
  stationId: '3302120001',
  stationName: '示例充电站',
};

/** The plate that hands supply. */
export const HAND_PLATE = '浙BD99999';

const FATES: readonly (readonly [share: number, digits: string])[] = [
  [0.88, '00'],
  [0.03, '11'],
  [0.02, '12'],
  [0.02, '13'],
  [0.02, '20'],
  [0.02, '30'],
  [0.01, '40'],
];

/** What the gate does with an order, and how often it refuses it first where that is for a while. */
export function fateOf(orderNo: string): { fate: Fate; times: number } {
  const [tens, ones] = [orderNo.at(-2), orderNo.at(-1)];
  const fates: Readonly<Record<string, Fate>> = {
    1: 'refused for a while',
    2: 'refused for good',
    3: 'refused always',
    4: 'breaks the gate',
  };
  return { fate: fates[tens ?? ''] ?? 'welcome', times: Number(ones) };
}

/** Events a second on average; they come in bursts. */
const RATE = 12;

/**
 * All that piles and cameras publish in a run, by time: most of it plain sessions, some of them again or with other
 * content under the same number, some without a plate, some junk.
 * @param startedAt when the first session ends, epoch milliseconds
 */
export function planLoad(seed: number, lengthMs: number, startedAt: number): Publication[] {
  const random = randomOf(seed, 'load');
  const all: Publication[] = [];
  let index = 0;
  for (let at = 0; at < lengthMs; ) {
    const burst = 1 + Math.floor(random() ** 3 * 40);
    for (let left = burst; left > 0; left -= 1) {
      index += 1;
      all.push(...happening(index, at));
    }
    at += (burst / RATE) * 1_000 * (0.5 + random());
  }
  return all.toSorted((a, b) => a.at - b.at);

  function happening(n: number, at: number): Publication[] {
    const kind = random();
    if (kind < 0.03) return [{ at, ...junk(n), claim: { kind: 'junk' } }];
    const { session, claim } = plainSession(seed, n, startedAt + at, random);
    const { topic, payload } = session;
    const plain = { at, topic, payload, claim };
    if (kind < 0.07) return [withoutPlate(plain)];
    if (kind < 0.15) return metered(plain);
    if (kind < 0.19) return [plain, contradiction(plain)];
    if (kind < 0.29) return [plain, again(plain), ...(random() < 0.3 ? [again(plain)] : [])];
    return [plain];
  }

  function later(at: number, most: number): number {
    return Math.min(lengthMs, Math.round(at + random() * most));
  }

  function again(one: Publication): Publication {
    return { ...one, at: later(one.at, 20_000) };
  }

  function junk(n: number): { topic: string; payload: string } {
    const payloads = [
      `no JSON, number ${n}`,
      `{"orderNo":"${n}"`,
      `[${n}]`,
      JSON.stringify({ note: `no session, number ${n}` }),
    ];
    const payload = payloads[Math.floor(random() * payloads.length)] ?? '';
    return { topic: `piles/${deviceName(1 + (n % 10))}/session/end`, payload };
  }

  /** The same number, other content: a tenth of a kWh more. */
  function contradiction(one: SessionPublication): Publication {
    const { event, fields } = readable(one);
    const power = (Number(event['power']) + 0.1).toFixed(2);
    const claim: Claim = { ...one.claim, kind: 'session', fields: { ...fields, power } };
    return {
      at: later(one.at, 8_000),
      topic: one.topic,
      payload: JSON.stringify({ ...event, power }),
      claim,
    };
  }

  function withoutPlate(one: SessionPublication): Publication {
    const { event, fields } = readable(one);
    const { plateNo: _, ...rest } = fields;
    const claim: Claim = { kind: 'plateless', orderNo: one.claim.orderNo, fields: rest };
    return { ...one, payload: JSON.stringify({ ...event, plateNo: undefined }), claim };
  }

  /** From a meter that knows no plates, one for each session: a camera may see the car before or after its end. */
  function metered(one: SessionPublication): Publication[] {
    const { event, fields } = readable(one);
    const { plateNo: _, ...rest } = fields;
    const deviceId = `M${one.claim.orderNo}`;
    const when = random();
    const plate = when < 0.8 ? makePlate(random) : undefined;
    const bill: Publication = {
      at: one.at,
      topic: `meters/${deviceId}/bill`,
      payload: JSON.stringify({ ...event, plateNo: undefined }),
      claim: {
        kind: 'metered',
        orderNo: one.claim.orderNo,
        fields: { ...rest, deviceId, deviceName: deviceId },
        plate,
      },
    };
    if (plate === undefined) return [bill];
    const at = when < 0.5 ? one.at : later(one.at, 6_000);
    const seen = { at, topic: `cameras/${deviceId}/plate`, payload: JSON.stringify({ plate }) };
    return when < 0.5 ? [seen, bill] : [bill, seen];
  }
}

/** A plain session that the gate welcomes, ended now: what tells that the gate is there again. */
export function freshSession(seed: number, n: number, now: number): Publication {
  const { session, claim } = plainSession(seed, n, now, () => 0.5);
  return { at: 0, topic: session.topic, payload: session.payload, claim };
}

type SessionClaim = Extract<Claim, { kind: 'session' }>;
type SessionPublication = Publication & { readonly claim: SessionClaim };

function plainSession(seed: number, n: number, endAt: number, random: () => number) {
  let fate = '00';
  let drawn = random();
  for (const [share, digits] of FATES) {
    fate = digits;
    drawn -= share;
    if (drawn < 0) break;
  }
  const orderNo = `${String(seed % 1_000_000).padStart(6, '0')}${String(n).padStart(8, '0')}${fate}`;
  const session = makeSession({ orderNo, deviceId: deviceName(1 + (n % 10)), endAt, random });
  const fields = expected(JSON.parse(session.payload), session.deviceId);
  const claim: SessionClaim = { kind: 'session', orderNo, fields };
  return { session, claim };
}

/** By our own reading of the interface, section 2.2: not the product's code. */
function expected(event: Readonly<Record<string, unknown>>, deviceId: string): Fields {
  const amount = (name: string) => Number(event[name]).toFixed(2);
  const text = (name: string) => String(event[name]);
  return {
    ...IDENTITY,
    orderNo: text('orderNo'),
    plateNo: text('plateNo'),
    startTime: text('startTime'),
    endTime: text('endTime'),
    deviceId,
    deviceName: deviceId,
    spaceNo: '',
    power: amount('power'),
    elecMoney: amount('elecMoney'),
    seviceMoney: amount('serviceMoney'),
    totalMoney: amount('totalMoney'),
  };
}

function readable(one: SessionPublication): { event: Readonly<Record<string, unknown>>; fields: Fields } {
  return { event: JSON.parse(one.payload), fields: one.claim.fields };
}
