import { describe, expect, it } from 'vitest';
import { Unreadable } from '../../src/domain/unreadable.ts';
import { inEnglish } from '../../src/i18n/english.ts';
import { type Result, Sandbox } from '../../src/mapping/sandbox.ts';
import { saying, worded } from '../support/reasons.ts';
import { SESSION } from '../support/session.ts';
import { event, mappingOf, mappingWith, only, recordOf } from './support.ts';

/** What one expression gives over a body; by default with a limit that no busy machine reaches. */
function evaluate(text: string, body: unknown, sandbox = new Sandbox(60_000)) {
  const id = added(sandbox, text);
  const json = typeof body === 'string' ? body : JSON.stringify(body);
  const { held, results } = sandbox.run({ where: undefined, ids: [id] }, json, { deviceId: 'D001' });
  return textOf(held === true ? results[0] : held);
}

/** The id of an expression; one that is none fails the test. */
function added(sandbox: Sandbox, text: string): number {
  const expression = sandbox.add(text);
  if ('error' in expression) throw new Error(inEnglish(expression.error));
  return expression.id;
}

/** The text of a result, or why it has none. */
function textOf(result: Result | boolean | undefined) {
  return typeof result === 'object' && 'text' in result ? result.text : result;
}

describe('an expression', () => {
  it.each([
    ['$round(a * 0.9, 2)', { a: 24.5 }, '22.05'],
    ['a & "-" & b', { a: 'x', b: 1 }, 'x-1'],
    ['$topic.deviceId', {}, 'D001'],
    ['missing', {}, ''],
    ['a', { a: null }, ''],
    ['$sum(list.n)', { list: [{ n: 1 }, { n: 2 }] }, '3'],
    ['a > 1', { a: 2 }, 'true'],
    ['$pad(a, 5, "0") & $pad(a, -5)', { a: 'x' }, 'x0000    x'],
    ['$replace(a, /[^0-9]/, "")', { a: 'A-12 3' }, '123'],
    ['list[1]', { list: ['a', 'b'] }, 'b'],
  ])('%s gives its text', (text, body, result) => {
    expect(evaluate(text, body)).toBe(result);
  });

  it('gets whole numbers that a double does not hold as text', () => {
    expect(evaluate('$string(id) & "-x"', '{"id":12345678901234567890}')).toBe('12345678901234567890-x');
    expect(evaluate('n * 2', '{"n":0.10000000000000000555}')).toBe('0.2');
  });

  it.each([
    ['a', { a: { b: 1 } }, 'an object'],
    ['a', { a: [1, 2] }, 'a list'],
    ['$sum', {}, 'an object'],
    ['a * 2', { a: 'x' }, 'must evaluate to a number'],
    ['$number(a)', { a: 'x' }, 'Unable to cast'],
    ['a * 1000', { a: 9007199254740991 }, 'not exact'],
    ['$pad(a, 100000000)', { a: 'x' }, 'more than 4096'],
    ['$pad(a, 4096) & "x"', { a: 'x' }, 'a text of 4097'],
    ['$join(list)', { list: [1] }, 'Argument'],
  ])('%s gives a reason instead', (text, body, why) => {
    expect(worded(evaluate(text, body))).toMatchObject({ reason: expect.stringContaining(why) });
  });

  it.each([
    'constructor',
    '__proto__',
    'a.constructor',
    '$string.constructor("return 1")',
    '$lookup($, "__proto__")',
  ])('%s reaches nothing outside the body', (text) => {
    const result = evaluate(text, '{"a":1}');
    expect(result instanceof Unreadable || result === '').toBe(true);
  });

  it('changes nothing for the next event by what it assigns', () => {
    const sandbox = new Sandbox();
    const id = added(sandbox, '($x := a; $x)');
    const run = (json: string) =>
      sandbox.run({ where: undefined, ids: [id] }, json, {}).results.map(textOf)[0];
    expect(run('{"a":1}')).toBe('1');
    expect(run('{}')).toBe('');
  });
});

