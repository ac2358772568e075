import { afterAll, describe, expect, test } from 'vitest';
import { createGateClient, type GateClient } from '../../src/gate/client.ts';
import type { GateSecrets, GateSettings } from '../../src/gate/settings.ts';
import { EXAMPLE_OPERATOR } from '../../src/simulator/gate/dialects.ts';
import type { Fault } from '../../src/simulator/gate/faults.ts';
import { type GateOptions, startGate } from '../../src/simulator/gate/gate.ts';
import { atEnd, cleanUp } from '../support/cleanup.ts';
import { record, ZONE } from './record.ts';
import { httpServer } from './servers.ts';

afterAll(cleanUp);

const KEY = '0123456789abcdef0123456789abcdef';
const common = { timeout: 2_000, concurrency: 4, proxy: 'off', tls: {}, extraFields: {}, refusals: [] };
const discount = { by: 'lot', time: 0, money: '0.00' } as const;
const TELD_SECRETS: GateSecrets = {
  operatorSecret: EXAMPLE_OPERATOR.operatorSecret,
  dataSecret: EXAMPLE_OPERATOR.secrets.data,
  dataSecretIv: EXAMPLE_OPERATOR.secrets.iv,
  sigSecret: EXAMPLE_OPERATOR.secrets.sig,
};

type Other = 'keytop' | 'bolink' | 'teld';

function settingsOf(dialect: Other, baseUrl: string): GateSettings {
  const shared = { ...common, discount, baseUrl };
  if (dialect === 'keytop')
    return {
      ...shared,
      dialect,
      keytop: {
        appId: '10001',
        path: 'api/wec/SyncChargePilePay',
        version: '1.0.0',
        serviceCode: 'syncChargePilePay',
        unknownSpaceNo: '0',
      },
    };
  if (dialect === 'bolink')
    return {
      ...shared,
      dialect,
      bolink: {
        comid: '1313',
        unionId: '200461',
        path: '/chargingPile/syncChargePilePay',
        bodyEncoding: 'base64',
      },
    };
  return { ...shared, dialect, teld: { operatorId: EXAMPLE_OPERATOR.operatorId, lotBy: 'ParkID' } };
}

function clientOf(dialect: Other, baseUrl: string, secrets?: GateSecrets): GateClient {
  const known = dialect === 'teld' ? TELD_SECRETS : { key: KEY };
  const client = createGateClient(settingsOf(dialect, baseUrl), secrets ?? known, {
    version: '1',
    zone: ZONE,
  });
  atEnd(() => client.destroy());
  return client;
}

/** A strict receiver of the dialect, and a client of it. */
async function pair(dialect: Other, faults: readonly Fault[] = [], options: Partial<GateOptions> = {}) {
  const gate = await startGate({ key: KEY, dialect, parkIds: ['1208'], faults, ...options });
  atEnd(() => gate.close());
  return { gate, client: clientOf(dialect, `${gate.url}any/path/`) };
}

const example = record({ parkId: '1208' });
/** Which requests are of a record: a query for a token names no order. */
const ofRecord = { order: /./ };
const habit = (name: string, count = 1): Fault => ({
  kind: 'habit',
  habit: name,
  count,
  ...(name.startsWith('token') ? {} : ofRecord),
});

describe.each<Other>(['keytop', 'bolink', 'teld'])('%s', (dialect) => {
  test('is spoken as a strict receiver of it wants', async () => {
    const { gate, client } = await pair(dialect);
    expect(await client.send(example)).toMatchObject({ kind: 'delivered', status: 200 });
    expect(gate.records().map(({ orderNo }) => orderNo)).toEqual(['2026112408000001']);
    expect(gate.refused).toBe(0);
  });

  test('is made anew for each attempt: the receiver knows repeated ids and stamps', async () => {
    const { gate, client } = await pair(dialect);
    const orders = Array.from({ length: 20 }, (_, n) => record({ parkId: '1208', orderNo: `order-${n}` }));
    const outcomes = await Promise.all(orders.map((one) => client.send(one)));
    expect(outcomes.map(({ kind }) => kind)).toEqual(orders.map(() => 'delivered'));
    expect(gate.refused).toBe(0);
  });

  test('sends a record whose optional values are all unknown', async () => {
    const { client } = await pair(dialect);
    const bare = { ...example, spaceNo: '', power: '', elecMoney: '', serviceMoney: '', totalMoney: '' };
    expect(await client.send(bare)).toMatchObject({ kind: 'delivered' });
  });

  test('tells a wrong key as a fault of the set-up, and shows no secret', async () => {
    const { gate } = await pair(dialect);
    const wrong = 'wrong-secret-123';
    const secrets: GateSecrets = dialect === 'teld' ? { ...TELD_SECRETS, sigSecret: wrong } : { key: wrong };
    const outcome = await clientOf(dialect, gate.url, secrets).send(example);
    if (dialect === 'bolink') expect(outcome).toMatchObject({ kind: 'refused', description: '签名错误' });
    else if (dialect === 'keytop') expect(outcome).toMatchObject({ kind: 'refused', means: 'setup' });
    else expect(outcome).toMatchObject({ kind: 'misconfigured', sent: false });
    expect(outcome).toMatchObject({ reason: { params: { about: 'key' } } });
    expect(JSON.stringify(outcome)).not.toContain(wrong);
    expect(gate.records()).toEqual([]);
  });

  test('is probed without a record', async () => {
    const { gate, client } = await pair(dialect);
    expect(await client.probe()).toEqual({ kind: 'answered' });
    expect(gate.records()).toEqual([]);
    await gate.away(true);
    expect(await client.probe()).toMatchObject({ kind: 'unreachable' });
  });

  test('is down to a probe that a proxy answers for it', async () => {
    const { baseUrl } = await httpServer((response) => void response.writeHead(502).end('bad gateway'));
    expect((await clientOf(dialect, baseUrl).probe()).kind).toMatch(/^(unanswered|unreachable)$/);
  });

  test.each([408, 425, 429, 503])('says of %i that the record was not processed', async (status) => {
    const { baseUrl } = await httpServer((response) => void response.writeHead(status).end());
    const outcome = await clientOf(dialect, baseUrl).send(example);
    if (dialect === 'teld') expect(outcome).toMatchObject({ kind: 'unreachable' });
    else expect(outcome).toMatchObject({ kind: 'unanswered', declined: true });
  });

  test.each<[Fault['kind'], Fault]>([
    ['reset-after', { kind: 'reset-after', count: 1, ...ofRecord }],
    ['malformed', { kind: 'malformed', body: '<html>login</html>', count: 1, ...ofRecord }],
  ])('does not know after %s whether the record arrived', async (_, fault) => {
    const { gate, client } = await pair(dialect, [fault]);
    expect(await client.send(example)).toMatchObject({ kind: 'unanswered' });
    expect(gate.records().length).toBe(1);
  });
});

