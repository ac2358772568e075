import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/domain/clock.ts';
import type { Draft, MadeRecord, Mapped } from '../../src/domain/draft.ts';
import type { ContextFact, Fault, InboundEvent, Need } from '../../src/domain/event.ts';
import { reason } from '../../src/domain/reason.ts';
import type { ChargingRecord } from '../../src/domain/record.ts';
import { draftOf, Ingest, type IngestStore } from '../../src/intake/ingest.ts';
import type { Stored } from '../../src/intake/ingest-log.ts';
import type { Arrival } from '../../src/intake/transport.ts';
import { prose } from '../support/prose.ts';
import { said, saying } from '../support/reasons.ts';
import { keptLog } from './support.ts';

class StorageDown extends Error {}

const NEED: Need = {
  field: 'plateNo',
  context: 'plate',
  key: 'A-01',
  contextField: 'plateNo',
  keepMs: 1,
  late: false,
};
const FACT: ContextFact = { context: 'plate', key: 'A-01', values: { plateNo: '浙BD12345' }, keepMs: 1 };
const FAULT: Fault = { field: 'endTime', reason: prose('"soon" is no time') };

// biome-ignore format: a table
const RECORD: ChargingRecord = {
  portName: 'example', parkId: '3302122004', orderNo: '1', plateNo: '浙BD12345', startTime: '2026-11-24 08:00:00',
  endTime: '2026-11-24 09:12:30', stationId: '3302120001', stationName: '示例充电站', deviceId: 'D001', deviceName: 'D001',
  spaceNo: '', power: '32.15', elecMoney: '', serviceMoney: '', totalMoney: '',
};

const MADE: MadeRecord = { record: RECORD, ruled: [], endAt: 0, warnings: [] };
const ACCEPTED: Stored = { kind: 'accepted', id: 7, made: MADE };

const draft = (orderNo = '1'): Draft => ({
  source: 'end',
  orderNo,
  content: '',
  values: { deviceId: 'D001' },
  needs: [],
  waitMs: 0,
  complete: () => ({ kind: 'record', made: MADE }),
});

const message = (topic = 'piles/D001/session/end', differs: Partial<Arrival> = {}): Arrival => ({
  topic,
  payload: Buffer.from('{}'),
  qos: 1,
  retained: false,
  ...differs,
});

type Kept = InboundEvent & { readonly id: number };
const kept = (id: number): Kept => ({ id, topic: `kept/${id}`, payload: Buffer.from('{}'), receivedAt: 0 });
const quarantined = (fault: Fault, differs: Partial<Stored & { kind: 'quarantined' }> = {}): Stored => ({
  kind: 'quarantined',
  id: 3,
  as: 'unmappable',
  fault,
  dropped: [],
  ...differs,
});

/** Arrivals over a store that does as it is told, and what they did. */
function arrive(mapped: readonly Mapped[] | Error, store: Partial<IngestStore<Kept, Kept>> = {}) {
  const { log, lines } = keptLog();
  const counted: string[] = [];
  const ready: number[] = [];
  const raised: string[] = [];
  const noted: string[] = [];
  const inQuarantine: { source: string; fault: Fault; orderNo: string | undefined }[] = [];
  const arrivals = new Ingest<Kept, Kept>({
    mapping: {
      map: () => {
        if (mapped instanceof Error) throw mapped;
        return mapped;
      },
      takerOf: () => 'end',
    },
    store: {
      accept: async () => ACCEPTED,
      acceptAll: async (parts) => parts.map(() => ACCEPTED),
      quarantine: async (_event, source, fault, orderNo) => {
        inQuarantine.push({ source, fault, orderNo });
        return quarantined(fault);
      },
      learn: async () => ({ records: [], quarantined: [] }),
      waiting: kept,
      overdue: () => [],
      complete: async () => ACCEPTED,
      expire: async () => quarantined(FAULT, { as: 'expired' }),
      held: kept,
      replay: async () => ACCEPTED,
      implausible: () => [],
      ...store,
    },
    plausible: { judged: (draft) => draft },
    warnings: { raise: (code, params) => void raised.push([code, ...Object.values(params)].join(' ')) },
    noted: (what) => void noted.push(what),
    heard: () => {},
    say: said,
    storageFault: (error) => error instanceof StorageDown,
    longestWaitMs: 5,
    ready: (id) => void ready.push(id),
    count: (source, result) => void counted.push(`${source} ${result}`),
    sayOnce: (level, key, fields, text) => {
      if (!lines.some((line) => line.fields['key'] === key)) log[level]({ ...fields, key }, text);
    },
    log,
    clock: systemClock,
  });
  return { arrivals, lines, counted, ready, inQuarantine, raised, noted };
}

