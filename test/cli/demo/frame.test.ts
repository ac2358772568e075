import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { frame, NARROWEST } from '../../../src/cli/demo/frame.ts';
import { bars, ms, pad, padStart } from '../../../src/cli/demo/text.ts';
import { colours } from '../../../src/cli/output.ts';
import { prose } from '../../support/prose.ts';
import { anyLook, makeLook } from './states.ts';

const painted = colours(true);
const RED_GROUND = '\u001b[41m';

describe('a frame', () => {
  it('fits the terminal, whatever there is to show', () => {
    fc.assert(
      fc.property(anyLook, fc.integer({ min: NARROWEST, max: 200 }), (look, columns) => {
        const lines = frame(look, columns, painted).split('\n');
        expect(lines.length).toBeLessThan(24);
        for (const line of lines) expect(stringWidth(line)).toBeLessThan(Math.min(columns, 121));
      }),
    );
  });

  it('shows the piles, the outbox and the gate, and where the latest sessions are', () => {
    const text = stripVTControlCharacters(frame(makeLook(20, 18), 80, painted));
    expect(text).toContain('all is well');
    expect(text).toMatch(/pending +2 /);
    expect(text).toMatch(/delivered +18 /);
    expect(text).toMatch(/received +18/);
    expect(text.match(/pending for/g)).toHaveLength(2);
    expect(text.match(/at the gate after 4 ms/g)).toHaveLength(4);
    expect(text).not.toContain('✗');
  });

  it('shows an outage in red, with its length, its reason and a broken arrow', () => {
    const calm = makeLook(20, 10);
    const gate = { state: 'down', reason: prose('refused') } as const;
    const outage = { from: calm.now - 1500, to: undefined };
    const look = { ...calm, phase: 'outage', outage, daemon: { ...calm.daemon, gate } } as const;
    const text = frame(look, 80, painted);
    expect(text).toContain(`${RED_GROUND}${painted.white(pad(' AWAY for 1.5 s', 19)).slice(0, 10)}`);
    expect(text).toContain('✗');
    expect(text).toContain('refused');
    expect(frame(calm, 80, painted)).not.toContain(RED_GROUND);
  });

  it('ends in red where a record is missing', () => {
    const lost = frame(makeLook(20, 19, { phase: 'over' }), 80, painted);
    expect(lost).toContain('1 records did not reach the gate');
    expect(lost).toContain(RED_GROUND);
    expect(frame(makeLook(20, 20, { phase: 'over' }), 80, painted)).toContain('every record is at the gate');
  });

  it('has no colour where none is wanted', () => {
    const plain = frame(makeLook(20, 10), 80, colours(false));
    expect(plain).toBe(stripVTControlCharacters(plain));
  });
});

describe('text for columns', () => {
  const anyText = fc.array(fc.constantFrom(...'浙粤BD12345 x…')).map((signs) => signs.join(''));

  it('is exactly as wide as it was told', () => {
    fc.assert(
      fc.property(anyText, fc.nat(30), (text, width) => {
        expect(stringWidth(pad(text, width))).toBe(width);
        expect(stringWidth(padStart(text, width))).toBe(width);
      }),
    );
  });

  it.each([
    [0.4, '0 ms'],
    [999.4, '999 ms'],
    [1000, '1.0 s'],
    [8123, '8.1 s'],
  ])('tells %s ms as %s', (time, words) => expect(ms(time)).toBe(words));

  it('draws counts as bars that never hide one and never leave the row', () => {
    expect(bars([0, 1, 4, 8, 80], 8).join('')).toBe(' ▁▄██');
  });
});
