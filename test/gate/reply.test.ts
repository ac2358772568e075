import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { OUTCOME_KINDS, type Outcome } from '../../src/domain/outcome.ts';
import { DOCUMENT_REPLY, type ReplyForm } from '../../src/gate/carpark/settings.ts';
import { secretMask } from '../../src/gate/mask.ts';
import { compileRefusals, outcomeOf } from '../../src/gate/reply.ts';
import { type Spoken, spoken } from '../support/spoken.ts';
import { carpark, readReply as readAsData } from './carpark/reading.ts';
import { settings } from './record.ts';
import { REPLIES } from './replies.ts';

const NOW = Date.parse('2026-11-24T01:12:30Z');
const refusals = compileRefusals(settings().refusals);

const readSpoken = (...all: Parameters<typeof readAsData>) => spoken(readAsData(...all));

function read(
  status: number,
  body: string | Uint8Array,
  headers: Record<string, string | string[]> = {},
): Spoken<Outcome> {
  return readSpoken(status, headers, Buffer.from(body), { refusals, now: NOW });
}

describe('a reply is read by the table', () => {
  test.each(REPLIES)('$status $name: $kind', (reply) => {
    const { status, kind, result, description, means, malformed, warned, wait, says } = reply;
    const body = reply.hex === undefined ? (reply.body ?? '') : Buffer.from(reply.hex, 'hex');
    const outcome = read(status, body, { ...reply.headers });
    expect(outcome).toMatchObject({ kind, status });
    expect('result' in outcome ? outcome.result : undefined).toBe(result);
    expect('description' in outcome ? outcome.description : undefined).toBe(description);
    expect('means' in outcome ? outcome.means : undefined).toBe(means);
    expect(outcome.malformed).toBe(malformed);
    expect('warning' in outcome).toBe(warned === true);
    expect(outcome.retryAfterMs).toBe(wait);
    expect(outcome.reason).toMatch(new RegExp(says ?? '^the gate '));
    expect('sent' in outcome ? outcome.sent : undefined).toBe(kind === 'misconfigured' ? true : undefined);
    expect(outcome.reason).not.toMatch(/[\r\n]/);
  });

  test('which has forty replies and more, of every kind a reply can be', () => {
    expect(REPLIES.length).toBeGreaterThanOrEqual(40);
    expect(new Set(REPLIES.map(({ kind }) => kind))).toEqual(
      new Set(OUTCOME_KINDS.filter((k) => k !== 'unreachable')),
    );
  });
});

describe('a warning', () => {
  test('quotes what the gate described', () => {
    expect(read(200, '{"result":0,"description":"失败\\n原因"}')).toMatchObject({
      warning: 'the gate says result 0, success, but describes a failure: 失败 原因',
    });
  });
});

describe('what a refusal means', () => {
  test('is what the first rule that matches says', () => {
    const rules = compileRefusals([
      { match: '^车', means: 'final' },
      { match: '离场|park', means: 'setup' },
    ]);
    const meaning = (description: string) =>
      readSpoken(200, {}, Buffer.from(JSON.stringify({ result: 1, description })), {
        refusals: rules,
        now: NOW,
      });
    expect(meaning('车辆已离场')).toMatchObject({ means: 'final' });
    expect(meaning('已离场')).toMatchObject({ means: 'setup' });
    expect(meaning('Park')).toMatchObject({ means: 'record' });
  });
});

