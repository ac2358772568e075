import { describe, expect, it } from 'vitest';
import { unreadable } from '../../src/domain/unreadable.ts';
import { inEnglish } from '../../src/i18n/english.ts';
import { type Result, Sandbox } from '../../src/mapping/sandbox.ts';

describe('the sandbox of expressions', () => {
  it('says at which character an expression is none', () => {
    expect(new Sandbox().add('a +')).toEqual({
      error: {
        code: 'rules.expression',
        params: { error: 'Unexpected end of expression', at: 3, near: '"a +"' },
      },
    });
  });

  it('evaluates those that are asked for, in their order, and none where the condition is not true', () => {
    const sandbox = open();
    const [a, b, isOne] = ['a', 'b', 'a = 1'].map((text) => added(sandbox, text));
    const run = (json: string) => sandbox.run({ where: isOne, ids: [b ?? 0, a ?? 0] }, json, {});
    expect(run('{"a":1,"b":"x"}')).toEqual({
      held: true,
      results: [{ text: 'x' }, { text: '1', number: true }],
    });
    expect(run('{"a":2,"b":"x"}')).toMatchObject({ held: false });
    expect(sandbox.run({ where: undefined, ids: [a ?? 0] }, '{"a":2}', {}).results).toEqual([
      { text: '2', number: true },
    ]);
  });

  it.each([
    ['a short body', 10],
    ['a long body', 9_000],
  ])('gives the same of %s', (_, length) => {
    const sandbox = open();
    const json = JSON.stringify({ a: 5, filler: 'x'.repeat(length) });
    const ids = ['a * 2', '$map([a], function($v) { $v + 1 })[0]'].map((text) => added(sandbox, text));
    expect(sandbox.run({ where: undefined, ids }, json, {}).results.map(textOf)).toEqual(['10', '6']);
  });

  it('ends what takes too long, and knows the others afterwards', () => {
    const sandbox = new Sandbox(300);
    const good = added(sandbox, 'a');
    const endless = added(sandbox, '$match(a, /(a+)+$/)');
    const run = (id: number, a: string) =>
      sandbox.run({ where: undefined, ids: [id] }, JSON.stringify({ a }), {});
    expect(run(endless, `${'a'.repeat(60)}!`)).toEqual({
      held: unreadable('expression.slow', { ms: 300 }),
      results: [],
    });
    expect(run(good, 'still').results).toEqual([{ text: 'still' }]);
  });

  it('gives a run more time while the box lets it wait, and ends it at last', () => {
    const long = '$sum([1..5000].($ * 2))';
    const run = (workMs: () => number, patience: number) => {
      const sandbox = new Sandbox(1, workMs, patience);
      const ids = [added(sandbox, long)];
      return sandbox.run({ where: undefined, ids }, '{}', {});
    };
    expect(run(() => 0, 2 ** 16).results).toEqual([{ text: '25005000', number: true }]);
    expect(run(() => 0, 1).held).toEqual(unreadable('expression.slow', { ms: 1 }));
    let worked = 0;
    expect(run(() => (worked += 1), 2 ** 16).held).toEqual(unreadable('expression.slow', { ms: 1 }));
  });

  it.each([
    [
      'a text doubled again and again',
      '($f := function($s, $n) { $n = 0 ? $s : $f($s & $s, $n - 1) }; $uppercase($f(a, 30)))',
    ],
    ['lists of lists', '$string($map([1..100000], function($x) { [1..100000] }))'],
    [
      'one long text many times in a list',
      '$string($map([1..100000], function($x) { $join($map([1..1000], function($y) { $pad(a, 4000) })) }))',
    ],
    [
      'joined long texts',
      '($b := $pad(a, 4000); $c := $join($map([1..1000], function($x) { $b })); $join($map([1..1000], function($x) { $c })))',
    ],
    [
      'replacements that grow',
      '$reduce([1..9], function($s, $x) { $replace($s, "x", "xxxxxxxxxxxxxxxx") }, "xxxxxxxxxxxxxxxx")',
    ],
    ['encoded again and again', '$reduce([1..99], function($s, $x) { $encodeUrlComponent($s & $s) }, "%")'],
  ])('ends what makes too much, before it takes the memory: %s', (_, text) => {
    const sandbox = new Sandbox();
    const before = process.resourceUsage().maxRSS;
    const { held, results } = sandbox.run(
      { where: undefined, ids: [added(sandbox, text)] },
      JSON.stringify({ a: 'x' }),
      {},
    );
    expect([held, results]).toEqual(
      held === true
        ? [true, [unreadableOf(/more than an expression may|Invalid string length/)]]
        : [unreadableOf(/^expression\.slow/), []],
    );
    expect((process.resourceUsage().maxRSS - before) / 1024).toBeLessThan(160);
  });

  it('lets an expression read a long body often', () => {
    const sandbox = open();
    const id = added(sandbox, '$count($map([1..40], function($x) { $contains($$.a, "|") }))');
    const json = JSON.stringify({ a: `${'x'.repeat(1_000_000)}|` });
    const { results } = sandbox.run({ where: undefined, ids: [id] }, json, {});
    expect(results.map(textOf)).toEqual(['40']);
  });
});

/** An unreadable value whose code and parameters say so. */
function unreadableOf(says: RegExp): unknown {
  return expect.objectContaining({
    reason: expect.toSatisfy(
      (why: { code: string; params: Record<string, unknown> }) =>
        says.test(`${why.code} ${why.params['message'] ?? ''}`) || says.test(String(why.params['message'])),
    ),
  });
}

function textOf(result: Result): string | undefined {
  return 'text' in result ? result.text : undefined;
}

function open(): Sandbox {
  return new Sandbox(60_000);
}

/** Its id; an expression that is none fails the test. */
function added(sandbox: Sandbox, text: string): number {
  const expression = sandbox.add(text);
  if ('error' in expression) throw new Error(inEnglish(expression.error));
  return expression.id;
}
