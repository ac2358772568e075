import { describe, expect, test } from 'vitest';
import { sign } from '../../../../src/gate/carpark/sign.ts';
import { check, type GateRules } from '../../../../src/simulator/gate/carpark/rules.ts';
import type { Rule } from '../../../../src/simulator/gate/receiver.ts';
import { record, wire } from '../../../gate/record.ts';

const KEY = '45DC1F8604F940829E75D6A76595C299';
const rules: GateRules = {
  key: KEY,
  parkIds: new Set(['3302122004']),
  signEmptyFields: false,
  moneyUnit: 'yuan',
  service: 'chargePile/chargingRecord',
  serviceField: undefined,
};

/** A signed body; `undefined` leaves a field out. */
function body(changes: Record<string, string | undefined> = {}): Buffer {
  const fields = JSON.parse(JSON.stringify({ ...wire(), ...changes }));
  return Buffer.from(JSON.stringify({ ...fields, sign: sign(fields, KEY) }));
}

const brokenBy = (bytes: Buffer, changes: Partial<GateRules> = {}) =>
  check(bytes, { ...rules, ...changes }).broken;

describe('a record by the rules passes', () => {
  test.each<[string, Record<string, string | undefined>]>([
    ['as it is', {}],
    [
      'with everything unknown that may be',
      { spaceNo: '', power: '', elecMoney: '', seviceMoney: '', totalMoney: '' },
    ],
    [
      'with that left out',
      { spaceNo: undefined, power: undefined, elecMoney: undefined, totalMoney: undefined },
    ],
    ['with nothing charged', { power: '0.00', elecMoney: '0.00', startTime: record().endTime }],
    ['with a field the gate does not know', { version: '1.0', empty: '' }],
    ['with an odd plate', { plateNo: '62000F9' }],
    ['with a plate by hand', { plateNo: '临A0001' }],
    ['on a leap day', { startTime: '2028-02-29 00:00:00', endTime: '2028-02-29 23:59:59' }],
  ])('%s', (_, changes) => {
    expect(brokenBy(body(changes))).toBeUndefined();
  });
});

describe('a broken rule is named', () => {
  test.each<[Rule, string, Record<string, string | undefined>]>([
    ['required', '缺少必要参数：orderNo', { orderNo: undefined }],
    ['required', '缺少必要参数：portName、deviceName', { portName: undefined, deviceName: undefined }],
    ['required', '缺少必要参数：plateNo不允许为空', { plateNo: '' }],
    ['required', '缺少必要参数：stationName不允许为空', { stationName: ' ' }],
    ['park', '未授权的车场，停车场不存在：parkId=1', { parkId: '1' }],
    [
      'format',
      '非法参数：plateNo应为大写的全车牌，不含空格、点和全角字符，收到"浙bD12345"',
      { plateNo: '浙bD12345' },
    ],
    ['format', '收到"浙B·D12345"', { plateNo: '浙B·D12345' }],
    ['format', '收到"浙B D12345"', { plateNo: '浙B D12345' }],
    ['format', '收到"浙ＢD12345"', { plateNo: '浙ＢD12345' }],
    [
      'format',
      '非法参数：startTime应为yyyy-MM-dd HH:mm:ss格式的有效时间，收到"2026-11-24T08:00:00"',
      { startTime: '2026-11-24T08:00:00' },
    ],
    ['format', 'endTime应为', { endTime: '2026-02-30 08:00:00' }],
    ['format', 'endTime应为', { endTime: '2026-13-01 08:00:00' }],
    ['format', 'endTime应为', { endTime: '2026-11-24 24:00:00' }],
    ['format', 'startTime应为', { startTime: '1764000000000' }],
    ['order', '非法参数：endTime不能早于startTime', { endTime: '2026-11-24 07:59:59' }],
    ['format', '非法参数：power应为保留两位小数的数字，单位：度，收到"32.1"', { power: '32.1' }],
    ['format', 'power应为', { power: '032.10' }],
    ['format', 'power应为', { power: '-1.00' }],
    ['format', '非法参数：elecMoney应为保留两位小数的数字，单位：元，收到"20"', { elecMoney: '20' }],
    ['format', 'seviceMoney应为', { seviceMoney: '5.001' }],
    ['format', 'totalMoney应为', { totalMoney: '1e3' }],
  ])('%s: %s', (rule, says, changes) => {
    const broken = brokenBy(body(changes));
    expect(broken?.rule).toBe(rule);
    expect(broken?.description).toContain(says);
  });

  test.each<[string, Buffer, Rule, string]>([
    ['no UTF-8', Buffer.from([0x7b, 0xd5, 0xe3, 0x7d]), 'encoding', '请求体不是UTF-8编码'],
    ['nothing', Buffer.alloc(0), 'json', '请求体不是合法的JSON'],
    ['a form', Buffer.from('a=1&b=2'), 'json', '请求体不是合法的JSON'],
    ['a byte order mark', Buffer.from(`\ufeff${body()}`), 'json', '请求体不是合法的JSON'],
    ['a list', Buffer.from('[]'), 'json', '请求体不是JSON对象'],
    ['null', Buffer.from('null'), 'json', '请求体不是JSON对象'],
    ['text', Buffer.from('"a"'), 'json', '请求体不是JSON对象'],
    ['a number', Buffer.from('{"a":"1","power":32.15,"n":null}'), 'string', '非法参数：power、n必须是字符串'],
  ])('a body of %s', (_, bytes, rule, description) => {
    expect(brokenBy(bytes)).toEqual({ rule, description });
  });
});

