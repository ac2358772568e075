import { describe, expect, it } from 'vitest';
import type { ContextInput } from '../../src/mapping/rules.ts';
import { saying } from '../support/reasons.ts';
import { SESSION } from '../support/session.ts';
import { draftOf, event, lookupIn, mappingWith, only, recordOf } from './support.ts';

const { plateNo: _plate, ...NO_PLATE } = SESSION;
const DEVICES = { D001: { name: '1号直流桩', spaceNo: 'A-01' }, D003: { name: '3号' } };

const PLATE: ContextInput = {
  name: 'plate',
  topic: 'cameras/{spaceNo}/plate',
  key: { topic: 'spaceNo' },
  fields: { plateNo: 'plate' },
  keep: 43_200_000,
};
const STARTED: ContextInput = {
  name: 'started',
  topic: 'csms/started',
  key: 'transactionId',
  fields: { startTime: { path: 'at', time: 'iso' }, tag: 'idTag', cost: { path: 'cost', unit: 'fen' } },
  keep: 86_400_000,
  late: true,
};

const differs = { contexts: [PLATE, STARTED], devices: DEVICES };
const plateByContext = { plateNo: ['plateNo', { context: 'plate', key: { device: 'spaceNo' } }] };
const used = { spaceNo: ['spaceNo', { context: 'started', key: 'orderNo', field: 'tag' }] };
const mapping = mappingWith({ ...plateByContext, ...used }, differs);

describe('an event that lacks what a context has', () => {
  it('needs it, with all that finding it takes', () => {
    expect(draftOf(mapping.map(event(NO_PLATE))).needs).toContainEqual({
      field: 'plateNo',
      context: 'plate',
      key: 'A-01',
      contextField: 'plateNo',
      keepMs: 43_200_000,
      late: false,
    });
  });

  it('is missing it until it is there', () => {
    const draft = draftOf(mapping.map(event(NO_PLATE)));
    expect(draft.orderNo).toBe(SESSION.orderNo);
    expect(draft.complete(lookupIn({}))).toMatchObject({
      kind: 'missing',
      needs: [{ field: 'plateNo', key: 'A-01' }],
      known: {
        orderNo: SESSION.orderNo,
        plateNo: '',
        deviceName: '1号直流桩',
        spaceNo: 'A-01',
        power: '32.15',
      },
    });
    expect(draft.complete(lookupIn({ 'plate A-01 plateNo': ' ' })).kind).toBe('missing');
    expect(draft.complete(lookupIn({ 'plate A-01 plateNo': '浙b·d12345' }))).toMatchObject({
      kind: 'record',
      made: { record: { plateNo: '浙BD12345' } },
    });
  });

  it('asks nothing for what it says itself', () => {
    const draft = draftOf(mapping.map(event(SESSION)));
    expect(draft.needs.map(({ field }) => field)).toEqual(['spaceNo']);
  });

  it('is not held up by what may be empty, and takes it where it is there', () => {
    expect(recordOf(mapping.map(event(SESSION))).spaceNo).toBe('A-01');
    expect(recordOf(mapping.map(event(SESSION)), { [`started ${SESSION.orderNo} tag`]: 'B-7' }).spaceNo).toBe(
      'B-7',
    );
  });

  it('does not count what a context says as its own', () => {
    const draft = draftOf(mapping.map(event(NO_PLATE)));
    expect(draft.values).not.toHaveProperty('plateNo');
  });

  it.each([
    ['D009', 'device "D009" is not under devices: add it with its spaceNo'],
    ['D003', 'device "D003" has no spaceNo under devices: give it one'],
  ])('is wrong where no key can be had: device %s', (deviceId, why) => {
    expect(only(mapping.map(event({ ...NO_PLATE, deviceId })))).toMatchObject({
      kind: 'wrong',
      orderNo: SESSION.orderNo,
      fault: { field: 'plateNo', reason: saying(why) },
    });
  });

  it('only warns where no key can be had for what may be empty', () => {
    const optional = mappingWith(
      { spaceNo: { context: 'started', key: 'tx', field: 'tag' }, ...plateByContext },
      differs,
    );
    expect(draftOf(optional.map(event(SESSION))).complete(() => undefined)).toMatchObject({
      kind: 'record',
      made: { warnings: [saying('spaceNo stays empty')], record: { spaceNo: 'A-01' } },
    });
  });

  it('takes the first of several contexts that has a value, and waits for any of them', () => {
    const fields = {
      ...used,
      plateNo: [
        { context: 'started', key: 'orderNo', field: 'tag' },
        { context: 'plate', key: { device: 'spaceNo' } },
      ],
    };
    const draft = draftOf(mappingWith(fields, differs).map(event(SESSION)));
    const missing = draft.complete(() => undefined);
    expect(missing).toMatchObject({ kind: 'missing', needs: [{ context: 'started' }, { context: 'plate' }] });
    expect(draft.complete(lookupIn({ 'plate A-01 plateNo': '浙B12345' }))).toMatchObject({
      made: { record: { plateNo: '浙B12345' } },
    });
    const both = { 'plate A-01 plateNo': '浙B12345', [`started ${SESSION.orderNo} tag`]: '浙B54321' };
    expect(draft.complete(lookupIn(both))).toMatchObject({ made: { record: { plateNo: '浙B54321' } } });
  });

  it('is wrong where the context’s value is, or the times do not go together', () => {
    const fields = { ...plateByContext, ...used, startTime: { context: 'started', key: 'orderNo' } };
    const draft = draftOf(mappingWith(fields, differs).map(event(SESSION)));
    const key = `started ${SESSION.orderNo} startTime`;
    expect(draft.complete(lookupIn({ [key]: 'soon' }))).toMatchObject({
      kind: 'wrong',
      fault: { field: 'startTime', reason: saying('the context started gives') },
    });
    expect(draft.complete(lookupIn({ [key]: '2026-11-24 10:00:00' }))).toMatchObject({
      kind: 'wrong',
      fault: { field: 'endTime' },
    });
    expect(draft.complete(lookupIn({ [key]: '2026-11-24 09:00:00' }))).toMatchObject({
      made: { record: { startTime: '2026-11-24 09:00:00' } },
    });
  });

  it('may wait for its order number and its device', () => {
    const fields = {
      ...used,
      ...plateByContext,
      orderNo: { context: 'started', key: 'tx', field: 'tag' },
      deviceId: { context: 'plate', key: 'tx', field: 'plateNo' },
    };
    const draft = draftOf(mappingWith(fields, differs).map(event({ ...SESSION, tx: 5 })));
    expect(draft.orderNo).toBeUndefined();
    expect(
      recordOf(mappingWith(fields, differs).map(event({ ...SESSION, tx: 5 })), {
        'started 5 tag': '77',
        'plate 5 plateNo': 'D001',
      }),
    ).toMatchObject({ orderNo: '77', deviceId: 'D001', deviceName: '1号直流桩', spaceNo: 'A-01' });
  });

  it('needs nothing for what a person supplied', () => {
    expect(recordOf(mapping.map(event(NO_PLATE), { plateNo: '浙B12345' })).plateNo).toBe('浙B12345');
  });
});