describe('what is kept of a reply', () => {
  test('is its text, without a byte order mark', () => {
    expect(read(200, '\ufeff{"result":0}').reply).toBe('{"result":0}');
  });

  test('is nothing where no body came', () => {
    expect(read(204, '')).not.toHaveProperty('reply');
  });

  test('is at most its first 500 characters, with no half character at the end', () => {
    const body = `${'x'.repeat(499)}🚗${'y'.repeat(1000)}`;
    expect(read(200, body).reply).toBe(`${'x'.repeat(499)}\ufffd`);
    const description = `签名${'x'.repeat(1000)}`;
    expect(read(200, JSON.stringify({ result: 1, description }))).toMatchObject({
      description: description.slice(0, 500),
      means: 'setup',
    });
  });

  test('is fit for a terminal: no control characters but tab and newline', () => {
    const outcome = read(200, '{"result":1,"description":"a\\u001b[31mb\\u0000c\\td"}');
    expect(outcome).toMatchObject({
      description: 'a\ufffd[31mb\ufffdc\td',
      reason: expect.stringMatching(/a\ufffd\[31mb\ufffdc d$/),
    });
    expect(read(200, '\x1b]0;x\x07\x7f\x9b\rb\r\nc').reply).toBe('\ufffd]0;x\ufffd\ufffd\ufffd\ufffdb\nc');
  });

  test('never shows the key, wherever the gate repeats it', () => {
    const secret = '45DC1F8604F940829E75D6A76595C299';
    const body = JSON.stringify({ result: 1, description: `签名错误 a=1&key=${secret}, ${secret}` });
    const outcome = readSpoken(200, {}, Buffer.from(body), {
      refusals,
      now: NOW,
      mask: secretMask([secret]),
    });
    expect(JSON.stringify(outcome)).not.toContain(secret);
    expect(outcome).toMatchObject({ description: '签名错误 a=1&key=***, ***', means: 'setup' });
  });

  test('is whole where there is no key to hide', () => {
    expect(
      readSpoken(200, {}, Buffer.from('abc'), { refusals, now: NOW, mask: secretMask(['']) }).reply,
    ).toBe('abc');
  });
});

describe('a long body', () => {
  test('that was cut in the middle of a character is still read as UTF-8', () => {
    const bytes = Buffer.from('{"result":1,"description":"签名错误');
    expect(read(200, bytes.subarray(0, -1))).toMatchObject({ kind: 'refused', description: '签名错' });
  });

  test('is read by its beginning where the result stands there', () => {
    const body = `{"result":0,"description":"成功","data":"${'x'.repeat(64 * 1024)}`;
    expect(read(200, body)).toMatchObject({ kind: 'delivered', malformed: true });
  });

  test.each([
    ['spaces', '{"result":1,"description":"a', ' ', 'refused'],
    ['spaces before the name', '{', ' ', 'unanswered'],
    ['brackets', '', '{', 'unanswered'],
    ['commas and spaces', '{', ', ', 'unanswered'],
    ['names', '{', '"result"', 'unanswered'],
    ['quotes', '{"result":1,"description":"', '"', 'refused'],
  ])('of nothing but %s is read without searching it over and over', (_, start, filler, kind) => {
    const body = start + filler.repeat((64 * 1024) / filler.length);
    // Linear work, milliseconds each; a search that backtracks would run into the test's time-out.
    for (let round = 0; round < 20; round += 1) expect(read(200, body).kind).toBe(kind);
  });
});

describe('a body nested without end', () => {
  test.each([
    [
      'lists in the description',
      `{"result":1,"description":${'['.repeat(32_000)}${']'.repeat(32_000)}}`,
      'refused',
    ],
    [
      'objects in the description',
      `{"result":0,"description":${'{"a":'.repeat(9_000)}1${'}'.repeat(9_000)}}`,
      'delivered',
    ],
    ['another member', `{"x":${'['.repeat(32_000)}${']'.repeat(32_000)},"result":1}`, 'refused'],
    ['the result itself', `{"result":${'['.repeat(32_000)}${']'.repeat(32_000)}}`, 'unanswered'],
    ['all of it', `${'['.repeat(32_000)}${']'.repeat(32_000)}`, 'unanswered'],
    ['lists that never end', `{"result":0,"description":${'['.repeat(60_000)}`, 'delivered'],
    ['text in text', JSON.stringify(JSON.stringify(JSON.stringify('{"result":0}'))), 'unanswered'],
  ])('in %s throws nothing and loses no result', (_, body, kind) => {
    expect(read(200, body).kind).toBe(kind);
  });
});

describe('the form of a platform', () => {
  const readBy = (reply: Partial<ReplyForm>, body: string) => {
    const dialect = carpark({ reply: { ...DOCUMENT_REPLY, ...reply } });
    const seen = { status: 200, headers: {}, body: Buffer.from(body) };
    return spoken(
      outcomeOf({ kind: 'replied', reply: seen, reading: dialect.read(seen) }, { refusals, now: NOW }),
    );
  };
  const code: Partial<ReplyForm> = { result: ['code'], success: ['0', '200'], description: ['msg'] };
  const flag: Partial<ReplyForm> = { result: ['success'], success: ['true'] };
  test.each<[Partial<ReplyForm>, string, object]>([
    [code, '{"code":200,"msg":"ok"}', { kind: 'delivered', description: 'ok' }],
    [code, '{"Code":"0","msg":"ok"}', { kind: 'delivered' }],
    [code, '{"code":500,"msg":"签名错误"}', { kind: 'refused', result: '500', means: 'setup' }],
    [code, '{"result":0}', { kind: 'unanswered' }],
    [code, "{'code':200,'msg':'a'b'}", { kind: 'delivered', malformed: true, description: "a'b" }],
    [flag, '{"success":true,"msg":"ok"}', { kind: 'delivered' }],
    [flag, '{"success":"true"}', { kind: 'delivered' }],
    [flag, '{"success":false,"msg":"no"}', { kind: 'refused', result: 'false', description: 'no' }],
    [flag, '{"success":null}', { kind: 'unanswered' }],
    [flag, '{success:true}', { kind: 'delivered', malformed: true }],
    [{ result: ['state'], success: ['SUCCESS'] }, '{"state":"SUCCESS"}', { kind: 'delivered' }],
    [{ result: ['state'], success: ['SUCCESS'] }, '{"state":"FAIL"}', { kind: 'refused', result: 'FAIL' }],
    [{ description: ['info', 'msg'] }, '{"result":1,"msg":"m","info":"i"}', { description: 'i' }],
  ])('%j reads %s', (reply, body, outcome) => {
    expect(readBy(reply, body)).toMatchObject(outcome);
  });

  test('says that the gate has the record where a pattern of the config says so', () => {
    const rules = compileRefusals([
      { match: '订单已存在|(重复)+', means: 'delivered' },
      ...settings().refusals,
    ]);
    const told = (body: string, status = 200) =>
      readSpoken(status, {}, Buffer.from(body), { refusals: rules, now: NOW });
    expect(told('{"result":1,"description":"订单已存在"}')).toMatchObject({
      kind: 'delivered',
      reason: 'the gate has the record already: it answered result 1: 订单已存在',
      description: '订单已存在',
    });
    expect(told('{"error":"重复重复"}', 400)).toMatchObject({ kind: 'delivered' });
    expect(told('{"result":1,"description":"签名错误"}')).toMatchObject({ kind: 'refused', means: 'setup' });
  });

  test('cannot be made to match for long by what a gate sends', () => {
    const rules = compileRefusals([{ match: '^(a+)+b$', means: 'final' }]);
    const body = Buffer.from(JSON.stringify({ result: 1, description: `${'a'.repeat(60_000)}!` }));
    const began = performance.now();
    expect(readSpoken(200, {}, body, { refusals: rules, now: NOW })).toMatchObject({ means: 'record' });
    expect(performance.now() - began).toBeLessThan(1_000);
  });
});

describe('headers', () => {
  test('that came twice count once', () => {
    expect(read(503, '', { 'retry-after': ['7', '9'] }).retryAfterMs).toBe(7000);
  });

  test('a long redirect is cut and kept on one line', () => {
    const location = `http://x/\n${'a'.repeat(500)}`;
    const { reason } = read(302, '', { location });
    expect(reason).toContain(`points to http://x/ ${'a'.repeat(190)};`);
  });
});

test('any bytes under any status end in one outcome, and only a result of zero is delivery', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.string({ unit: 'binary' }).map((text) => new Uint8Array(Buffer.from(text))),
    fc.json().map((text) => new Uint8Array(Buffer.from(text))),
  );
  fc.assert(
    fc.property(fc.integer({ min: 200, max: 599 }), bytes, (status, body) => {
      const outcome = read(status, body);
      expect(OUTCOME_KINDS).toContain(outcome.kind);
      if (outcome.kind === 'delivered')
        expect(Buffer.from(body).toString().toLowerCase()).toMatch(/result.*0/);
    }),
    { numRuns: 1000 },
  );
});

