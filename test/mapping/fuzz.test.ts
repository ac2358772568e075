import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Mapped } from '../../src/domain/draft.ts';
import { OPTIONAL_FIELDS, RECORD_FIELDS } from '../../src/domain/record.ts';
import { said } from '../support/reasons.ts';
import { SESSION } from '../support/session.ts';
import { event, mappingOf } from './support.ts';

/** FUZZ_RUNS=1000000 npx vitest run test/mapping/fuzz.test.ts takes some minutes. */
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 20_000);
const MINUTES = 60_000;

const mapping = mappingOf({
  devices: { D001: { name: '1号', spaceNo: 'A-01' } },
  sources: [
    { name: 'end', topic: 'piles/{deviceId}/session/end', profile: 'pilegate' },
    {
      name: 'rules',
      topic: 'rules/{deviceId}',
      encoding: 'gb18030',
      where: { serviceMoney: '5.00' },
      fields: {
        orderNo: ['orderNo', 'list[0].orderNo'],
        plateNo: ['plateNo', { context: 'plate', key: ['spaceNo', { device: 'spaceNo' }] }],
        startTime: { path: 'startTime', time: 'local' },
        endTime: [
          { path: 'endTime', time: 'unix-s' },
          { path: 'stop["end time"]', time: 'iso' },
        ],
        power: { path: 'power', scale: '0.0001' },
        totalMoney: { path: 'totalMoney', unit: 'fen' },
        spaceNo: { context: 'plate', key: 'plateNo', field: 'space' },
      },
    },
  ],
  contexts: [
    {
      name: 'plate',
      topic: 'piles/{id}/#',
      key: 'spaceNo',
      fields: { plateNo: 'plateNo', space: 'n' },
      keep: 1000,
    },
  ],
});

const expressions = mappingOf({
  sources: [
    {
      name: 'expr',
      topic: '{deviceId}',
      profile: 'pilegate',
      where: { expr: '$exists(orderNo)' },
      fields: {
        elecMoney: { expr: 'power * 2' },
        spaceNo: { expr: '$string(spaceNo)' },
        deviceName: { expr: 'a.b[0]' },
      },
    },
  ],
});

const HOSTILE = [
  '1e999',
  '1e-999',
  '1e999999999',
  '-0',
  '-1',
  '1.005',
  '12345678901234567890',
  '0.1e1',
  'null',
  'true',
  '[]',
  '{}',
  '[[1]]',
  '"\\u0000"',
  '"\\ud800"',
  '"\\r\\n"',
  '" "',
  '""',
  '"浙b·d12345"',
  '"2026-11-24T08:00:00Z"',
  '"2026-02-30 08:00:00"',
  '1795478400',
  '1795478400000',
  '"NaN"',
  '{"__proto__":{"orderNo":1}}',
  '"__proto__"',
  '{"constructor":1}',
  `"${'9'.repeat(2000)}"`,
  '['.repeat(500) + ']'.repeat(500),
  '9'.repeat(400),
];
const value = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...HOSTILE) },
  { weight: 1, arbitrary: fc.json({ maxDepth: 2 }) },
  { weight: 1, arbitrary: fc.string({ maxLength: 30 }).map((text) => JSON.stringify(text)) },
);
const key = fc.constantFrom(
  ...Object.keys(SESSION),
  'deviceId',
  'spaceNo',
  'n',
  '__proto__',
  'list',
  'stop',
  'constructor',
);

/** A session in which some values are replaced, and keys may be there twice. */
const session = fc.array(fc.tuple(key, value), { maxLength: 4 }).map((changes) => {
  const said = Object.entries(SESSION).map(([k, v]): [string, string] => [k, JSON.stringify(v)]);
  return `{${[...said, ...changes].map(([k, v]) => `${JSON.stringify(k)}:${v}`).join(',')}}`;
});

/** A session of which some bytes are other ones. */
const damaged = fc
  .tuple(session, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 }), fc.nat(400))
  .map(([json, flips, end]) => {
    const bytes = new Uint8Array(Buffer.from(json));
    for (const [at, byte] of flips) bytes[at % bytes.length] = byte;
    return end < 100 ? bytes.subarray(0, end) : bytes;
  });

const payload: fc.Arbitrary<string | Uint8Array> = fc.oneof(
  { weight: 3, arbitrary: session },
  { weight: 3, arbitrary: damaged },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }) },
  // Rare among the others: whole, and without an order.
  { weight: 1, arbitrary: fc.tuple(key, value).map(([k, v]) => `{${JSON.stringify(k)}:${v}}`) },
);
const topic = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('piles/D001/session/end', 'rules/D001', 'rules/D9', 'piles/x') },
  { weight: 1, arbitrary: fc.string({ maxLength: 12 }) },
);

const FORMS: Readonly<Record<string, RegExp>> = {
  startTime: /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/,
  endTime: /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/,
  plateNo: /^[^\s.·a-z]+$/,
  power: /^(?:\d+\.\d\d)?$/,
  elecMoney: /^(?:\d+\.\d\d)?$/,
  serviceMoney: /^(?:\d+\.\d\d)?$/,
  totalMoney: /^(?:\d+\.\d\d)?$/,
};

/** Why an outcome is not sound, or undefined. */
function flaw(mapped: Mapped): string | undefined {
  if (mapped.kind === 'wrong') return said(mapped.fault.reason) === '' ? 'no reason' : undefined;
  if (mapped.kind !== 'draft') return undefined;
  const completed = mapped.draft.complete(({ field }) => (field === 'plateNo' ? ' 浙b12345' : undefined));
  if (completed.kind === 'missing') return 'misses what the context has';
  if (completed.kind === 'wrong') return said(completed.fault.reason) === '' ? 'no reason' : undefined;
  if (completed.kind === 'ignored') return undefined;
  const { record, endAt } = completed.made;
  if (!Number.isFinite(endAt)) return 'no end';
  return RECORD_FIELDS.find((field) => {
    const text = record[field];
    const optional = OPTIONAL_FIELDS.some((f) => f === field);
    return (!optional && text === '') || !(FORMS[field] ?? /^[^\p{Cc}\p{Cs}]*$/u).test(text);
  });
}

describe('any bytes on any topic', () => {
  it(
    'become sound records, or have a reason why not',
    () => {
      const seen = new Set<string>();
      fc.assert(
        fc.property(payload, topic, (said, on) => {
          const mapped = mapping.map(event(said, on));
          if (mapped.length === 0) throw new Error('nothing');
          for (const one of mapped) {
            seen.add(one.kind);
            const found = flaw(one);
            if (found !== undefined) throw new Error(`${found}: ${JSON.stringify(one)}`);
          }
        }),
        { numRuns: RUNS },
      );
      expect([...seen].sort()).toEqual(['context', 'draft', 'ignored', 'wrong']);
    },
    60 * MINUTES,
  );

  it(
    'do no harm to expressions either',
    () => {
      const seen = new Set<string>();
      fc.assert(
        fc.property(payload, (said) => {
          const [mapped] = expressions.map(event(said, 'D001'));
          if (mapped === undefined) throw new Error('nothing');
          seen.add(mapped.kind);
          const found = flaw(mapped);
          if (found !== undefined) throw new Error(`${found}: ${JSON.stringify(mapped)}`);
        }),
        { numRuns: Math.ceil(RUNS / 20) },
      );
      expect([...seen].sort()).toEqual(['draft', 'ignored', 'wrong']);
    },
    60 * MINUTES,
  );
});
