import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { requestMaker, serviceUrl } from '../../../src/gate/carpark/request.ts';
import { sign, verify } from '../../../src/gate/carpark/sign.ts';
import { WIRE_FIELDS } from '../../../src/gate/carpark/wire.ts';
import { record, settings, wire } from '../record.ts';
import { requestFor } from './reading.ts';

const KEY = '45DC1F8604F940829E75D6A76595C299';
const NAMES = WIRE_FIELDS.map(({ name }) => name);

/** The body's fields as a receiver reads them. */
function sent(changes: Parameters<typeof record>[0] = {}, dialect: Parameters<typeof settings>[0] = {}) {
  const { body } = requestFor(record(changes), settings(dialect), KEY);
  const fields: Record<string, string> = JSON.parse(body.toString('utf8'));
  return fields;
}

describe('the address', () => {
  test.each([
    [
      'http://www.example.com/parkpot-service/',
      'chargePile/chargingRecord',
      'http://www.example.com/parkpot-service/chargePile/chargingRecord',
    ],
    [
      'http://www.example.com/parkpot-service',
      'chargePile/chargingRecord',
      'http://www.example.com/parkpot-service/chargePile/chargingRecord',
    ],
    [
      'http://www.example.com/parkpot-service//',
      '//chargePile/chargingRecord',
      'http://www.example.com/parkpot-service/chargePile/chargingRecord',
    ],
    ['http://www.example.com', 'a', 'http://www.example.com/a'],
    ['https://gate.example.com:8443/api/v2/', 'a/b', 'https://gate.example.com:8443/api/v2/a/b'],
    ['http://[::1]:8080/x/', 'a', 'http://[::1]:8080/x/a'],
  ])('%s and %s make %s', (baseUrl, service, expected) => {
    expect(serviceUrl(settings({ baseUrl, service }))).toBe(expected);
    expect(requestFor(record(), settings({ baseUrl, service }), KEY).url).toBe(expected);
  });

  test('with a service field it is the one service entry of 1.1.4, and the body names the service', () => {
    const dialect = { baseUrl: 'http://gate/v1', serviceField: 'method' };
    expect(serviceUrl(settings(dialect))).toBe('http://gate/v1/service');
    const fields = sent({}, dialect);
    expect(fields['method']).toBe('chargePile/chargingRecord');
    expect(verify(fields, KEY)).toBe(true);
    expect(Object.keys(fields).slice(-2)).toEqual(['method', 'sign']);
  });
});

describe('the body', () => {
  test('holds the fields in the order of the table, sign last, every value a string', () => {
    const { body } = requestFor(record(), settings(), KEY);
    const expected = { ...wire(), sign: sign(wire(), KEY) };
    expect(body.toString('utf8')).toBe(JSON.stringify(expected));
    expect(Object.keys(expected)).toEqual([...NAMES, 'sign']);
  });

  test('has the same order whatever order the record was stored in', () => {
    const backwards = Object.fromEntries(Object.entries(record()).reverse());
    const { body } = requestFor({ ...record(), ...backwards }, settings(), KEY);
    expect(Object.keys(JSON.parse(body.toString()))).toEqual([
      ...WIRE_FIELDS.map(({ name }) => name),
      'sign',
    ]);
  });

  test('leaves nothing of a stored record in that is no field of the interface', () => {
    const more = { ...record(), internal: 'x' };
    expect(requestFor(more, settings(), KEY)).toEqual(requestFor(record(), settings(), KEY));
  });

  test('sends an unknown value as an empty string that is not signed', () => {
    const fields = sent({ spaceNo: '', power: '' });
    expect(fields['spaceNo']).toBe('');
    expect(fields['sign']).toBe(sign(wire({ spaceNo: '', power: '' }), KEY));
    expect(verify(fields, KEY)).toBe(true);
  });

  test('signs empty values where the receiver wants that', () => {
    const fields = sent({ spaceNo: '' }, { signEmptyFields: true });
    expect(verify(fields, KEY, { signEmptyFields: true })).toBe(true);
    expect(verify(fields, KEY)).toBe(false);
  });

  test('leaves empty fields out where the receiver wants that, and never signs what is not there', () => {
    const fields = sent(
      { spaceNo: '', elecMoney: '' },
      { emptyFields: 'omit', signEmptyFields: true, extraFields: { v: '', w: '1' } },
    );
    expect(Object.keys(fields)).toEqual([
      ...NAMES.filter((name) => name !== 'spaceNo' && name !== 'elecMoney'),
      'w',
      'sign',
    ]);
    expect(verify(fields, KEY, { signEmptyFields: true })).toBe(true);
    expect(verify(fields, KEY)).toBe(true);
  });

  test('carries the extension fields, signed, after the record', () => {
    const fields = sent(
      {},
      { extraFields: { version: '1.0', Zone: 'b', empty: '' }, serviceField: 'method' },
    );
    expect(Object.keys(fields)).toEqual([...NAMES, 'method', 'version', 'Zone', 'empty', 'sign']);
    expect(verify(fields, KEY)).toBe(true);
    expect(verify({ ...fields, Zone: 'c' }, KEY)).toBe(false);
  });

  test('carries an extension field called __proto__ like any other', () => {
    const extraFields: Record<string, string> = JSON.parse('{"__proto__":"x"}');
    const { body } = requestFor(record(), settings({ extraFields }), KEY);
    expect(body.toString()).toContain('"__proto__":"x"');
    expect(verify(JSON.parse(body.toString()), KEY)).toBe(true);
  });

  test.each([
    ['orderNo', { extraFields: { orderNo: '1' } }],
    ['sign', { extraFields: { sign: '1' } }],
    ['sign', { serviceField: 'sign' }],
    ['method', { serviceField: 'method', extraFields: { method: 'x' } }],
  ])('an extension field cannot take the place of %s', (name, dialect) => {
    expect(() => requestMaker(settings(dialect), KEY)).toThrow(
      `the extension field ${name} would stand twice`,
    );
  });

  test('half a character is replaced before it is signed, so that both sides sign the same', () => {
    const fields = sent({ stationName: '站\ud83d' }, { extraFields: { '\udd0c': '\ud83d' } });
    expect(fields['stationName']).toBe('站\ufffd');
    expect(fields['\ufffd']).toBe('\ufffd');
    expect(verify(fields, KEY)).toBe(true);
  });
});