describe('the habits of real platforms', () => {
  test.each<[Other, string, object]>([
    ['keytop', 'number', { kind: 'delivered' }],
    ['keytop', 'code-form', { kind: 'delivered', description: 'success' }],
    ['keytop', 'code-form-refusal', { kind: 'refused', result: '1', means: 'record' }],
    ['keytop', 'not-authorised', { kind: 'refused', result: '1102', means: 'setup' }],
    ['keytop', 'error-500', { kind: 'unanswered' }],
    ['bolink', 'plain-json', { kind: 'delivered' }],
    ['bolink', 'text-state', { kind: 'delivered' }],
    ['bolink', 'wrong-sign', { kind: 'delivered', warning: { code: 'gate.reply-sign', params: {} } }],
    ['bolink', 'errmsg-at-top', { kind: 'refused', result: '0', description: '车辆不在场内' }],
    ['bolink', 'car-is-out', { kind: 'refused', description: '车辆不在场内' }],
    ['teld', 'ret1-success', { kind: 'delivered' }],
    ['teld', 'ret0-refusal', { kind: 'refused', result: '1', means: 'record' }],
    ['teld', 'wrong-sig', { kind: 'delivered', warning: { code: 'gate.reply-sign', params: {} } }],
    ['teld', 'no-data', { kind: 'delivered', warning: { code: 'gate.no-confirm', params: {} } }],
    ['teld', 'nested', { kind: 'delivered' }],
    ['teld', 'glued', { kind: 'delivered', warning: { code: 'gate.token-refused-too', params: {} } }],
    ['teld', 'busy', { kind: 'unanswered', declined: true }],
    ['teld', 'no-rule', { kind: 'refused', result: '4004', means: 'record' }],
    ['teld', 'token-refused', { kind: 'misconfigured', sent: false }],
    ['teld', 'token-busy', { kind: 'unreachable' }],
    ['teld', 'token-ret-4005', { kind: 'misconfigured', sent: false }],
    ['teld', 'token-succstat-1', { kind: 'delivered' }],
  ])('%s %s', async (dialect, name, outcome) => {
    const { gate, client } = await pair(dialect, [habit(name)]);
    const seen = await client.send(example);
    expect(seen).toMatchObject(outcome);
    expect(gate.records().length).toBeLessThanOrEqual(1);
  });
});

describe("teld's session", () => {
  const tokens = { dialect: 'teld' } as const;

  test('is opened once for many records at once', async () => {
    const asked: string[] = [];
    const { client } = await pair('teld', [], {
      ...tokens,
      onRequest: ({ path, verdict }) => asked.push(`${verdict} ${path.split('/').at(-1)}`),
    });
    const orders = Array.from({ length: 10 }, (_, n) => record({ parkId: '1208', orderNo: `order-${n}` }));
    await Promise.all(orders.map((one) => client.send(one)));
    expect(asked.filter((one) => one.endsWith('query_token')).length).toBe(1);
    expect(asked.filter((one) => one.startsWith('accepted')).length).toBe(10);
  });

  test('is renewed within the attempt where its token has expired, and the record is taken once', async () => {
    const { gate, client } = await pair('teld', [], tokens);
    await client.send(example);
    gate.setFaults([habit('expired')]);
    expect(await client.send({ ...example, orderNo: '2' })).toMatchObject({ kind: 'delivered' });
    expect(gate.records().map(({ orderNo }) => orderNo)).toEqual(['2026112408000001', '2']);
  });

  test('is renewed once only: a second refusal of the token is a fault of the set-up', async () => {
    const { gate, client } = await pair('teld', [habit('expired', 100)], tokens);
    expect(await client.send(example)).toMatchObject({ kind: 'refused', result: '4002', means: 'setup' });
    expect(gate.requests).toBe(4);
    expect(gate.records()).toEqual([]);
  });

  test('that takes longer than an attempt has leaves the record unsent, within the time', async () => {
    const { baseUrl } = await httpServer(() => {});
    const began = performance.now();
    expect(await clientOf('teld', baseUrl).send(example)).toMatchObject({ kind: 'unreachable' });
    expect(performance.now() - began).toBeLessThan(3_000);
  });
});