describe('an expression without end', () => {
  it.each([
    ['recursion', '($f := function($x) { $f($x + 1) }; $f(1))'],
    ['a tree of calls', '($f := function($n) { $n > 0 ? $f($n - 1) & $f($n - 1) : "ab" }; $f(40))'],
    ['deep nesting', '($f := function($x) { 1 + $f($x + 1) }; $f(1))'],
    ['a regular expression', '$match("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", /(a+)+$/)'],
    ['a long list', '$sum([1..9999999])'],
    ['a list against itself', '$count($distinct([1..100000]))'],
    ['text that doubles', '$reduce([1..50], function($a, $b) { $a & $a }, "xxxxxxxxxx")'],
  ])('ends with a reason, and the next one works: %s', (_what, text) => {
    const sandbox = new Sandbox(500);
    const good = added(sandbox, 'a');
    expect(evaluate(text, {}, sandbox)).toBeInstanceOf(Unreadable);
    expect(sandbox.run({ where: undefined, ids: [good] }, '{"a":"still here"}', {}).results).toEqual([
      { text: 'still here' },
    ]);
  });

  it('may also be an innocent one over a hostile body', () => {
    const list = JSON.stringify({ list: Array.from({ length: 60_000 }, (_, i) => ({ i })) });
    expect(evaluate('$count($distinct(list))', list, new Sandbox(500))).toMatchObject({
      reason: saying('they took longer than 500 ms'),
    });
    expect(evaluate('a', `${'['.repeat(200_000)}1${']'.repeat(200_000)}`)).toBeInstanceOf(Unreadable);
  });
});

describe('expressions as rules', () => {
  it('are read like anything else', () => {
    const mapping = mappingWith({
      elecMoney: { expr: '$round(power * 0.9, 2)' },
      totalMoney: { expr: 'totalMoney * 100', unit: 'fen' },
      plateNo: [{ expr: 'card[type="plate"].no' }, 'plateNo'],
      endTime: { expr: '$toMillis("2026-11-24T02:00:00Z")', time: 'unix-ms' },
    });
    expect(recordOf(mapping.map(event(SESSION)))).toMatchObject({
      elecMoney: '28.94',
      totalMoney: '25.10',
      plateNo: '浙BD12345',
      endTime: '2026-11-24 10:00:00',
    });
    expect(
      recordOf(mapping.map(event({ ...SESSION, card: [{ type: 'plate', no: '浙B12345' }] }))).plateNo,
    ).toBe('浙B12345');
  });

  it('make an event wrong that they fail on, by the field', () => {
    const mapping = mappingWith({ power: { expr: 'power * 2' } });
    expect(only(mapping.map(event({ ...SESSION, power: 'x' })))).toMatchObject({
      kind: 'wrong',
      orderNo: SESSION.orderNo,
      fault: { field: 'power', reason: saying('the expression') },
    });
  });

  it('choose events by where', () => {
    const source = { name: 'end', topic: 'piles/{deviceId}/session/end', profile: 'pilegate' };
    const mapping = mappingOf({
      sources: [
        { ...source, where: { expr: 'power > 10' } },
        { ...source, name: 'small', where: { expr: 'kind' } },
      ],
    });
    const taken = (said: unknown) => {
      const one = only(mapping.map(event(said)));
      return one.kind === 'draft' ? one.draft.source : one.kind;
    };
    expect(taken(SESSION)).toBe('end');
    expect(taken({ ...SESSION, power: 1, kind: 'x' })).toBe('small');
    expect(taken({ ...SESSION, power: 1, kind: [] })).toBe('ignored');
    expect(taken({ ...SESSION, power: 1, kind: { a: 1 } })).toBe('small');
    expect(taken({ ...SESSION, power: { a: 1 } })).toBe('wrong');
    expect(only(mapping.map(event({ ...SESSION, power: { a: 1 } })))).toMatchObject({
      fault: { field: '', reason: saying('the expression of where fails at character') },
    });
  });
});