describe('an event', () => {
  it('that becomes a record is told, counted and handed on', async () => {
    const { arrivals, lines, counted, ready } = arrive([{ kind: 'draft', draft: draft() }]);
    await arrivals.take(message());
    expect(counted).toEqual(['end accepted']);
    expect(ready).toEqual([7]);
    expect(lines).toMatchObject([
      {
        level: 'info',
        fields: { event: 'event.received', orderNo: '1', deviceId: 'D001', plateNo: '浙BD12345' },
      },
    ]);
  });

  it('whose record is odd is warned about', async () => {
    const odd: Stored = { kind: 'accepted', id: 7, made: { ...MADE, warnings: [prose('odd plate')] } };
    const { arrivals, lines } = arrive([{ kind: 'draft', draft: draft() }], { accept: async () => odd });
    await arrivals.take(message());
    expect(lines.slice(1)).toMatchObject([{ level: 'warn', message: 'odd plate', fields: { orderNo: '1' } }]);
  });

  it('that waits says what for', async () => {
    const waiting: Stored = { kind: 'waiting', needs: [NEED] };
    const { arrivals, lines, counted, ready } = arrive([{ kind: 'draft', draft: draft() }], {
      accept: async () => waiting,
    });
    await arrivals.take(message());
    expect(counted).toEqual(['end waiting']);
    expect(ready).toEqual([]);
    expect(lines[0]?.fields).toMatchObject({
      event: 'event.waiting',
      orderNo: '1',
      deviceId: 'D001',
      missing: [{ field: 'plateNo', context: 'plate', key: 'A-01' }],
    });
  });

  it('that is known already is worth a debug line and a count', async () => {
    const { arrivals, lines, counted } = arrive([{ kind: 'draft', draft: draft() }], {
      accept: async () => ({ kind: 'duplicate', state: 'delivered' }),
    });
    await arrivals.take(message());
    expect(counted).toEqual(['end duplicate']);
    expect(lines).toMatchObject([
      { level: 'debug', fields: { event: 'event.duplicate', state: 'delivered' } },
    ]);
  });

  it('that contradicts a record is a conflict', async () => {
    const { arrivals, lines, counted } = arrive([{ kind: 'draft', draft: draft() }], {
      accept: async () => quarantined({ field: 'power', reason: prose('differs') }, { as: 'conflict' }),
    });
    await arrivals.take(message());
    expect(counted).toEqual(['end conflict']);
    expect(lines).toMatchObject([
      {
        level: 'warn',
        fields: { event: 'event.conflict', orderNo: '1', field: 'power', reason: 'differs', quarantineId: 3 },
      },
    ]);
  });

  it('that cannot be a record goes to quarantine with the field and the reason, and the order number if it has one', async () => {
    const { arrivals, lines, counted, inQuarantine } = arrive([
      { kind: 'wrong', source: 'end', fault: FAULT, orderNo: '1' },
    ]);
    await arrivals.take(message());
    await arrivals.take(message());
    expect(inQuarantine[0]).toEqual({ source: 'end', fault: FAULT, orderNo: '1' });
    expect(counted).toEqual(['end quarantined', 'end quarantined']);
    // A session is told each time.
    expect(lines.map(({ fields }) => [fields.event, fields['field']])).toEqual([
      ['event.quarantined', 'endTime'],
      ['event.quarantined', 'endTime'],
    ]);
  });

  it('that is junk is told once for its topic, and very long topics together', async () => {
    const { arrivals, lines, counted } = arrive([{ kind: 'wrong', source: 'end', fault: FAULT }]);
    for (const topic of ['a', 'a', 'b', 'x'.repeat(300), 'y'.repeat(300)])
      await arrivals.take(message(topic));
    expect(lines.map(({ fields }) => fields['topic'])).toEqual(['a', 'b', `${'x'.repeat(200)}…`]);
    expect(counted).toHaveLength(5);
  });

  it('that pushes another out of quarantine says so as an error', async () => {
    const { arrivals, lines } = arrive([{ kind: 'wrong', source: 'end', fault: FAULT }], {
      quarantine: async (_event, _source, fault) =>
        quarantined(fault, { dropped: [{ id: 1, topic: 'old', kind: 'unmappable' }] }),
    });
    await arrivals.take(message());
    expect(lines[1]).toMatchObject({ level: 'error', fields: { quarantineId: 1, topic: 'old' } });
  });

  it('that is not for us is counted and forgotten', async () => {
    const { arrivals, counted, inQuarantine } = arrive([
      { kind: 'ignored', source: 'end', reason: prose('where') },
    ]);
    await arrivals.take(message());
    expect(counted).toEqual(['end ignored']);
    expect(inQuarantine).toEqual([]);
  });

  it('that several take is told of each, and is not there before all of them are', async () => {
    const learned = Promise.withResolvers<{ records: number[]; quarantined: number[] }>();
    const { arrivals, counted } = arrive(
      [
        { kind: 'draft', draft: draft() },
        { kind: 'context', fact: FACT },
      ],
      { learn: () => learned.promise },
    );
    let there = false;
    const taken = arrivals.take(message()).then(() => {
      there = true;
    });
    await new Promise(setImmediate);
    expect([there, counted]).toEqual([false, ['end accepted']]);
    learned.resolve({ records: [], quarantined: [] });
    await taken;
  });
});

