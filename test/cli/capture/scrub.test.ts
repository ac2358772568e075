import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { framesIn, seal, vinPlace } from '../../../src/cli/capture/frames.ts';
import { gb18030Bytes } from '../../../src/cli/capture/gb18030.ts';
import { canonical } from '../../../src/cli/capture/personal.ts';
import { PROVINCES, Pseudonyms } from '../../../src/cli/capture/pseudonyms.ts';
import { Scrubber } from '../../../src/cli/capture/scrub.ts';

const names = new Pseudonyms(Buffer.from('a secret of this test'));
const scrubber = new Scrubber(names);

/** The text that a text becomes. */
function scrubbed(text: string, known: readonly string[] = []): string {
  return Buffer.from(scrubber.payload(Buffer.from(text), known).bytes).toString();
}

const letter = fc.constantFrom(...'ABCDEFGHJKLMNPQRSTUVWXYZ');
const digit = fc.constantFrom(...'0123456789');
const ordinary = fc.tuple(letter, fc.array(fc.oneof(digit, digit, letter), { minLength: 5, maxLength: 5 }));
const energy = fc.tuple(letter, fc.constantFrom(...'DFAGH'), fc.array(digit, { minLength: 5, maxLength: 5 }));
/** Plates in their plain form. */
const plate = fc
  .tuple(
    fc.constantFrom(...PROVINCES),
    fc.oneof(
      ordinary.map(([city, rest]) => city + rest.join('')),
      energy.map(([city, kind, rest]) => city + kind + rest.join('')),
    ),
  )
  .map((parts) => parts.join(''));
const vin = fc
  .array(fc.constantFrom(...'ABCDEFGHJKLMNPRSTUVWXYZ0123456789'), { minLength: 14, maxLength: 14 })
  .map((rest) => `LT${rest.join('')}7`);

/** Ways to spell a plate. */
const spelling = fc.constantFrom<(plain: string) => string>(
  (plain) => plain,
  (plain) => plain.toLowerCase(),
  (plain) => `${plain.slice(0, 2)}·${plain.slice(2)}`,
  (plain) => `${plain.slice(0, 2)}-${plain.slice(2)}`,
  (plain) => `${plain.slice(0, 2)} ${plain.slice(2)}`,
  (plain) => `${plain.slice(0, 1)} ${plain.slice(1, 2)}\u2022${plain.slice(2)}`,
  (plain) => [...plain].join('\u200b'),
  (plain) => plain.replace(/[A-Z0-9]/g, (char) => String.fromCharCode(char.charCodeAt(0) + 0xfee0)),
);

