import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WebsocketFrames } from '../../../src/intake/mqtt/websocket-frames.ts';

const HTTP = Buffer.from('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n');

/** One frame as a server sends it. */
function frame(opcode: number, payload: Buffer, fin = true): Buffer {
  const length = payload.length;
  const header = [(fin ? 0x80 : 0) | opcode];
  if (length < 126) header.push(length);
  else if (length < 65_536) header.push(126, length >> 8, length & 0xff);
  else {
    const long = Buffer.alloc(8);
    long.writeBigUInt64BE(BigInt(length));
    header.push(127, ...long);
  }
  return Buffer.concat([Buffer.from(header), payload]);
}

/** The frames in bytes that come after the HTTP answer. */
function framesIn(bytes: Buffer): { first: number; payload: Buffer }[] {
  const found: { first: number; payload: Buffer }[] = [];
  for (let at = 0; at < bytes.length; ) {
    const short = (bytes[at + 1] ?? 0) & 0x7f;
    const extended = short === 126 ? 2 : short === 127 ? 8 : 0;
    const length =
      extended === 0
        ? short
        : extended === 2
          ? bytes.readUInt16BE(at + 2)
          : Number(bytes.readBigUInt64BE(at + 2));
    const from = at + 2 + extended;
    found.push({ first: bytes[at] ?? 0, payload: bytes.subarray(from, from + length) });
    at = from + length;
  }
  return found;
}

function passed(bytes: Buffer, cuts: readonly number[]): Buffer {
  const frames = new WebsocketFrames();
  const sorted = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  const out: Buffer[] = [];
  for (let at = 1; at < sorted.length; at += 1)
    out.push(...frames.pass(bytes.subarray(sorted[at - 1], sorted[at])));
  return Buffer.concat(out);
}

const anyFrame = fc.record({
  opcode: fc.constantFrom(0, 1, 2, 9, 10),
  fin: fc.boolean(),
  size: fc.oneof(fc.nat(200), fc.integer({ min: 65_000, max: 70_000 })),
});

describe('the frames of a websocket', () => {
  it('bring the same bytes in small whole messages, with pings in their place, however the stream is cut', () => {
    fc.assert(
      fc.property(
        fc.array(anyFrame, { maxLength: 6 }),
        fc.array(fc.nat(300_000), { maxLength: 12 }),
        (plan, cuts) => {
          const sent = plan.map(({ opcode, fin, size }, at) => {
            const control = opcode >= 8;
            return {
              control,
              bytes: frame(opcode, Buffer.alloc(control ? size % 126 : size, at + 1), control || fin),
            };
          });
          const out = passed(Buffer.concat([HTTP, ...sent.map(({ bytes }) => bytes)]), cuts);
          expect(out.subarray(0, HTTP.length)).toEqual(HTTP);
          const got = framesIn(out.subarray(HTTP.length));
          const wanted = framesIn(Buffer.concat(sent.map(({ bytes }) => bytes)));
          const data = (frames: typeof got) =>
            Buffer.concat(frames.filter(({ first }) => (first & 8) === 0).map(({ payload }) => payload));
          expect(data(got).equals(data(wanted))).toBe(true);
          const controls = (frames: typeof got) => frames.filter(({ first }) => (first & 8) !== 0);
          expect(controls(got)).toEqual(controls(wanted));
          for (const { first, payload } of got) {
            if ((first & 8) !== 0) continue;
            expect(first).toBe(0x82);
            expect(payload.length).toBeLessThanOrEqual(32_768);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it.each([
    ['a refusal of the upgrade', Buffer.from('HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno')],
    ['masked frames', Buffer.concat([HTTP, Buffer.from([0x82, 0x81, 1, 2, 3, 4, 5])])],
    ['compressed frames', Buffer.concat([HTTP, Buffer.from([0xc2, 0x01, 0xff, 0x82, 0x01])])],
  ])('%s: passed on as it is after the part that is understood', (_name, bytes) => {
    const out = passed(bytes, [3, 40]);
    if (bytes.indexOf('404') < 0) expect(out).toEqual(bytes);
    else expect(out.subarray(0, bytes.indexOf('\r\n\r\n') + 4)).toEqual(bytes.subarray(0, -2));
  });
});
