import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inEnglish } from '../../src/i18n/english.ts';
import { matchTopic, overlap, parseTopic, type TopicFilter } from '../../src/mapping/topic.ts';

function filter(text: string): TopicFilter {
  const parsed = parseTopic(text);
  if (!('levels' in parsed)) throw new Error(parsed.join('; '));
  return parsed;
}

const match = (text: string, topic: string) => matchTopic(filter(text), topic.split('/'));

describe('a topic filter', () => {
  it.each([
    ['piles/{deviceId}/session/end', 'piles/+/session/end'],
    ['{a}/{b}/#', '+/+/#'],
    ['+/x', '+/x'],
    ['#', '#'],
    ['/', '/'],
    ['充电/{deviceId}', '充电/+'],
  ])('%s is subscribed to as %s', (text, subscription) => {
    expect(filter(text).subscription).toBe(subscription);
  });

  it.each([
    ['piles/{deviceId}/end', 'piles/D001/end', { deviceId: 'D001' }],
    ['piles/{deviceId}/end', 'piles//end', { deviceId: '' }],
    ['piles/+/end', 'piles/D001/end', {}],
    ['a/#', 'a', {}],
    ['a/#', 'a/b/c', {}],
    ['#', 'a/b', {}],
    ['{site}/+/#', 'n/D1/x/y', { site: 'n' }],
    ['$SYS/#', '$SYS/x', {}],
    ['/{a}', '/x', { a: 'x' }],
  ])('%s takes %s', (text, topic, levels) => {
    expect(match(text, topic)).toEqual(levels);
  });

  it.each([
    ['piles/{deviceId}/end', 'piles/D001/end/x'],
    ['piles/{deviceId}/end', 'piles/D001'],
    ['piles/{deviceId}/end', 'Piles/D001/end'],
    ['#', '$SYS/x'],
    ['+/x', '$SYS/x'],
    ['a/#', 'ab'],
    ['a', 'a/'],
  ])('%s does not take %s', (text, topic) => {
    expect(match(text, topic)).toBeUndefined();
  });

  it.each([
    ['', 'empty'],
    ['a/#/b', 'last level'],
    ['a/b#', 'whole levels'],
    ['a+/b', 'whole levels'],
    ['a/x{deviceId}/b', 'whole {name}'],
    ['a/{}/b', 'whole {name}'],
    ['a/{1a}', 'whole {name}'],
    ['a/{x}/{x}', 'twice'],
    ['$share/g/a', 'shareGroup'],
    ['a\0b', 'NUL'],
    ['x'.repeat(70_000), '65535'],
  ])('%j is refused: %s', (text, why) => {
    const parsed = parseTopic(text);
    expect('levels' in parsed ? '' : parsed.map(inEnglish).join()).toContain(why);
  });

  it('says all that is wrong with it', () => {
    expect(parseTopic('a+/#/{x}/{x}')).toHaveLength(3);
  });

  it.each([
    ['a/{x}/c', 'a/b/{y}', true],
    ['a/b', 'a/c', false],
    ['a/#', 'a', true],
    ['a/#', 'b/#', false],
    ['+/+', 'a', false],
    ['#', '$SYS/x', false],
    ['$SYS/#', '$SYS/x', true],
  ])('%s and %s share topics: %s', (a, b, shared) => {
    expect(overlap(filter(a), filter(b))).toBe(shared);
    expect(overlap(filter(b), filter(a))).toBe(shared);
  });

  it('shares every topic that two filters take', () => {
    const level = fc.constantFrom('a', 'b', '+', '{n}', '$x', '');
    const text = fc
      .tuple(fc.array(level, { minLength: 1, maxLength: 4 }), fc.boolean())
      .map(([levels, rest]) =>
        (rest ? [...levels, '#'] : levels).map((l, i) => (l === '{n}' ? `{n${i}}` : l)).join('/'),
      )
      .filter((t) => t !== '');
    const topic = fc.array(fc.constantFrom('a', 'b', '$x', ''), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(text, text, topic, (a, b, parts) => {
        const both = matchTopic(filter(a), parts) !== undefined && matchTopic(filter(b), parts) !== undefined;
        if (both) expect(overlap(filter(a), filter(b))).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });
});