/** An encoding and the way back. */
interface Coding {
  readonly name: string;
  readonly to: (text: string) => string | Uint8Array;
  readonly from: (bytes: Uint8Array) => string;
}

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();
const json = (raw: string): string => String(JSON.parse(raw).v);
const escaped = (value: string) =>
  JSON.stringify(value).replace(
    /[\u0080-\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
const percentGb = (value: string) =>
  [...gb18030Bytes(value)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');

const CODINGS: readonly Coding[] = [
  { name: 'plain text', to: (value) => value, from: text },
  {
    name: 'JSON',
    to: (value) => `{"v": ${JSON.stringify(value)}, "n": 1.50}`,
    from: (raw) => json(text(raw)),
  },
  { name: 'escaped JSON', to: (value) => `{"v":${escaped(value)}}`, from: (raw) => json(text(raw)) },
  {
    name: 'JSON in JSON',
    to: (value) => JSON.stringify({ v: `{"v":${escaped(value)}}` }),
    from: (raw) => json(json(text(raw))),
  },
  {
    name: 'a form',
    to: (value) => new URLSearchParams({ a: 'b', v: value }).toString(),
    from: (raw) => new URLSearchParams(text(raw)).get('v') ?? '',
  },
  {
    name: 'a form in GBK',
    to: (value) => `v=${percentGb(value)}&x=1`,
    from: (raw) =>
      new TextDecoder('gb18030').decode(
        Buffer.from(
          text(raw)
            .replace(/^v=|&.*$/g, '')
            .replaceAll('%', ''),
          'hex',
        ),
      ),
  },
  {
    name: 'hex digits',
    to: (value) => Buffer.from(`{"v":${JSON.stringify(value)}}`).toString('hex'),
    from: (raw) => json(Buffer.from(text(raw), 'hex').toString()),
  },
  {
    name: 'spaced hex digits',
    to: (value) => (Buffer.from(value.padEnd(20)).toString('hex').toUpperCase().match(/../g) ?? []).join(' '),
    from: (raw) => Buffer.from(text(raw).replaceAll(' ', ''), 'hex').toString().trimEnd(),
  },
  {
    name: 'base64',
    to: (value) => Buffer.from(`{"v":${JSON.stringify(value)}}`).toString('base64'),
    from: (raw) => json(Buffer.from(text(raw), 'base64').toString()),
  },
  {
    name: 'base64 in JSON as PHP writes it',
    to: (value) => `{"v":"${Buffer.from(`???>>>${value}`).toString('base64').replaceAll('/', '\\/')}"}`,
    from: (raw) =>
      Buffer.from(json(text(raw)), 'base64')
        .toString()
        .slice(6),
  },
  {
    name: 'base64 in a path',
    to: (value) => `up/load/${Buffer.from(`v=${value}`).toString('base64url')}`,
    from: (raw) => Buffer.from(text(raw).slice(8), 'base64url').toString().slice(2),
  },
  { name: 'gzip', to: (value) => gzipSync(value), from: (raw) => text(gunzipSync(raw)) },
  {
    name: 'gzip in base64 in JSON',
    to: (value) => JSON.stringify({ v: gzipSync(`{"v":${escaped(value)}}`).toString('base64') }),
    from: (raw) => json(text(gunzipSync(Buffer.from(json(text(raw)), 'base64')))),
  },
  {
    name: 'a list of bytes',
    to: (value) => `{"type":"Buffer","data":[${[...Buffer.from(value.padEnd(9))].join(', ')}]}`,
    from: (raw) =>
      Buffer.from(JSON.parse(text(raw)).data)
        .toString()
        .trimEnd(),
  },
  {
    name: 'entities',
    to: (value) => `<v>${[...value].map((char) => `&#${char.charCodeAt(0)};`).join('')}</v>`,
    from: (raw) =>
      [...text(raw).matchAll(/&#(\d+);/g)].map(([, code]) => String.fromCharCode(Number(code))).join(''),
  },
];

describe('a plate in', () => {
  it.each(CODINGS)('$name is replaced by the same made-up one in every spelling', ({ to, from }) => {
    fc.assert(
      fc.property(plate, spelling, fc.constantFrom('', '蓝', '车牌:', '黄 '), (plain, spell, before) => {
        const value = `${before}${spell(plain)}`;
        const payload = Buffer.from(to(value));
        const result = scrubber.payload(payload, []);
        expect(result.decoded).toBe(true);
        const back = from(result.bytes);
        expect(back.startsWith(before)).toBe(true);
        expect(canonical(back.slice(before.length))).toBe(names.plate(plain));
        // The spelling stays: what stands between, width and case.
        expect(back.length).toBe(value.length);
        expect(canonical(text(result.bytes))).not.toContain(plain);
      }),
      { numRuns: 60 },
    );
  });

  it('GB18030 is replaced, and all else is as it was', () => {
    fc.assert(
      fc.property(plate, (plain) => {
        const bytes = gb18030Bytes(`{"订单":"1","车牌":"${plain}","场站":"示例充电站"}`);
        const result = scrubber.payload(bytes, []);
        expect(result.decoded).toBe(true);
        expect(new TextDecoder('gb18030').decode(result.bytes)).toBe(
          `{"订单":"1","车牌":"${names.plate(plain)}","场站":"示例充电站"}`,
        );
      }),
    );
  });

  it('GB18030 without any other Chinese is replaced', () => {
    fc.assert(
      fc.property(plate, spelling, (plain, spell) => {
        const { bytes } = scrubber.payload(gb18030Bytes(`{"plateNo":"${spell(plain)}","power":1}`), []);
        const { plateNo } = JSON.parse(new TextDecoder('gb18030').decode(bytes));
        expect(canonical(plateNo)).toBe(names.plate(plain));
      }),
    );
  });

  it('a longer text is found wherever it stands', () => {
    fc.assert(
      fc.property(plate, plate, (one, other) => {
        fc.pre(one !== other);
        const result = scrubbed(`车辆${one}已结束充电，下一辆：${other}。`);
        expect(result).toBe(`车辆${names.plate(one)}已结束充电，下一辆：${names.plate(other)}。`);
      }),
    );
  });

  it('text that is cut off within a character is found too', () => {
    fc.assert(
      fc.property(plate, (plain) => {
        const whole = Buffer.from(`{"plateNo":"${plain}","stationName":"示例充电站`);
        const { bytes } = scrubber.payload(whole.subarray(0, -1), []);
        expect(canonical(text(bytes))).not.toContain(plain);
      }),
    );
  });
});

describe('a VIN in', () => {
  it.each(CODINGS)('$name is replaced by the same made-up one', ({ to, from }) => {
    fc.assert(
      fc.property(vin, fc.boolean(), (plain, lower) => {
        const value = lower ? plain.toLowerCase() : plain;
        const result = scrubber.payload(Buffer.from(to(value)), []);
        expect(from(result.bytes).toUpperCase()).toBe(names.vin(plain));
      }),
      { numRuns: 60 },
    );
  });

  it('a transaction frame is replaced, and the frame has a new checksum in the old order', () => {
    fc.assert(
      fc.property(
        vin,
        fc.constantFrom(158, 174),
        fc.boolean(),
        fc.integer({ min: 0, max: 255 }),
        (plain, body, swapped, noise) => {
          const frame = Buffer.alloc(body + 8, noise);
          frame.set([0x68, body + 4, 0x12, 0x34, 0, 0x3b], 0);
          frame.write(plain, 6 + (body === 158 ? 124 : 140), 'latin1');
          seal(frame, { start: 0, end: frame.length, swapped, encrypted: false });
          for (const payload of [frame, Buffer.concat([frame, Buffer.from([0x68, 1]), frame])]) {
            const { bytes, decoded } = scrubber.payload(payload, []);
            const places = framesIn(bytes);
            expect([decoded, places.length, bytes.length]).toEqual([
              true,
              framesIn(payload).length,
              payload.length,
            ]);
            for (const place of places) {
              const [from = 0, to = 0] = vinPlace(bytes, place) ?? [];
              expect(Buffer.from(bytes.subarray(from, to)).toString()).toBe(names.vin(plain));
            }
            expect(Buffer.from(bytes).toString('latin1')).not.toContain(plain);
          }
          const inJson = JSON.parse(
            scrubbed(JSON.stringify({ dtu: 'x', raw: frame.toString('base64'), hex: frame.toString('hex') })),
          );
          for (const raw of [Buffer.from(inJson.raw, 'base64'), Buffer.from(inJson.hex, 'hex')])
            expect([framesIn(raw).length, raw.toString('latin1').includes(plain)]).toEqual([1, false]);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('what is left alone', () => {
  it.each([
    '{"orderNo":"2026112408000001","startTime":"2026-11-24 08:00:00","power":32.150,"deviceId":"D001"}',
    '{"orderNo":33021200000101012611240800000001,"sign":"9E107D9D372BB6826BD81D3542A419D6"}',
    '{"id":"550e8400-e29b-41d4-a716-446655440000","station":"浙江示例充电站","ip":"192.168.1.10"}',
    'id=C1&st=2026-11-28+08%3A00%3A00&kwh=32.15',
    '{"plateNo":"","carNo":null,"plate":"无牌车"}',
    '{"token":"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJlLW9mLXRoaXM"}',
  ])('%s', (message) => {
    expect(scrubbed(message)).toBe(message);
  });

  it('are bytes without a meaning, but they are not called decoded', () => {
    const noise = Buffer.from([0xff, 0x00, 0x81, 0x13, 0x80, 0x02, 0x9f]);
    expect(scrubber.payload(noise, [])).toEqual({ bytes: Uint8Array.from(noise), decoded: false });
    expect(scrubber.payload(Buffer.alloc(0), []).decoded).toBe(true);
  });
});

describe('a bound', () => {
  it('of what is unpacked, and of encodings within one another, leaves the message undecoded', () => {
    expect(scrubber.payload(gzipSync(Buffer.alloc(5 * 2 ** 20, 'a')), []).decoded).toBe(false);
    let nested: Uint8Array = Buffer.from('{"plateNo":"浙B12345"}');
    for (let depth = 0; depth < 8; depth += 1) nested = gzipSync(nested);
    expect(scrubber.payload(nested, []).decoded).toBe(false);
  });

  it('of time is linear in what is searched', () => {
    const texts = ['a', '浙', '浙A', '浙 ', 'A-', '68', '[1,', '\\', '%25', 'plate', 'a/', 'h', '\\u', '&#'];
    for (const one of texts) {
      const bytes = Buffer.from(one.repeat(Math.ceil(200_000 / one.length)));
      // A search whose time grew by the square would take minutes.
      expect(scrubber.payload(bytes, ['62000F9']).bytes.length).toBe(bytes.length);
    }
  });
});

describe('plates of other forms', () => {
  it.each(['粤ZJ068澳', '沪A0023领', '使014578', '浙B临12345', 'WJ浙12345', '京X0001应急', '粵B12345'])(
    '%s',
    (real) => {
      expect(canonical(scrubbed(`{"x":"${real}"}`))).not.toContain(canonical(real));
    },
  );

  it('are known by the name of their member', () => {
    for (const message of [
      '{"plateNo":"62000F9"}',
      '{"a":"{\\"car_no\\": \\"62000f9\\"}"}',
      'carNumber=62000F9&x=1',
      '<licensePlate>6200-0F9</licensePlate>',
    ])
      expect(canonical(scrubbed(message))).not.toContain('62000F9');
  });

  it('are known by what the rules take for a plate', () => {
    expect(scrubbed('{"lp":"62000F9","text":"62000f9 left"}', ['62000F9'])).not.toMatch(/62000f9/i);
    expect(scrubber.topic('cameras/62000F9/plate', ['62000F9'])).toBe(
      `cameras/${names.plate('62000F9')}/plate`,
    );
  });

  it('go with what stands after a bar', () => {
    const result = scrubbed('{"p":"粤ZJ068澳|MX7742"}');
    expect(result).not.toContain('MX7742');
    expect(result).toMatch(
      /^\{"p":".Z?.[0-9]{3}澳\|[A-Z]{2}[0-9]{4}"\}$|^\{"p":"..[A-Z]\d{3}澳\|[A-Z]{2}\d{4}"\}$/,
    );
  });
});
