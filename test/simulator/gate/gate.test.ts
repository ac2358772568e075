import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { STYLES } from '../../../src/simulator/gate/carpark/replies.ts';
import { startGate } from '../../../src/simulator/gate/gate.ts';
import { record, wire } from '../../gate/record.ts';
import { client, deadPort, KEY } from '../../gate/servers.ts';
import { makeCertificates } from '../../support/certificates.ts';
import { tempDir } from '../../support/tmp.ts';
import { gate, order } from './start.ts';

describe('a record', () => {
  test('is taken once, however often it comes', async () => {
    const arrived: string[] = [];
    const { it, events } = await gate({ onRecord: ({ orderNo }) => arrived.push(orderNo) });
    const { send } = client(it.url);
    for (const orderNo of ['1', '2', '1', '1']) expect((await send(order(orderNo))).kind).toBe('delivered');
    expect(it.records()).toEqual([
      { orderNo: '1', record: wire({ orderNo: '1' }), at: expect.any(Number), repeats: 2 },
      { orderNo: '2', record: wire({ orderNo: '2' }), at: expect.any(Number), repeats: 0 },
    ]);
    expect(arrived).toEqual(['1', '2']);
    expect(it).toMatchObject({ requests: 4, repeats: 2, refused: 0 });
    expect(events.map(({ verdict }) => verdict)).toEqual(['accepted', 'accepted', 'repeat', 'repeat']);
  });

  test('is taken twice by the kind of gate that does not know it again', async () => {
    const { it } = await gate({ idempotent: false });
    const { send } = client(it.url);
    for (const orderNo of ['1', '1', '1']) await send(order(orderNo));
    expect(it.records().map(({ orderNo }) => orderNo)).toEqual(['1', '1', '1']);
    expect(it.repeats).toBe(2);
  });

  test('can be waited for', async () => {
    const { it } = await gate();
    const { send } = client(it.url);
    const two = it.waitFor(2).then(() => it.records().length);
    await it.waitFor(0);
    await send(order('1'));
    await send(order('2'));
    expect(await two).toBe(2);
    const never = it.waitFor(3);
    await Promise.all([it.close(), expect(never).rejects.toThrow('with 2 records while 3 were waited for')]);
  });

  test('that breaks a rule is refused, and told with all that came', async () => {
    const { it, events } = await gate({ parkIds: ['1'] });
    expect(await client(it.url).send(record())).toMatchObject({
      kind: 'refused',
      means: 'setup',
      description: '未授权的车场，停车场不存在：parkId=3302122004',
    });
    expect(events).toEqual([
      expect.objectContaining({
        verdict: 'refused',
        rule: 'park',
        status: 200,
        method: 'POST',
        path: '/chargePile/chargingRecord',
        body: expect.objectContaining(wire()),
      }),
    ]);
    expect(it).toMatchObject({ requests: 1, refused: 1 });
  });
});

describe('every dialect is understood by the client', () => {
  test.each(STYLES)('%s', async (dialect) => {
    const { it } = await gate({ dialect, parkIds: ['3302122004'] });
    const { send } = client(it.url, { signEmptyFields: dialect === 'php' });
    expect(await send(record())).toMatchObject({ kind: 'delivered', status: 200 });
    expect(await send(record())).toMatchObject({ kind: 'delivered' });
    expect(await send(record({ parkId: '1' }))).toMatchObject({
      kind: 'refused',
      result: '1',
      means: 'setup',
      status: dialect === 'gin' ? 400 : 200,
    });
    it.setFaults([{ kind: 'refuse', description: '处理充电和优惠失败' }]);
    expect(await send(record())).toMatchObject({
      kind: 'refused',
      means: 'record',
      description: '处理充电和优惠失败',
      status: dialect === 'gin' ? 500 : 200,
    });
  });

  test('php breaks its JSON with the quotes of a message, and signs empty values', async () => {
    const { it } = await gate({ dialect: 'php' });
    expect(await client(it.url).send(record())).toMatchObject({
      kind: 'refused',
      description: '签名错误：空值也应参与签名',
    });
    expect(await client(it.url, { signEmptyFields: true }).send(record({ power: '1' }))).toMatchObject({
      kind: 'refused',
      malformed: true,
      description: '非法参数：power应为保留两位小数的数字，单位：度，收到"1"',
    });
  });

  test('a gate of one service entry, in fen, with empty fields left out', async () => {
    const dialect = { serviceField: 'method', moneyUnit: 'fen' } as const;
    const { it, events } = await gate(dialect);
    const { send } = client(`${it.url}any/path/`, {
      ...dialect,
      emptyFields: 'omit',
      extraFields: { version: '1.0' },
    });
    expect(await send(record())).toMatchObject({ kind: 'delivered' });
    expect(events[0]).toMatchObject({
      path: '/any/path/service',
      body: { method: 'chargePile/chargingRecord', totalMoney: '2510', version: '1.0' },
    });
    expect(events[0]?.body).not.toHaveProperty('spaceNo');
  });
});