describe('published at QoS 0', () => {
  it('an event is taken, counted and warned about with its topic', async () => {
    const { arrivals, ready, raised, noted } = arrive([{ kind: 'draft', draft: draft() }]);
    for (const topic of ['a', 'a', 'b']) await arrivals.take(message(topic, { qos: 0 }));
    expect(ready).toEqual([7, 7, 7]);
    expect(raised).toEqual(['events-qos0 a', 'events-qos0 a', 'events-qos0 b']);
    expect(noted).toEqual(['qos0', 'qos0', 'qos0']);
  });

  it('a retained event, which the broker keeps, is warned about as retained only', async () => {
    const { arrivals, raised } = arrive([{ kind: 'draft', draft: draft() }]);
    await arrivals.take(message('a', { qos: 0, retained: true }));
    expect(raised).toEqual(['events-retained a']);
  });
});

describe('a message that was skipped unread', () => {
  const skipped = { payloadBytes: 200_000_000, packetBytes: 200_000_030, limit: 2_097_152, digest: 'ab' };

  it('is kept in quarantine with its topic and size, and is an error in the log', async () => {
    const { arrivals, lines, counted, inQuarantine } = arrive([]);
    await arrivals.take(message('piles/D001/session/end', { payload: Buffer.alloc(0), skipped }));
    expect(inQuarantine).toMatchObject([
      {
        source: 'end',
        fault: { reason: reason('event.too-large', { bytes: 200_000_030, limit: 2_097_152 }) },
      },
    ]);
    expect(counted).toEqual(['end quarantined']);
    expect(lines.find(({ level }) => level === 'error')?.fields).toMatchObject({
      event: 'event.quarantined',
      topic: 'piles/D001/session/end',
      bytes: 200_000_000,
    });
  });

  it('is not acknowledged where storage fails', async () => {
    const { arrivals } = arrive([], { quarantine: () => Promise.reject(new StorageDown()) });
    await expect(arrivals.take(message('a', { skipped }))).rejects.toThrow(StorageDown);
  });
});

