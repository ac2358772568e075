import { createCipheriv, createDecipheriv, createHash, createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { startGate } from '../../../src/simulator/gate/gate.ts';
import { gate } from './start.ts';

const KEY = '0123456789abcdef0123456789abcdef';
const md5 = (text: string) => createHash('md5').update(text, 'utf8').digest('hex').toUpperCase();
const JSON_UTF8 = 'application/json; charset=utf-8';

async function post(url: string, body: string, headers: Record<string, string> = {}) {
  const response = await fetch(url, {
    method: 'POST',
    body,
    headers: { 'content-type': JSON_UTF8, ...headers },
  });
  return { status: response.status, text: await response.text() };
}

describe('keytop', () => {
  let count = 0;
  /** A body by our own reading of the dialect; `undefined` leaves a field out. */
  function body(changes: Record<string, unknown> = {}, key = KEY): string {
    count += 1;
    const fields: Record<string, unknown> = {
      parkId: 1208,
      serviceCode: 'syncChargePilePay',
      ts: String(Date.now()),
      reqId: `request-${count}`,
      orderNo: '1',
      plateNo: '浙BD12345',
      startTime: '2026-11-24 08:00:00',
      endTime: '2026-11-24 09:12:30',
      stationId: '3302120001',
      stationName: '示例充电站',
      deviceId: 'D001',
      deviceName: '1号直流桩',
      spaceNo: 'A-01',
      power: 32.15,
      elecMoney: 2010,
      seviceMoney: 500,
      totalMoney: 2510,
      freeType: 1,
      ...changes,
    };
    const names = Object.keys(fields).filter((name) => fields[name] !== undefined && fields[name] !== '');
    const signed = names.toSorted().map((name) => `${name}=${fields[name]}`);
    return JSON.stringify({ appId: '10001', key: md5(`${signed.join('&')}&${key}`), ...fields });
  }
  const send = async (url: string, text: string, headers: Record<string, string> = { version: '1.0.0' }) =>
    JSON.parse((await post(`${url}unite-api/api/wec/SyncChargePilePay`, text, headers)).text);

  test('takes a right record, and grants a second discount for the same order', async () => {
    const { it } = await gate({ dialect: 'keytop', key: KEY, parkIds: ['1208'], appIds: ['10001'] });
    const done = { resCode: '0', resMsg: '充电记录处理成功', data: '' };
    expect(await send(it.url, body())).toEqual(done);
    expect(await send(it.url, body())).toEqual(done);
    expect(it.records().map(({ orderNo }) => orderNo)).toEqual(['1', '1']);
    expect(it.records()[0]?.record).toMatchObject({ parkId: '1208', power: '32.15', totalMoney: '2510' });
    expect(it.repeats).toBe(1);
  });

  test.each<[string, string, string, RegExp]>([
    ['sign', body({}, 'another key'), '1101', /签名校验失败/],
    ['park', body({ parkId: 9 }), '1102', /未授权的车场/],
    ['number', body({ parkId: '1208' }), '1201', /parkId应为整数/],
    ['number', body({ power: '32.15' }), '1201', /power应为数字/],
    ['number', body({ totalMoney: 25.1 }), '1201', /totalMoney应为整数/],
    ['string', body({ ts: Date.now() }), '1201', /ts应为字符串/],
    ['required', body({ spaceNo: '' }), '1201', /spaceNo/],
    ['required', body({ elecMoney: undefined }), '1201', /elecMoney/],
    ['format', body({ plateNo: '浙bd12345' }), '1201', /plateNo/],
    ['format', body({ startTime: '2026-02-30 00:00:00' }), '1201', /startTime/],
    ['order', body({ endTime: '2026-11-24 07:00:00' }), '1201', /endTime/],
    ['format', body({ freeType: 2 }), '1201', /freeType/],
    ['clock', body({ ts: String(Date.now() - 700_000) }), '1201', /10分钟/],
    ['json', '[]', '1201', /json解析失败/],
  ])('refuses what breaks the rule %s', async (rule, text, resCode, words) => {
    const { it, events } = await gate({ dialect: 'keytop', key: KEY, parkIds: ['1208'] });
    const reply = await send(it.url, text);
    expect(reply).toEqual({ resCode, resMsg: expect.stringMatching(words), data: '' });
    expect(events[0]).toMatchObject({ verdict: 'refused', rule });
    expect(it.records()).toEqual([]);
  });

  test('refuses a request id that came before, and a request without the version header', async () => {
    const { it } = await gate({ dialect: 'keytop', key: KEY });
    const text = body();
    await send(it.url, text);
    expect(await send(it.url, text)).toMatchObject({
      resCode: '1201',
      resMsg: expect.stringMatching('reqId重复'),
    });
    expect(await send(it.url, body(), {})).toMatchObject({ resCode: '1201' });
  });

  test('answers as other platforms of its kind where a fault says so', async () => {
    const { it } = await gate({
      dialect: 'keytop',
      key: KEY,
      faults: [{ kind: 'habit', habit: 'code-form' }],
    });
    expect(await send(it.url, body())).toEqual({ code: 0, message: 'success', data: '{"result":true}' });
    it.setFaults([{ kind: 'habit', habit: 'not-authorised' }]);
    expect(await send(it.url, body())).toMatchObject({ resCode: '1102' });
    expect(it.records().length).toBe(1);
  });
});

describe('bolink', () => {
  const CKEY = 'AAAABBBBCCCCDDDD';
  const DATA = {
    comid: '1313',
    union_id: '200461',
    start_charge_seq: '1',
    car_number: '浙BD12345',
    power: 32.15,
    mitigate_type: 3,
  };
  const envelope = (data: object, key = CKEY): string => {
    const text = JSON.stringify(data);
    return `{"data":${text},"sign":"${md5(`${text}key=${key}`)}"}`;
  };
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const send = async (url: string, text: string) => {
    const reply = await post(`${url}zld/chargingPile/syncChargePilePay`, text, {
      'content-type': 'text/plain',
    });
    return JSON.parse(Buffer.from(reply.text, 'base64').toString());
  };

  test('takes a right record once, signs its answer, and says no to a repeat', async () => {
    const { it } = await gate({ dialect: 'bolink', key: CKEY, parkIds: ['1313'] });
    const first = await send(it.url, base64(envelope(DATA)));
    expect(first.data).toEqual({ message: '成功', state: 1 });
    expect(first.sign).toBe(md5(`${JSON.stringify(first.data)}key=${CKEY}`));
    expect((await send(it.url, base64(envelope(DATA)))).data.state).toBe(0);
    expect(it.records().map(({ orderNo }) => orderNo)).toEqual(['1']);
  });

  test.each<[string, string]>([
    ['sign', base64(envelope(DATA, 'another'))],
    ['encoding', envelope(DATA)],
    ['json', base64('{"data":1}')],
    ['required', base64(envelope({ ...DATA, car_number: '' }))],
    ['required', base64(envelope({ ...DATA, union_id: undefined }))],
    ['required', base64(envelope({ ...DATA, mitigate_type: 2 }))],
    ['park', base64(envelope({ ...DATA, comid: '1' }))],
    ['string', base64(envelope({ ...DATA, comid: 1313 }))],
    ['number', base64(envelope({ ...DATA, power: '32.15' }))],
    ['format', base64(envelope({ ...DATA, power: 32.155 }))],
    ['format', base64(envelope({ ...DATA, start_charging_time: 1795478400000 }))],
    ['format', base64(envelope({ ...DATA, mitigate_type: 1, duration: 1.5 }))],
    ['order', base64(envelope({ ...DATA, start_charging_time: 1795478400, stop_charging_time: 1795478399 }))],
  ])('refuses what breaks the rule %s', async (rule, text) => {
    const { it, events } = await gate({ dialect: 'bolink', key: CKEY, parkIds: ['1313'] });
    expect((await send(it.url, text)).data).toEqual({ message: expect.any(String), state: 0 });
    expect(events[0]).toMatchObject({ verdict: 'refused', rule });
  });

  test('takes bare JSON where it is set to', async () => {
    const { it } = await gate({ dialect: 'bolink', key: CKEY, bodyEncoding: 'json' });
    expect((await send(it.url, envelope(DATA))).data.state).toBe(1);
  });
});

describe('teld', () => {
  const SECRETS = { data: 'dataSecret000001', iv: 'dataSecretIV0001', sig: 'sigSecret0000001' };
  const hmac = (text: string) =>
    createHmac('md5', SECRETS.sig).update(text, 'utf8').digest('hex').toUpperCase();
  const seal = (data: unknown) => {
    const aes = createCipheriv('aes-128-cbc', SECRETS.data, SECRETS.iv);
    return aes.update(JSON.stringify(data), 'utf8', 'base64') + aes.final('base64');
  };
  const unseal = (text: string) => {
    const aes = createDecipheriv('aes-128-cbc', SECRETS.data, SECRETS.iv);
    return JSON.parse(aes.update(text, 'base64', 'utf8') + aes.final('utf8'));
  };
  const stampOf = (at: number) => new Date(at + 8 * 3_600_000).toISOString().slice(0, 19).replace(/\D/g, '');
  let count = 0;
  const envelope = (data: unknown, changes: Record<string, string> = {}): string => {
    count += 1;
    const fields = {
      OperatorID: 'MA1234567',
      Data: seal(data),
      TimeStamp: stampOf(Date.now()),
      Seq: String(count).padStart(4, '0'),
      ...changes,
    };
    const { OperatorID, Data, TimeStamp, Seq } = fields;
    return JSON.stringify({ Sig: hmac(OperatorID + Data + TimeStamp + Seq), ...fields, ...changes });
  };
  const RECORD = {
    StartChargeSeq: '1',
    PlateNum: '浙BD12345',
    ParkID: '3302122004',
    StartTime: '2026-11-24 08:00:00',
    EndTime: '2026-11-24 09:12:30',
    CalculationMethod: 3,
  };
  const token = async (url: string): Promise<string> => {
    const query = envelope({ OperatorID: 'MA1234567', OperatorSecret: 'operatorSecret01' });
    const reply = JSON.parse((await post(`${url}evcs/v20161110/query_token`, query)).text);
    return unseal(reply.Data).AccessToken;
  };
  const send = async (url: string, body: string, bearer: string) => {
    const address = `${url}evcs/v20161110/notification_charge_end_order_info`;
    return (await post(address, body, { authorization: `Bearer ${bearer}` })).text;
  };

  test('gives a token, takes a right record with it, and signs its answer', async () => {
    const { it, events } = await gate({ dialect: 'teld', parkIds: ['3302122004'] });
    const reply = JSON.parse(await send(it.url, envelope(RECORD), await token(it.url)));
    expect(unseal(reply.Data)).toEqual({
      StartChargeSeq: '1',
      ConfirmResult: 0,
      PlateAutResult: 1,
      PlateAutFailReason: 0,
    });
    expect(reply.Sig).toBe(hmac(`${reply.Ret}${reply.Msg}${reply.Data}`));
    expect(events.map(({ verdict }) => verdict)).toEqual(['session', 'accepted']);
    expect(JSON.stringify(events)).not.toContain('operatorSecret01');
  });

  test('gives no token for a wrong operator secret, and takes nothing without one', async () => {
    const { it } = await gate({ dialect: 'teld' });
    const query = envelope({ OperatorID: 'MA1234567', OperatorSecret: 'wrong' });
    const reply = JSON.parse((await post(`${it.url}query_token`, query)).text);
    expect(unseal(reply.Data)).toMatchObject({ AccessToken: '', FailReason: 2 });
    expect(JSON.parse(await send(it.url, envelope(RECORD), 'none'))).toMatchObject({ Ret: 4002 });
  });

  test.each<[string, number, string]>([
    ['sign', 4001, envelope(RECORD, { Sig: '0'.repeat(32) })],
    ['required', 4003, envelope(RECORD, { Seq: '' })],
    ['account', 4005, envelope(RECORD, { OperatorID: 'MA7654321' })],
    ['encoding', 4004, envelope(RECORD, { Data: 'AAAA' })],
    ['clock', 4004, envelope(RECORD, { TimeStamp: stampOf(Date.now() - 700_000) })],
    ['format', 4004, envelope(RECORD, { Seq: '1' })],
    ['format', 4004, envelope({ ...RECORD, PlateNum: '' })],
    ['park', 4004, envelope({ ...RECORD, ParkID: '1' })],
    ['string', 4004, envelope({ ...RECORD, ParkID: 1 })],
    ['number', 4004, envelope({ ...RECORD, Power: '1' })],
    ['order', 4004, envelope({ ...RECORD, EndTime: '2026-11-24 07:00:00' })],
  ])('refuses what breaks the rule %s with Ret %i', async (rule, ret, body) => {
    const { it, events } = await gate({ dialect: 'teld', parkIds: ['3302122004'] });
    const bearer = await token(it.url);
    expect(JSON.parse(await send(it.url, body, bearer))).toMatchObject({ Ret: ret });
    expect(events[1]).toMatchObject({ verdict: 'refused', rule });
  });

  test('refuses a time stamp with a number that came before', async () => {
    const { it, events } = await gate({ dialect: 'teld' });
    const bearer = await token(it.url);
    const body = envelope(RECORD);
    await send(it.url, body, bearer);
    await send(it.url, body, bearer);
    expect(events[2]).toMatchObject({ verdict: 'refused', rule: 'reused' });
  });

  test('takes the record although it refuses the token, where a fault says so', async () => {
    const { it } = await gate({ dialect: 'teld', faults: [{ kind: 'habit', habit: 'glued' }] });
    const text = await send(it.url, envelope(RECORD), await token(it.url));
    expect(text).toMatch(/^\{"Ret":4002,.*\}\{"Ret":0,.*\}$/);
    expect(it.records().length).toBe(1);
  });
});

test('a fault that names a habit the dialect does not have is refused, with those that it has', async () => {
  const faults = [{ kind: 'habit', habit: 'glued' }] as const;
  await expect(startGate({ key: KEY, dialect: 'keytop', faults })).rejects.toThrow(
    'this dialect has no habit glued; allowed: number, code-form',
  );
});