describe('a context’s message', () => {
  it('is a fact by its key', () => {
    expect(only(mapping.map(event({ plate: '浙B·D12345' }, 'cameras/A-01/plate')))).toEqual({
      kind: 'context',
      fact: { context: 'plate', key: 'A-01', values: { plateNo: '浙BD12345' }, keepMs: 43_200_000 },
    });
  });

  it('has its times, amounts and other values as the wire would have them', () => {
    const said =
      '{"transactionId":12345678901234567890,"at":"2026-11-24T00:00:00Z","idTag":" t ","cost":1550}';
    expect(only(mapping.map(event(said, 'csms/started')))).toMatchObject({
      fact: {
        key: '12345678901234567890',
        values: { startTime: '2026-11-24 08:00:00', tag: 't', cost: '15.50' },
      },
    });
  });

  it.each([
    ['has no key', { at: '2026-11-24T00:00:00Z' }, 'wrong', 'nothing at transactionId'],
    ['has a key that is none', { transactionId: {} }, 'wrong', 'an object'],
    ['has an unreadable value', { transactionId: 1, at: 'x' }, 'wrong', 'no ISO time'],
    ['is no JSON', 'x', 'wrong', 'no JSON'],
  ])('is wrong where it %s', (_what, said, kind, why) => {
    expect(only(mapping.map(event(said, 'csms/started')))).toMatchObject({
      kind,
      source: 'started',
      fault: { reason: saying(why) },
    });
  });

  it('is ignored where it says nothing: an empty space takes no plate away', () => {
    expect(only(mapping.map(event({ plate: '' }, 'cameras/A-01/plate')))).toMatchObject({
      kind: 'ignored',
      source: 'plate',
    });
  });

  it('without a plate says so where it says anything else: what was known before stays in force', () => {
    const seen = mappingWith(plateByContext, {
      contexts: [{ ...PLATE, fields: { plateNo: 'plate', meter: 'meter' } }],
      devices: DEVICES,
    });
    expect(only(seen.map(event({ plate: '无牌车', meter: 5 }, 'cameras/A-01/plate')))).toMatchObject({
      fact: { values: { plateNo: '', meter: 5 } },
    });
  });

  it('may be an event as well: both are told', () => {
    const both = mappingWith(
      { ...plateByContext },
      {
        contexts: [{ ...PLATE, topic: 'piles/{spaceNo}/session/end', fields: { plateNo: 'plateNo' } }],
        devices: DEVICES,
      },
    );
    expect(both.map(event(SESSION)).map(({ kind }) => kind)).toEqual(['draft', 'context']);
    expect(both.map(event('x')).map(({ kind }) => kind)).toEqual(['wrong', 'wrong']);
  });
});

describe('the key of a fact', () => {
  it('of more than 200 characters is told as a mistake', () => {
    const fact = (key: string) =>
      only(
        mapping.map(event({ transactionId: key, idTag: 'x', at: '2026-11-24T08:00:00Z' }, 'csms/started')),
      );
    expect(fact('k'.repeat(200))).toMatchObject({ kind: 'context' });
    expect(fact('k'.repeat(201))).toMatchObject({
      kind: 'wrong',
      fault: { field: 'key', reason: { code: 'context.key-long', params: { length: 201, max: 200 } } },
    });
  });
});