describe('where storage fails', () => {
  const down = async (): Promise<never> => {
    throw new StorageDown('disk full');
  };

  it.each<[string, readonly Mapped[]]>([
    ['a record', [{ kind: 'draft', draft: draft() }]],
    ['a fact', [{ kind: 'context', fact: FACT }]],
    ['junk', [{ kind: 'wrong', source: 'end', fault: FAULT }]],
    [
      'a record and a fact',
      [
        { kind: 'draft', draft: draft() },
        { kind: 'context', fact: FACT },
      ],
    ],
  ])('%s is not taken, and nothing is told', async (_what, mapped) => {
    const { arrivals, lines, counted } = arrive(mapped, { accept: down, learn: down, quarantine: down });
    await expect(arrivals.take(message())).rejects.toThrow(StorageDown);
    expect([lines, counted]).toEqual([[], []]);
  });

  it('a fact is not taken while what waited for it is not complete', async () => {
    const { arrivals } = arrive(
      [
        { kind: 'context', fact: FACT },
        { kind: 'draft', draft: draft() },
      ],
      {
        learn: async () => ({ records: [1], quarantined: [] }),
        complete: down,
      },
    );
    await expect(arrivals.take(message())).rejects.toThrow(StorageDown);
  });

  it('no wait is ended', async () => {
    const { arrivals, lines } = arrive([{ kind: 'draft', draft: draft() }], {
      overdue: () => [kept(1)],
      expire: down,
    });
    await expect(arrivals.endWaits()).rejects.toThrow(StorageDown);
    expect(lines).toEqual([]);
  });
});

describe('a defect of ours', () => {
  const defect = new TypeError('x is not a function');
  const broken = async (): Promise<never> => {
    throw defect;
  };
  const told = {
    level: 'error',
    message: expect.stringContaining('a defect of pilegate'),
    fields: { err: defect },
  };

  it('in mapping puts the event into quarantine: unacknowledged, it would come for ever', async () => {
    const { arrivals, lines, inQuarantine } = arrive(defect);
    await arrivals.take(message());
    expect(inQuarantine).toMatchObject([
      { fault: { reason: saying('a defect of pilegate: x is not a function') } },
    ]);
    expect(lines[0]).toMatchObject(told);
  });

  it('in storing does too, under the source that took it', async () => {
    const { arrivals, lines, inQuarantine, counted } = arrive([{ kind: 'draft', draft: draft() }], {
      accept: broken,
    });
    await arrivals.take(message());
    expect(inQuarantine).toMatchObject([{ source: 'end', orderNo: '1' }]);
    expect(counted).toEqual(['end quarantined']);
    expect(lines[0]).toMatchObject(told);
  });

  it('in keeping a fact does too, under no source', async () => {
    const { arrivals, inQuarantine, counted } = arrive([{ kind: 'context', fact: FACT }], { learn: broken });
    await arrivals.take(message());
    expect(inQuarantine).toMatchObject([{ source: '', orderNo: undefined }]);
    expect(counted).toEqual([' quarantined']);
  });

  it('in keeping what is wrong anyway does not lose its order number', async () => {
    let tries = 0;
    const { arrivals, inQuarantine } = arrive(
      [{ kind: 'wrong', source: 'end', fault: FAULT, orderNo: '5' }],
      {
        acceptAll: async (parts) => parts.map(() => ACCEPTED),
        quarantine: async (_event, source, fault, orderNo) => {
          tries += 1;
          if (tries === 1) throw defect;
          inQuarantine.push({ source, fault, orderNo });
          return quarantined(fault);
        },
      },
    );
    await arrivals.take(message());
    expect(inQuarantine).toMatchObject([{ source: 'end', orderNo: '5' }]);
  });

  it('in one waiting event does not keep a fact from the others', async () => {
    const { arrivals, lines, ready } = arrive(
      [
        { kind: 'context', fact: FACT },
        { kind: 'draft', draft: draft() },
      ],
      {
        learn: async () => ({ records: [1, 2], quarantined: [] }),
        complete: async ({ id }) => {
          if (id === 1) throw defect;
          return ACCEPTED;
        },
      },
    );
    await arrivals.take(message());
    // One of its own, and the second of those that waited.
    expect(ready).toEqual([7, 7]);
    expect(lines.filter(({ level }) => level === 'error')).toMatchObject([told]);
  });

  it('in an overdue event ends its wait all the same', async () => {
    const given: (Draft | Fault)[] = [];
    const { arrivals, counted } = arrive([{ kind: 'draft', draft: draft() }], {
      overdue: () => [kept(1)],
      expire: async (_waiting, from) => {
        given.push(from);
        if ('complete' in from) throw defect;
        return quarantined(from);
      },
    });
    await arrivals.endWaits();
    expect(given[1]).toEqual({ field: '', reason: saying('a defect of pilegate: x is not a function') });
    expect(counted).toEqual([' quarantined']);
  });
});