describe('what is no record is turned away', () => {
  const post = (url: string, body: string, type = 'application/json') =>
    fetch(url, { method: 'POST', body, headers: { 'content-type': type } });

  test.each<[string, (url: string) => Promise<Response>, number, RegExp]>([
    [
      'another address',
      (url) => post(`${url}other`, '{}'),
      404,
      /接口地址不存在：\/other，应以\/chargePile\/chargingRecord结尾/,
    ],
    ['another method', (url) => fetch(`${url}chargePile/chargingRecord`), 405, /请使用POST方式，收到GET/],
    ['a huge body', (url) => post(`${url}chargePile/chargingRecord`, ' '.repeat(70_000)), 413, /请求体过大/],
    [
      'a form',
      (url) => post(`${url}chargePile/chargingRecord`, 'a=1', 'application/x-www-form-urlencoded'),
      200,
      /"description":"Content-Type应为application\/json/,
    ],
    [
      'GBK',
      (url) => post(`${url}chargePile/chargingRecord`, '{}', 'application/json; charset=gbk'),
      200,
      /Content-Type应为/,
    ],
  ])('%s', async (_, ask, status, says) => {
    const { it } = await gate();
    const response = await ask(it.url);
    expect(response.status).toBe(status);
    expect(await response.text()).toMatch(says);
    expect(it.records()).toEqual([]);
  });

  test('only strict looks at the content type', async () => {
    const { it } = await gate({ dialect: 'mux' });
    const response = await post(`${it.url}chargePile/chargingRecord`, 'a=1', 'text/plain');
    expect(await response.json()).toEqual({ result: 1, description: '请求体不是合法的JSON' });
  });
});

describe('what arrived can be seen', () => {
  test('as JSON', async () => {
    const { it } = await gate();
    const { send } = client(it.url);
    for (const orderNo of ['1', '1']) await send(order(orderNo));
    await send(record({ power: 'x' }));
    const response = await fetch(`${it.url}records`);
    expect(await response.json()).toEqual({
      requests: 3,
      refused: 1,
      repeats: 1,
      records: [
        { at: expect.stringMatching(/^20.*Z$/), orderNo: '1', record: wire({ orderNo: '1' }), repeats: 1 },
      ],
    });
  });

  test('on a page, whatever it holds', async () => {
    const { it } = await gate();
    const { send } = client(it.url);
    await send(order('<b>7</b>', { plateNo: '浙BD12345' }));
    await send(record({ power: 'x"' }));
    const response = await fetch(it.url);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    const html = await response.text();
    expect(html).toContain('请求 2，记录 1，重复 0，拒绝 1');
    expect(html).toContain('&#60;b&#62;7&#60;/b&#62;');
    expect(html).not.toContain('<b>7');
    expect(html.indexOf('拒绝</td>')).toBeLessThan(html.indexOf('已接收</td>'));
    expect(it.requests).toBe(2);
  });
});

describe('over TLS', () => {
  const files = makeCertificates(tempDir());
  const server = { cert: readFileSync(files.serverCert), key: readFileSync(files.serverKey) };

  test('it takes records, and asks for a client certificate where that is wanted', async () => {
    const { it } = await gate({ tls: { ...server, ca: readFileSync(files.ca) } });
    expect(it.url).toBe(`https://127.0.0.1:${it.port}/`);
    const ca = files.ca;
    const tls = { ca, cert: files.clientCert, key: files.clientKey };
    expect(await client(it.url, { tls }).send(record())).toMatchObject({ kind: 'delivered' });
    expect((await client(it.url, { tls: { ca } }).send(record())).kind).not.toBe('delivered');
    expect(it.requests).toBe(1);
  });

  test('it tells where its certificate cannot be used', async () => {
    await expect(startGate({ key: KEY, tls: { ...server, cert: 'x' } })).rejects.toThrow(
      "the gate's certificate and key cannot be used",
    );
  });
});

test('it listens where it is told to', async () => {
  const port = await deadPort();
  const { it } = await gate({ host: '::1', port });
  expect(it.url).toBe(`http://[::1]:${port}/`);
  expect(await client(it.url).send(record())).toMatchObject({ kind: 'delivered' });
  expect((await gate({ host: '0.0.0.0' })).it.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
});
