import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { StationZone } from '../../../src/domain/station-time.ts';
import { readKeytopReply } from '../../../src/gate/keytop/reply.ts';
import { KEYTOP_FIELDS, type KeytopSettings, keytopBody } from '../../../src/gate/keytop/request.ts';
import { keytopSign, keytopSignedText } from '../../../src/gate/keytop/sign.ts';
import { BEIJING } from '../../../src/gate/wire-values.ts';
import { anyRecord, exampleRecord } from '../dialect-records.ts';

const SETTINGS: KeytopSettings = {
  keytop: {
    appId: '10001',
    path: 'api/wec/SyncChargePilePay',
    version: '1.0.0',
    serviceCode: 'syncChargePilePay',
    unknownSpaceNo: '0',
  },
  discount: { by: 'lot', time: 0, money: '' },
  extraFields: {},
};
const SECRET = '0123456789abcdef0123456789abcdef';
const ATTEMPT = { now: 1795482755000, reqId: '7b0c1a52-5f0e-4a39-9d57-3f6f6d5f0a11' };
const parsed = (body: Buffer): Record<string, unknown> => JSON.parse(body.toString());

/** The signature by our own reading of the rule, from the body's text: numbers as they stand there. */
function independentSign(body: string, secret: string): string {
  const pairs: string[] = [];
  const member = /"((?:[^"\\]|\\.)*)":("(?:[^"\\]|\\.)*"|[^,"{}[\]]+|[{[].*?[}\]])(?=[,}])/g;
  for (const [, name = '', raw = ''] of body.matchAll(member)) {
    if (name === 'appId' || name === 'key' || raw === '""' || raw === 'null' || /^[{[]/.test(raw)) continue;
    pairs.push(`${JSON.parse(`"${name}"`)}=${raw.startsWith('"') ? JSON.parse(raw) : raw}`);
  }
  pairs.sort((a, b) =>
    Buffer.compare(Buffer.from(a.split('=')[0] ?? ''), Buffer.from(b.split('=')[0] ?? '')),
  );
  return createHash('md5')
    .update(`${pairs.join('&')}&${secret}`)
    .digest('hex')
    .toUpperCase();
}

describe('the signature', () => {
  test('is that of the published sender: capitals before small letters, zero signed, text that holds JSON signed', () => {
    const fields = {
      appId: '10001',
      amount: '100',
      freeDetail: '[{"code":"","money":100,"time":0,"type":0}]',
      freeMoney: 100,
      freeTime: 0,
      orderNo: '闽C12345',
      outOrderNo: 'T20200306124536001',
      parkId: '1000001',
      payMethod: 6,
      paySource: 'EED96C219E83450A',
      payTime: '2020-03-06 10:57:22',
      payType: 1006,
      payableAmount: 200,
      paymentExt: '{"deviceNo":"123456"}',
      reqId: '748584ae47104b0ab239732767ddc679',
      ts: 1583464576264,
    };
    expect(keytopSign(fields, '85d15350778b11e9bbaa506b4b2f6421')).toBe('55B3663F1A4DB9CEE91EA0A28E43D428');
  });

  test('leaves appId, key, empty text, null, lists and objects out, and signs false', () => {
    const fields = { appId: '1', key: 'x', a: '', b: null, c: [1], d: { e: 1 }, enabled: false };
    expect(keytopSignedText(fields)).toBe('enabled=false');
    expect(keytopSign(fields, 'secret')).toBe('AA3D90031A111878247514E5A74AD315');
  });
});

describe('the body', () => {
  test('of the worked example is the one that the specification prints', () => {
    expect(keytopBody(exampleRecord, SETTINGS, BEIJING, SECRET, ATTEMPT).toString()).toBe(
      '{"appId":"10001","key":"2CFC0BD756DC9283B38A46148DFFFEA9","parkId":1208,"serviceCode":"syncChargePilePay","ts":"1795482755000","reqId":"7b0c1a52-5f0e-4a39-9d57-3f6f6d5f0a11","orderNo":"2026112408000001","plateNo":"浙BD12345","startTime":"2026-11-24 08:00:00","endTime":"2026-11-24 09:12:30","stationId":"3302120001","stationName":"示例充电站","deviceId":"D001","deviceName":"1号直流桩","spaceNo":"A-01","power":32.15,"elecMoney":2010,"seviceMoney":500,"totalMoney":2510,"freeType":1,"freeMoney":0,"freeTime":0}',
    );
  });

  test('signs a whole power without decimals and leaves an empty space out, as the second example has it', () => {
    const body = parsed(keytopBody(exampleRecord, SETTINGS, BEIJING, SECRET, ATTEMPT));
    const second = { ...body, spaceNo: '', power: 32, freeType: 0, freeTime: 7200 };
    expect(keytopSign(second, SECRET)).toBe('8A4A80D9B15F539EB2D97AD484C70D74');
  });

  test('has the stand-in for an unknown space and 0 for what is unknown: all of them are required', () => {
    const unknown = {
      ...exampleRecord,
      spaceNo: '',
      power: '',
      elecMoney: '',
      serviceMoney: '',
      totalMoney: '',
    };
    const body = parsed(keytopBody(unknown, SETTINGS, BEIJING, SECRET, ATTEMPT));
    expect(body).toMatchObject({ spaceNo: '0', power: 0, elecMoney: 0, seviceMoney: 0, totalMoney: 0 });
  });

  test.each([
    ['time', { freeType: 0, freeMoney: 0, freeTime: 7200 }],
    ['money', { freeType: 0, freeMoney: 1050, freeTime: 0 }],
    ['lot', { freeType: 1, freeMoney: 0, freeTime: 0 }],
  ] as const)('asks for a discount by %s in seconds and fen', (by, fields) => {
    const discount = { by, time: 7_200_000, money: '10.50' };
    const body = parsed(keytopBody(exampleRecord, { ...SETTINGS, discount }, BEIJING, SECRET, ATTEMPT));
    expect(body).toMatchObject(fields);
  });

  test('has Beijing time also where the station keeps another', () => {
    const body = parsed(keytopBody(exampleRecord, SETTINGS, new StationZone('Asia/Urumqi'), SECRET, ATTEMPT));
    expect(body).toMatchObject({ startTime: '2026-11-24 10:00:00', endTime: '2026-11-24 11:12:30' });
  });

  test('has a park id that is no whole number as text, which the platform itself takes', () => {
    for (const parkId of ['P-1', '0012']) {
      const record = { ...exampleRecord, parkId };
      expect(parsed(keytopBody(record, SETTINGS, BEIJING, SECRET, ATTEMPT))['parkId']).toBe(parkId);
    }
  });

  test('of any record has the right JSON types, no empty field, and a signature that an independent reader finds right', () => {
    fc.assert(
      fc.property(
        anyRecord,
        fc.dictionary(fc.stringMatching(/^[a-z]{1,6}X$/), fc.string()),
        (record, extraFields) => {
          const settings = { ...SETTINGS, extraFields };
          const text = keytopBody(
            { ...record, parkId: '1208' },
            settings,
            BEIJING,
            SECRET,
            ATTEMPT,
          ).toString();
          const body = JSON.parse(text);
          expect(body.key).toBe(independentSign(text, SECRET));
          for (const name of [
            'parkId',
            'elecMoney',
            'seviceMoney',
            'totalMoney',
            'freeType',
            'freeMoney',
            'freeTime',
          ])
            expect(Number.isSafeInteger(body[name])).toBe(true);
          for (const name of KEYTOP_FIELDS) expect(body[name]).not.toBe('');
          expect(body.power).toBe(Number(record.power));
          expect(body.elecMoney).toBe(Math.round(Number(record.elecMoney) * 100));
          expect(body.orderNo).toBe(record.orderNo.toWellFormed());
          expect(text).not.toMatch(/\d[eE][+-]?\d+[,}]/);
        },
      ),
    );
  });
});

describe('the reply', () => {
  test.each([
    ['a code as text', '{"resCode":"0","resMsg":"充电记录处理成功","data":""}', '0', '充电记录处理成功'],
    ['a code as a number', '{"resCode":1101,"resMsg":"签名校验失败"}', '1101', '签名校验失败'],
    ['the other form', '{"code":0,"message":"success","data":{}}', '0', 'success'],
    ['resCode before code', '{"code":0,"resCode":"1","resMsg":"x"}', '1', 'x'],
    ['the first of two objects', '{"resCode":"1","resMsg":"a"}{"resCode":"0"}', '1', 'a'],
    ['a code without words', '{"resCode":"1201"}', '1201', ''],
  ])('is read with %s', (_, text, code, words) => {
    expect(readKeytopReply(text)).toEqual({ code, words, setup: ['1101', '1201'].includes(code) });
  });

  test.each([
    '',
    '{"error":"Failed to read request body"}',
    '<html></html>',
    '{"resCode":""}',
    '[]',
    '{"resCode":null}',
  ])('says nothing with %j', (text) => {
    expect(readKeytopReply(text)).toBeUndefined();
  });

  test('never throws, whatever it is', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.tuple(fc.json(), fc.json()).map((two) => two.join('')),
        ),
        (text) => {
          readKeytopReply(text);
        },
      ),
    );
  });
});
