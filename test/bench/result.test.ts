import { describe, expect, it } from 'vitest';
import { drawChart } from './chart.ts';
import { atMost, kept, type Line, median, quantile } from './harness.ts';
import { figure, markdownOf, resultOf, resultSchema, textOf } from './result.ts';

const floor: Line = { group: 'delivery', what: 'floor', value: 10_000, unit: 'posts/s' };
const ours: Line = {
  ...floor,
  what: 'ours',
  value: 4_000,
  ratio: { of: 'of the floor', value: 0.4, least: 0.5 },
};

describe('the figures of the bench', () => {
  it('are the middle of what was measured', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(quantile([5, 1, 3], 1)).toBe(5);
  });

  it('keep a bound, or do not, and a figure that could not be measured keeps none', () => {
    expect(kept(floor)).toBe(true);
    expect(kept(ours)).toBe(false);
    expect(kept({ ...ours, ratio: { of: 'of the floor', value: 0.5, least: 0.5 } })).toBe(true);
    expect(kept({ ...ours, ratio: { of: 'of the floor', value: Number.NaN, least: 0.5 } })).toBe(false);
    expect(kept({ ...ours, ratio: atMost(149, 150, 'MiB') })).toBe(true);
    expect(kept({ ...ours, ratio: atMost(151, 150, 'MiB') })).toBe(false);
  });

  it.each([
    [0, '0'],
    [0.0123, '0.012'],
    [45.678, '45.7'],
    [12_345.6, '12,346'],
  ])('tell %d as %s', (value, told) => {
    expect(figure(value)).toBe(told);
  });

  it('come back from JSON as they were', () => {
    const result = resultOf([floor, { ...ours, kill: { published: 10, lost: 1, twice: 2 } }], '--quick');
    expect(resultSchema.parse(JSON.parse(JSON.stringify(result)))).toEqual(result);
  });

  it('say in text and in Markdown what is not kept, and what a kill lost', () => {
    const lines = [floor, { ...ours, kill: { published: 1_000, lost: 7, twice: 2 } }];
    for (const told of [textOf(lines), markdownOf(lines)]) {
      expect(told).toContain('×0.40 of the floor, promised at least 0.5');
      expect(told).toContain('7 of 1,000 lost, 2 twice');
      expect(told).toMatch(/← not what is promised|\*\*not kept\*\*/);
    }
    expect(markdownOf(lines).trim().split('\n')).toHaveLength(4);
  });
});

describe('a chart', () => {
  it('has a bar as long as its share of the longest, and escapes its words', () => {
    const bar = { told: '1', ours: false };
    const bars = [
      { ...bar, label: 'a < b & "c"', value: 2 },
      { ...bar, label: 'half', value: 1, ours: true },
    ];
    const svg = drawChart({ title: 'Posts', unit: 'posts/s', groups: [{ name: 'g', bars }] });
    const widths = [...svg.matchAll(/class="(?:ours|other)"[^>]* width="([\d.]+)"/g)].map(([, width]) =>
      Number(width),
    );
    expect(widths).toHaveLength(2);
    expect(widths[1]).toBeCloseTo((widths[0] ?? 0) / 2, 1);
    expect(svg).toContain('a &lt; b &amp; &quot;c&quot;');
    expect(svg).toContain('prefers-color-scheme: dark');
  });
});
