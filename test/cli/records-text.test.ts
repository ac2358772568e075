import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { payloadJson, payloadLines, safe, shellWord, textOf } from '../../src/cli/payload.ts';
import { isoOfLocal, isoTime, readMoment } from '../../src/cli/times.ts';
import { StationZone } from '../../src/domain/station-time.ts';

const shanghai = new StationZone('Asia/Shanghai');
const NOW = Date.parse('2026-11-24T10:00:00+08:00');

describe('times', () => {
  it.each([
    ['Asia/Shanghai', '2026-11-24T08:00:00.000+08:00'],
    ['UTC', '2026-11-24T00:00:00.000+00:00'],
    ['America/St_Johns', '2026-11-23T20:30:00.000-03:30'],
  ])('are written with the offset of %s', (zone, text) => {
    expect(isoTime(new StationZone(zone), Date.parse('2026-11-24T00:00:00Z'))).toBe(text);
  });

  it('name the instant they were made of, in any zone', () => {
    const zones = ['Asia/Shanghai', 'Europe/Berlin', 'America/St_Johns', 'Asia/Kathmandu'].map(
      (name) => new StationZone(name),
    );
    const instant = fc.integer({ min: Date.UTC(1970), max: Date.UTC(2100) });
    fc.assert(
      fc.property(fc.constantFrom(...zones), instant, (zone, at) => {
        expect(Date.parse(isoTime(zone, at))).toBe(at);
      }),
    );
  });

  it("are made of the record's own local ones, where they are there", () => {
    expect(isoOfLocal(shanghai, '2026-11-24 09:12:30')).toBe('2026-11-24T09:12:30.000+08:00');
    expect(isoOfLocal(shanghai, '')).toBeUndefined();
  });

  it.each([
    ['2h', '2026-11-24T08:00:00+08:00'],
    ['30m', '2026-11-24T09:30:00+08:00'],
    ['45s', '2026-11-24T09:59:15+08:00'],
    ['1d', '2026-11-23T10:00:00+08:00'],
    ['2026-11-24', '2026-11-24T00:00:00+08:00'],
    ['2026-11-24 08:00', '2026-11-24T08:00:00+08:00'],
    ['2026-11-24 08:00:01', '2026-11-24T08:00:01+08:00'],
    ['2026-11-24T08:00:00', '2026-11-24T08:00:00+08:00'],
    ['2026-11-24T00:00:00Z', '2026-11-24T08:00:00+08:00'],
    ['2026-11-24T01:00:00.500+01:00', '2026-11-24T08:00:00.500+08:00'],
  ])('are read as a person means them: %s', (text, iso) => {
    expect(readMoment(text, NOW, shanghai)).toBe(Date.parse(iso));
  });

  it.each(['yesterday', '2', '2w', '-2h', '2026-13-01', '2026-11-24 25:00', '', 'h'])(
    'are not guessed: %j',
    (text) => {
      expect(readMoment(text, NOW, shanghai)).toBeUndefined();
    },
  );
});

const gbk = Buffer.from([0xd5, 0xe3, 0x42]);

describe('payloads', () => {
  it.each([
    ['text', Buffer.from('{"车":"浙B"}\n'), '{"车":"浙B"}\n'],
    ['no UTF-8', gbk, 'hex:d5e342'],
    ['UTF-8 with a NUL', Buffer.from('a\0b'), 'hex:610062'],
    ['nothing', Buffer.alloc(0), ''],
  ])('go into JSON as they are or in hex: %s', (_, payload, json) => {
    expect(payloadJson(payload)).toBe(json);
  });

  it('that were cut within a character are text still, and the next one is read afresh', () => {
    const cut = Buffer.from('浙江').subarray(0, 5);
    expect(textOf(cut, false)).toBe('浙');
    expect(textOf(cut, true)).toBeUndefined();
    expect(textOf(Buffer.from('江'))).toBe('江');
    expect(textOf(gbk, false)).toBeUndefined();
  });

  it('that are binary are shown as text, as older controllers write it, and in hex', () => {
    expect(payloadLines(gbk, true, 1_024)).toEqual([
      '\ufffd\ufffdB',
      'GB18030: 浙B',
      `000000  d5 e3 42${' '.repeat(39)}  ..B`,
    ]);
    const long = payloadLines(Buffer.alloc(100, 0xff), true, 32);
    expect(long.slice(1).map((line) => line.slice(0, 9))).toEqual(['000000  f', '000010  f', '… 68']);
  });

  it('cannot move the cursor of a terminal', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (payload) => {
        for (const line of payloadLines(payload, true, 1_024)) expect(line).not.toMatch(/(?!\t)\p{Cc}/u);
      }),
    );
    expect(safe('a\u001b[2Jb\u202ec')).toBe('a\\u001b[2Jb\\u202ec');
  });

  it.each([
    ['2026112408000001', '2026112408000001'],
    ['D001-7', 'D001-7'],
    ["it's", "'it'\\''s'"],
    ['a b', "'a b'"],
    ['$(reboot)', "'$(reboot)'"],
    ['', "''"],
  ])('go into a command as a shell takes them: %s', (text, word) => {
    expect(shellWord(text)).toBe(word);
  });
});
