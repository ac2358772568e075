import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { StationZone } from '../../../src/domain/station-time.ts';
import { readBolinkReply } from '../../../src/gate/bolink/reply.ts';
import { BOLINK_FIELDS, type BolinkSettings, bolinkBody } from '../../../src/gate/bolink/request.ts';
import { bolinkSign } from '../../../src/gate/bolink/sign.ts';
import { BEIJING } from '../../../src/gate/wire-values.ts';
import { anyRecord, exampleRecord as keytopRecord } from '../dialect-records.ts';

/** The lot's number at bolink is what its records have as park id. */
const exampleRecord = { ...keytopRecord, parkId: '1313' };

const SETTINGS: BolinkSettings = {
  bolink: {
    comid: '1313',
    unionId: '200461',
    path: 'chargingPile/syncChargePilePay',
    bodyEncoding: 'base64',
  },
  discount: { by: 'lot', time: 0, money: '' },
  extraFields: {},
};
const SECRET = 'AAAABBBBCCCCDDDD';
const DATA =
  '{"comid":"1313","union_id":"200461","start_charge_seq":"2026112408000001","start_charging_time":1795478400,"stop_charging_time":1795482750,"car_number":"浙BD12345","station_name":"示例充电站","connector_id":"D001","connector_name":"1号直流桩","power":32.15,"elec_money":20.1,"sevice_money":5,"total_money":25.1,"mitigate_type":3}';
const SENT =
  'eyJkYXRhIjp7ImNvbWlkIjoiMTMxMyIsInVuaW9uX2lkIjoiMjAwNDYxIiwic3RhcnRfY2hhcmdlX3NlcSI6IjIwMjYxMTI0MDgwMDAwMDEiLCJzdGFydF9jaGFyZ2luZ190aW1lIjoxNzk1NDc4NDAwLCJzdG9wX2NoYXJnaW5nX3RpbWUiOjE3OTU0ODI3NTAsImNhcl9udW1iZXIiOiLmtZlCRDEyMzQ1Iiwic3RhdGlvbl9uYW1lIjoi56S65L6L5YWF55S156uZIiwiY29ubmVjdG9yX2lkIjoiRDAwMSIsImNvbm5lY3Rvcl9uYW1lIjoiMeWPt+ebtOa1geahqSIsInBvd2VyIjozMi4xNSwiZWxlY19tb25leSI6MjAuMSwic2V2aWNlX21vbmV5Ijo1LCJ0b3RhbF9tb25leSI6MjUuMSwibWl0aWdhdGVfdHlwZSI6M30sInNpZ24iOiI5QUUxOUQwNzg0MDg4OTU3QTQwODlDM0NCRTE0RDRCRCJ9';
const ACCEPTED =
  'eyJkYXRhIjp7Im1lc3NhZ2UiOiLmiJDlip8iLCJzdGF0ZSI6MX0sInNpZ24iOiJEN0U3NDk2MzhCRkE5OTkzMEYwNzU5NkU4MzZBRUFCQyJ9';

/** Takes a body apart by our own reading of the rules: the data's text, what it says, and whether the sign is right. */
function independentlyRead(body: Buffer): { data: Record<string, unknown>; text: string; signed: boolean } {
  const envelope = Buffer.from(body.toString('ascii'), 'base64').toString('utf8');
  const [, text = '', sign] = /^\{"data":(\{.*\}),"sign":"([0-9A-F]{32})"\}$/s.exec(envelope) ?? [];
  const own = createHash('md5')
    .update(Buffer.from(`${text}key=${SECRET}`, 'utf8'))
    .digest('hex')
    .toUpperCase();
  return { data: JSON.parse(text), text, signed: sign === own };
}

describe('the signature', () => {
  test("is the published one of the book's example", () => {
    const data = '{"comid":"kytest2020032501","union_id":"200279","car_number":"晋QQ1234","lock_status":1}';
    expect(bolinkSign(data, 'MAVXUU3C2545G9K1')).toBe('4973765089F20FCFE45868796F81278A');
  });
});

