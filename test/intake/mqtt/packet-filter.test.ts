import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { generate, type IPublishPacket, type Packet, parser } from 'mqtt-packet';
import { describe, expect, it } from 'vitest';
import { PacketFilter } from '../../../src/intake/mqtt/packet-filter.ts';

type Protocol = 5 | '3.1.1';
const VERSIONS = { 5: 5, '3.1.1': 4 } as const;

/** What a parser of MQTT reads from what a filter lets through, the input cut at `cuts`. */
function read(filter: PacketFilter, protocol: Protocol, bytes: Buffer, cuts: readonly number[]): Packet[] {
  const packets: Packet[] = [];
  const reader = parser({ protocolVersion: VERSIONS[protocol] });
  reader.on('packet', (packet: Packet) => packets.push(packet));
  reader.on('error', (error: Error) => {
    throw error;
  });
  const sorted = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  for (let at = 1; at < sorted.length; at += 1)
    for (const part of filter.pass(bytes.subarray(sorted[at - 1], sorted[at]))) reader.parse(part);
  return packets;
}

function publish(differs: Partial<IPublishPacket>): IPublishPacket {
  return {
    cmd: 'publish',
    topic: 'piles/D001/session/end',
    payload: Buffer.from('{}'),
    qos: 1,
    messageId: 7,
    dup: false,
    retain: false,
    ...differs,
  };
}

const encode = (packet: Packet, protocol: Protocol) =>
  generate(packet, { protocolVersion: VERSIONS[protocol] });

const anyPublish = (protocol: Protocol) =>
  fc
    .record({
      topic: fc.string({ minLength: 1, maxLength: 40 }).map((text) => text.replace(/[+#\0]/g, '_') || 'a'),
      size: fc.nat(600),
      qos: fc.constantFrom(0 as const, 1 as const, 2 as const),
      messageId: fc.integer({ min: 1, max: 65_535 }),
      retain: fc.boolean(),
      property: fc.option(fc.string({ maxLength: 300 })),
    })
    .map(({ topic, size, qos, messageId, retain, property }) =>
      publish({
        topic,
        payload: Buffer.alloc(size, 'x'),
        qos,
        retain,
        ...(qos === 0 ? {} : { messageId }),
        ...(property !== null && protocol === 5
          ? { properties: { userProperties: { note: property } } }
          : {}),
      }),
    );

describe.each([5, '3.1.1'] as const)('MQTT %s', (protocol) => {
  it('what is within the limit passes unchanged, and what is above it becomes a substitute in its place, however the stream is cut', () => {
    fc.assert(
      fc.property(
        fc.array(anyPublish(protocol), { maxLength: 6 }),
        fc.array(fc.nat(5_000), { maxLength: 12 }),
        (packets, cuts) => {
          const limit = 200;
          const filter = new PacketFilter({ limit, protocol });
          const encoded = packets.map((packet) => encode(packet, protocol));
          const seen = read(filter, protocol, Buffer.concat(encoded), cuts);
          expect(seen).toHaveLength(packets.length);
          seen.forEach((one, at) => {
            const sent = packets[at];
            if (one.cmd !== 'publish' || sent === undefined) throw new Error('another packet');
            const payload = Buffer.from(one.payload);
            const length = remaining(encoded[at] ?? Buffer.alloc(0));
            expect([one.topic, one.qos, one.messageId, one.retain]).toEqual([
              sent.topic,
              sent.qos,
              sent.qos === 0 ? undefined : sent.messageId,
              sent.retain,
            ]);
            if (length <= limit) {
              expect(payload.equals(Buffer.from(sent.payload))).toBe(true);
              expect(filter.skipped(payload)).toBeUndefined();
            } else {
              expect(filter.skipped(payload)).toEqual({
                payloadBytes: sent.payload.length,
                packetBytes: length,
                limit,
                digest: createHash('sha256').update(sent.payload).digest('hex'),
              });
            }
          });
        },
      ),
    );
  });

  it('takes a chunk that needs nothing as it is, without a copy', () => {
    const filter = new PacketFilter({ limit: 1_000, protocol });
    const chunk = Buffer.concat(Array.from({ length: 5 }, () => encode(publish({}), protocol)));
    expect(filter.pass(chunk)).toEqual([chunk]);
    expect(filter.pass(chunk)[0]?.buffer).toBe(chunk.buffer);
  });

  it('keeps nothing of a payload while it is skipped', () => {
    const filter = new PacketFilter({ limit: 1_000, protocol });
    const giant = encode(publish({ payload: Buffer.alloc(1_000_000) }), protocol);
    const passed: Buffer[] = [];
    for (let at = 0; at < giant.length; at += 65_536)
      passed.push(...filter.pass(giant.subarray(at, at + 65_536)));
    expect(passed).toHaveLength(1);
    expect(passed[0]?.length).toBeLessThan(200);
  });
});

it('a topic of 65,535 bytes is kept whole', () => {
  const filter = new PacketFilter({ limit: 1_000, protocol: 5 });
  const topic = 'x'.repeat(65_535);
  const [packet] = read(filter, 5, encode(publish({ topic, payload: Buffer.alloc(10) }), 5), [1, 3, 30_000]);
  expect(packet).toMatchObject({ cmd: 'publish', topic });
});

it('a publisher cannot pass a message off as skipped: the mark is another for each connection', () => {
  const [one, other] = [1, 2].map(() => new PacketFilter({ limit: 10, protocol: 5 }));
  const [packet] = read(one as PacketFilter, 5, encode(publish({ payload: Buffer.alloc(100) }), 5), []);
  if (packet?.cmd !== 'publish') throw new Error('no publish');
  expect(one?.skipped(Buffer.from(packet.payload))).toBeDefined();
  expect(other?.skipped(Buffer.from(packet.payload))).toBeUndefined();
});

describe('what cannot be MQTT ends the stream', () => {
  it.each([
    ['a remaining length of five bytes', [0x30, 0xff, 0xff, 0xff, 0xff, 0x01]],
    ['a CONNACK that claims to have 200 MB', [0x20, 0x80, 0x84, 0xaf, 0x5f]],
    [
      'a publish above the limit whose topic is longer than itself',
      [0x32, 0x80, 0x01, 0xff, 0xff, ...Array(128).fill(0)],
    ],
  ])('%s', (_name, bytes) => {
    const filter = new PacketFilter({ limit: 100, protocol: 5 });
    expect(() => filter.pass(Buffer.from(bytes))).toThrow(/^Malformed /);
  });
});

/** The remaining length that a packet's header gives. */
function remaining(packet: Buffer): number {
  let length = 0;
  for (let at = 1, factor = 1; ; at += 1, factor *= 128) {
    const byte = packet[at] ?? 0;
    length += (byte & 0x7f) * factor;
    if (byte <= 0x7f) return length;
  }
}