describe('the sign', () => {
  const fields = wire();
  const signed = (value: string | undefined) => Buffer.from(JSON.stringify({ ...fields, sign: value }));

  test.each<[string, string | undefined, string]>([
    ['missing', undefined, '缺少必要参数：sign'],
    ['empty', '', '缺少必要参数：sign'],
    ['in lower case', sign(fields, KEY).toLowerCase(), '签名错误：sign应为大写'],
    ['over empty values', sign(fields, KEY, { signEmptyFields: true }), '签名错误：空值不应参与签名'],
    ['by another key', sign(fields, 'x'), '签名错误'],
  ])('%s is told', (_, value, description) => {
    expect(brokenBy(signed(value))).toMatchObject({ rule: 'sign', description });
  });

  test('that leaves empty values out is told where they are signed', () => {
    expect(brokenBy(body(), { signEmptyFields: true })).toMatchObject({
      description: '签名错误：空值也应参与签名',
    });
    const full = body({ spaceNo: 'A-01' });
    expect(brokenBy(full, { signEmptyFields: true })).toBeUndefined();
  });

  test('that is wrong comes with the string the gate hashed, the key masked', () => {
    const detail = brokenBy(signed('x'))?.detail ?? '';
    expect(detail).toMatch(/^待签名字符串：deviceId=D001&.*&key=\*\*\*$/);
    expect(detail).not.toContain(KEY);
  });

  test('is looked at before the fields', () => {
    expect(brokenBy(Buffer.from(JSON.stringify({ sign: 'x' })))?.rule).toBe('sign');
  });
});

describe('dialects of the request', () => {
  test('money in fen is whole', () => {
    const fen = { elecMoney: '2010', seviceMoney: '0', totalMoney: '2510' };
    expect(brokenBy(body(fen), { moneyUnit: 'fen' })).toBeUndefined();
    expect(brokenBy(body({ ...fen, totalMoney: '' }), { moneyUnit: 'fen' })).toBeUndefined();
    expect(brokenBy(body(), { moneyUnit: 'fen' })?.description).toBe(
      '非法参数：elecMoney应为整数，单位：分，收到"20.10"',
    );
  });

  test('a single service entry wants the service named', () => {
    const named = { serviceField: 'method' };
    expect(brokenBy(body({ method: 'chargePile/chargingRecord' }), named)).toBeUndefined();
    expect(brokenBy(body({ method: 'x' }), named)).toEqual({
      rule: 'service',
      description: '非法参数：method应为chargePile/chargingRecord',
    });
    expect(brokenBy(body(), named)?.rule).toBe('service');
  });

  test('any car park is served where none is named', () => {
    expect(brokenBy(body({ parkId: '1' }), { parkIds: undefined })).toBeUndefined();
  });
});