describe('the body', () => {
  test('of the worked example is the one that the specification prints', () => {
    expect(bolinkSign(DATA, SECRET)).toBe('9AE19D0784088957A4089C3CBE14D4BD');
    expect(bolinkBody(exampleRecord, SETTINGS, BEIJING, SECRET).toString()).toBe(SENT);
  });

  test('is the bare envelope where the setting says json', () => {
    const asJson = { ...SETTINGS, bolink: { ...SETTINGS.bolink, bodyEncoding: 'json' as const } };
    const body = bolinkBody(exampleRecord, asJson, BEIJING, SECRET);
    expect(body.toString()).toBe(`{"data":${DATA},"sign":"9AE19D0784088957A4089C3CBE14D4BD"}`);
  });

  test('leaves out what is unknown', () => {
    const unknown = { ...exampleRecord, power: '', elecMoney: '', serviceMoney: '', totalMoney: '' };
    const { data } = independentlyRead(bolinkBody(unknown, SETTINGS, BEIJING, SECRET));
    for (const name of ['power', 'elec_money', 'sevice_money', 'total_money'])
      expect(data).not.toHaveProperty(name);
  });

  test.each([
    ['all', { mitigate_type: 0 }],
    ['time', { mitigate_type: 1, duration: 120 }],
    ['money', { mitigate_type: 2, free_money: 10.5 }],
    ['lot', { mitigate_type: 3 }],
  ] as const)('asks for a discount by %s in minutes and yuan', (by, fields) => {
    const discount = { by, time: 7_200_000, money: '10.50' };
    expect(
      independentlyRead(bolinkBody(exampleRecord, { ...SETTINGS, discount }, BEIJING, SECRET)).data,
    ).toMatchObject(fields);
  });

  test("counts epoch seconds from the station's own zone", () => {
    const body = bolinkBody(exampleRecord, SETTINGS, new StationZone('Asia/Urumqi'), SECRET);
    expect(independentlyRead(body).data).toMatchObject({ start_charging_time: 1795478400 + 7200 });
  });

  test('of any record is read back by an independent reader, and signed right', () => {
    fc.assert(
      fc.property(anyRecord, (record) => {
        const { data, text, signed } = independentlyRead(bolinkBody(record, SETTINGS, BEIJING, SECRET));
        expect(signed).toBe(true);
        expect(text).toBe(JSON.stringify(data));
        expect(BOLINK_FIELDS).toEqual(expect.arrayContaining(Object.keys(data)));
        expect(data).toMatchObject({
          start_charge_seq: record.orderNo.toWellFormed(),
          car_number: record.plateNo.toWellFormed(),
          start_charging_time: Date.parse(`${record.startTime.replace(' ', 'T')}+08:00`) / 1000,
        });
        expect(data['total_money']).toBe(record.totalMoney === '' ? undefined : Number(record.totalMoney));
      }),
    );
  });
});

describe('the reply', () => {
  test.each([
    ['the made-up success', ACCEPTED, { state: '1', words: '成功', signed: true }],
    [
      'bare JSON',
      '{"sign":"x","data":{"message":"签名错误","state":0}}',
      { state: '0', words: '签名错误', signed: false },
    ],
    ['a state as text', '{"data":{"state":"1"}}', { state: '1', words: '', signed: undefined }],
    [
      'state and words at the top',
      '{"state":0,"errmsg":"车辆不在场"}',
      { state: '0', words: '车辆不在场', signed: undefined },
    ],
    [
      'the sign before the data',
      '{"sign":"D7E749638BFA99930F07596E836AEABC","data":{"message":"成功","state":1}}',
      { state: '1', words: '成功', signed: true },
    ],
  ])('is read from %s', (_, text, read) => {
    const envelope = text === ACCEPTED ? Buffer.from(text, 'base64').toString() : text;
    expect(readBolinkReply(text, SECRET)).toEqual({ ...read, envelope });
    expect(readBolinkReply(` ${Buffer.from(text).toString('base64')}\r\n`, SECRET)).toEqual(
      text === ACCEPTED ? undefined : { ...read, envelope },
    );
  });

  test.each(['', 'null', '{}', '{"data":{"state":""}}', 'AAAA', '<html></html>', '{"result":0}'])(
    'says nothing with %j',
    (text) => {
      expect(readBolinkReply(text, SECRET)).toBeUndefined();
    },
  );

  test('never throws, whatever it is', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), fc.base64String()), (text) => {
        readBolinkReply(text, SECRET);
      }),
    );
  });
});