describe('a fact', () => {
  it('completes what waited for it, and late what has expired', async () => {
    const mapped: Mapped[] = [
      { kind: 'context', fact: FACT },
      { kind: 'draft', draft: draft() },
    ];
    const looked: string[] = [];
    const { arrivals, ready } = arrive(mapped, {
      learn: async (fact, graceMs) => {
        looked.push(`${fact.context} +${graceMs}`);
        return { records: [1, 2, 3], quarantined: [4, 5] };
      },
      waiting: (id) => (id === 2 ? undefined : kept(id)),
      complete: async ({ id }) => {
        looked.push(`record ${id}`);
        return id === 3 ? { kind: 'gone' } : ACCEPTED;
      },
      held: (id) => (id === 5 ? undefined : kept(id)),
      replay: async ({ id }) => {
        looked.push(`quarantined ${id}`);
        return ACCEPTED;
      },
    });
    await arrivals.take(message());
    expect(looked).toEqual(['plate +5', 'record 1', 'record 3', 'quarantined 4']);
    expect(ready).toEqual([7, 7, 7]);
  });

  it("leaves alone what is no session any more by today's config", async () => {
    const looked: number[] = [];
    const { arrivals } = arrive([{ kind: 'context', fact: FACT }], {
      learn: async () => ({ records: [1], quarantined: [2] }),
      complete: async ({ id }) => {
        looked.push(id);
        return ACCEPTED;
      },
      replay: async ({ id }) => {
        looked.push(id);
        return ACCEPTED;
      },
    });
    await arrivals.take(message());
    expect(looked).toEqual([]);
  });

  it('tells nothing of those that still wait', async () => {
    const { arrivals, lines, counted } = arrive(
      [
        { kind: 'context', fact: FACT },
        { kind: 'draft', draft: draft() },
      ],
      {
        accept: async () => ({ kind: 'duplicate', state: 'waiting' }),
        learn: async () => ({ records: [1], quarantined: [] }),
        complete: async () => ({ kind: 'waiting', needs: [NEED] }),
      },
    );
    await arrivals.take(message());
    expect(counted).toEqual(['end duplicate']);
    expect(lines.filter(({ level }) => level !== 'debug')).toEqual([]);
  });
});

describe('waits that are over', () => {
  it('end with the order number, the field and the reason; more of them are told to be there', async () => {
    const overdue = Array.from({ length: 200 }, (_, id) => kept(id));
    const { arrivals, lines, counted } = arrive([{ kind: 'draft', draft: draft('77') }], {
      overdue: (limit) => overdue.splice(0, limit),
    });
    expect(await arrivals.endWaits()).toBe(true);
    expect(await arrivals.endWaits()).toBe(false);
    expect(counted).toHaveLength(200);
    expect(lines[0]).toMatchObject({
      level: 'warn',
      fields: {
        event: 'event.quarantined',
        kind: 'expired',
        orderNo: '77',
        field: 'endTime',
        reason: said(FAULT.reason),
      },
    });
  });

  it('end as records where they became complete at the last moment', async () => {
    const { arrivals, ready, counted } = arrive([{ kind: 'draft', draft: draft() }], {
      overdue: () => [kept(1)],
      expire: async () => ACCEPTED,
    });
    await arrivals.endWaits();
    expect([ready, counted]).toEqual([[7], ['end accepted']]);
  });
});

describe("today's config", () => {
  it('makes a draft of an event that some context takes too', () => {
    const mine = draft();
    expect(
      draftOf([
        { kind: 'context', fact: FACT },
        { kind: 'draft', draft: mine },
      ]),
    ).toBe(mine);
  });

  it('says why it makes none', () => {
    expect(draftOf([{ kind: 'wrong', source: 'end', fault: FAULT }])).toBe(FAULT);
    expect(draftOf([{ kind: 'ignored', source: 'end', reason: prose('where') }])).toMatchObject({
      reason: saying('makes no record of this event'),
    });
  });
});