test('any result that a JSON reply names decides, whatever the status', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 200, max: 599 }),
      fc.integer(),
      fc.constantFrom('result', 'Result'),
      fc.string(),
      (status, result, name, description) => {
        const outcome = read(status, JSON.stringify({ [name]: result, description }));
        if (result === 0) expect(outcome.kind).toBe('delivered');
        else expect(outcome).toMatchObject({ kind: 'refused', result: String(result) });
      },
    ),
    { numRuns: 2000 },
  );
});

test('hides the key in capitals or small letters too, whatever characters it has', () => {
  for (const secret of ['45DC1F8604F940829E75D6A76595C299', 'a.b*(C)[d]\\E^$|{1}+?-/', '密钥a']) {
    const body = Buffer.from(`no JSON: ${secret.toLowerCase()} and ${secret.toUpperCase()}`);
    expect(readSpoken(200, {}, body, { refusals, now: NOW, mask: secretMask([secret]) }).reply).toBe(
      'no JSON: *** and ***',
    );
  }
});

test('hides the key where the gate puts it into the address it points to', () => {
  const secret = '45DC1F8604F940829E75D6A76595C299';
  const headers = { location: `http://127.0.0.1/login?key=${secret.toLowerCase()}` };
  const outcome = readSpoken(302, headers, Buffer.from(''), {
    refusals,
    now: NOW,
    mask: secretMask([secret]),
  });
  expect(outcome.reason).toContain('it points to http://127.0.0.1/login?key=***;');
});
