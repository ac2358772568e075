import { describe, expect, it } from 'vitest';
import { compileMapping } from '../../src/mapping/compile.ts';
import { PROFILES } from '../../src/mapping/profiles.ts';
import { saying } from '../support/reasons.ts';
import { event, input, mappingOf, only, recordOf } from './support.ts';

/** What the public examples of each kind look like (docs of the profile's maker). */
const OCPP =
  '{"timestamp":"2023-12-07T11:45:30Z","clientId":"charge-point-001","eventType":"completed","payload":{"transactionId":123456,"connectorId":1,"idTag":"user123","meterStart":1000,"meterStop":25000,"startTime":"2023-12-07T10:15:30Z","stopTime":"2023-12-07T11:45:30Z","energyUsed":24.0,"duration":90.0,"reason":"Local","status":"completed"}}';
const YKC =
  '{"tradeSeq":"55031412782305012018061910262392","id":"55031412782305","gunId":"01","startAt":1584378840047,"endAt":1584378840047,"totalElectricCharge":0,"consumptionAmount":1040000,"startType":2,"stopReason":64}';
const SERVICE =
  '{"event_type":"settlement","data":{"order_id":"ORD20231221001","total_energy":15.50,"total_fee":1550,"charge_fee":1400,"service_fee":150,"start_time":1703123500,"end_time":1703127100}}';

function mapping(profile: string, topic: string) {
  return mappingOf({
    sources: [
      { name: 's', topic, profile, fields: { plateNo: { context: 'plate', key: { const: 'gate' } } } },
    ],
    contexts: [
      { name: 'plate', topic: 'plate', key: { const: 'gate' }, fields: { plateNo: 'p' }, keep: 1000 },
    ],
  });
}

const plate = { 'plate gate plateNo': '浙BD12345' };

describe('profile ocpp-gateway', () => {
  const topic = 'csms/transactions/cp/completed';
  const ocpp = mapping('ocpp-gateway', 'csms/transactions/{clientId}/completed');

  it('reads a completed transaction', () => {
    expect(recordOf(ocpp.map(event(OCPP, topic)), plate)).toMatchObject({
      orderNo: '123456',
      startTime: '2023-12-07 18:15:30',
      endTime: '2023-12-07 19:45:30',
      deviceId: 'charge-point-001',
      power: '24.00',
      totalMoney: '',
    });
  });

  it('leaves other events of the topic alone', () => {
    const other = OCPP.replace('"eventType":"completed"', '"eventType":"started"');
    expect(only(ocpp.map(event(other, topic)))).toEqual({
      kind: 'ignored',
      source: 's',
      reason: saying('where eventType is "completed" does not hold'),
    });
  });
});

it('profile ykc-json reads a transaction record in ten-thousandths', () => {
  expect(recordOf(mapping('ykc-json', 'ykc/record').map(event(YKC, 'ykc/record')), plate)).toMatchObject({
    orderNo: '55031412782305012018061910262392',
    startTime: '2020-03-17 01:14:00',
    endTime: '2020-03-17 01:14:00',
    deviceId: '55031412782305',
    power: '0.00',
    totalMoney: '104.00',
  });
});

it('profile pile-service reads a settlement in fen and epoch seconds', () => {
  const settled = mapping('pile-service', 'piles/{deviceId}/settled').map(event(SERVICE, 'piles/P7/settled'));
  expect(recordOf(settled, plate)).toMatchObject({
    orderNo: 'ORD20231221001',
    startTime: '2023-12-21 09:51:40',
    endTime: '2023-12-21 10:51:40',
    deviceId: 'P7',
    power: '15.50',
    elecMoney: '14.00',
    serviceMoney: '1.50',
    totalMoney: '15.50',
  });
});

/** Profiles whose messages may name a plate themselves. */
const WITH_PLATE = ['pilegate', 'jetlinks', 'thingsboard', 'huawei-iotda', 'aliyun'];

it.each([...PROFILES.keys()].filter((name) => !WITH_PLATE.includes(name)))(
  'profile %s asks for a plate',
  (profile) => {
    const { issues } = compileMapping(input({ sources: [{ name: 's', topic: '{deviceId}', profile }] }));
    expect(issues).toEqual([
      {
        path: ['sources', 0],
        severity: 'error',
        reason: { code: 'rules.field-missing', params: { field: 'plateNo' } },
      },
    ]);
  },
);

it.each(WITH_PLATE)('profile %s is whole by itself', (profile) => {
  const { issues } = compileMapping(input({ sources: [{ name: 's', topic: 'x/{deviceId}', profile }] }));
  expect(issues).toEqual([]);
});

describe('a context that a profile brings along', () => {
  const started =
    '{"eventType":"Started","timestamp":"2026-11-28T00:00:00Z","transactionInfo":{"transactionId":"t1"}}';
  const source = { profile: 'ocpp2-ended', fields: { plateNo: { const: '浙BD12345' } } };

  it('comes on the topic of each source that has the profile', () => {
    const two = mappingOf({
      sources: [
        { ...source, name: 'a', topic: 'a/{deviceId}' },
        { ...source, name: 'b', topic: 'b/{deviceId}' },
      ],
    });
    expect(two.filters).toEqual({ sources: ['a/+', 'b/+'], contexts: ['a/+', 'b/+'] });
    for (const topic of ['a/1', 'b/1'])
      expect(two.map(event(started, topic))).toContainEqual({
        kind: 'context',
        fact: {
          context: 'ocpp2Started',
          key: 't1',
          values: { startTime: '2026-11-28 08:00:00' },
          keepMs: 7 * 86_400_000,
        },
      });
  });

  it('gives way to a context of that name in the config', () => {
    const own = mappingOf({
      sources: [{ ...source, name: 'a', topic: 'ended/{deviceId}' }],
      contexts: ['ocpp2Started', 'ocpp2Metered'].map((name) => ({
        name,
        topic: name,
        key: 'id',
        fields: { startTime: 'at', meterStart: 'meter' },
        keep: 1000,
      })),
    });
    expect(own.filters).toEqual({ sources: ['ended/+'], contexts: ['ocpp2Started', 'ocpp2Metered'] });
  });
});

it('a where of the source replaces the profile’s', () => {
  const where = { eventType: 'ended' };
  const fields = { plateNo: { const: '浙BD12345' } };
  const own = mappingOf({ sources: [{ name: 's', topic: 'x', profile: 'ocpp-gateway', where, fields }] });
  expect(recordOf(own.map(event(OCPP.replace('"completed"', '"ended"'), 'x'))).orderNo).toBe('123456');
  expect(only(own.map(event(OCPP, 'x'))).kind).toBe('ignored');
});