describe('money in fen', () => {
  test.each([
    ['25.10', '2510'],
    ['25.11', '2511'],
    ['0.00', '0'],
    ['0.05', '5'],
    ['0.50', '50'],
    ['100.00', '10000'],
    ['12345678901234567.89', '1234567890123456789'],
    ['', ''],
  ])('%s yuan is %s', (yuan, fen) => {
    const fields = sent(
      { elecMoney: yuan, serviceMoney: yuan, totalMoney: yuan, power: '32.15' },
      { moneyUnit: 'fen' },
    );
    expect(fields).toMatchObject({ elecMoney: fen, seviceMoney: fen, totalMoney: fen, power: '32.15' });
    expect(verify(fields, KEY)).toBe(true);
  });

  test('an unknown amount is left out where empty fields are', () => {
    const fields = sent({ elecMoney: '', totalMoney: '0.00' }, { moneyUnit: 'fen', emptyFields: 'omit' });
    expect(fields).not.toHaveProperty('elecMoney');
    expect(fields['totalMoney']).toBe('0');
  });

  test.each(['25.1', '25', '-1.00', '1.005', ' 1.00', '1.00 ', '1e2.00', 'x'])(
    'an amount that is not canonical (%s) is a defect, never sent',
    (amount) => {
      expect(() => requestFor(record({ totalMoney: amount }), settings({ moneyUnit: 'fen' }), KEY)).toThrow(
        `not an amount in yuan with two decimals: ${amount}`,
      );
    },
  );

  test('is exact for any amount', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 20n }), (fen) => {
        const digits = fen.toString().padStart(3, '0');
        const yuan = `${digits.slice(0, -2)}.${digits.slice(-2)}`;
        expect(sent({ totalMoney: yuan }, { moneyUnit: 'fen' })['totalMoney']).toBe(fen.toString());
      }),
    );
  });
});

test('for any values in any dialect the body is valid JSON that verifies and holds the very values', () => {
  const value = fc.string({ unit: 'binary' }).map((text) => text.toWellFormed());
  const dialect = fc.record({
    emptyFields: fc.constantFrom('send' as const, 'omit' as const),
    signEmptyFields: fc.boolean(),
    extraFields: fc.dictionary(
      fc.string().filter((name) => name !== 'sign'),
      value,
      { noNullPrototype: true },
    ),
  });
  fc.assert(
    fc.property(value, value, value, dialect, (plateNo, stationName, spaceNo, changes) => {
      const fields = sent({ plateNo, stationName, spaceNo }, changes);
      expect(verify(fields, KEY, { signEmptyFields: changes.signEmptyFields })).toBe(true);
      expect(fields['plateNo'] ?? '').toBe(plateNo);
      expect(fields['stationName'] ?? '').toBe(stationName);
      expect(fields['spaceNo'] ?? '').toBe(spaceNo);
    }),
    { numRuns: 300 },
  );
});
