import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Draft } from '../../src/domain/draft.ts';
import type { InboundEvent } from '../../src/domain/event.ts';
import type { Mapping } from '../../src/mapping/compile.ts';
import { event, mappingOf } from '../mapping/support.ts';
import { DAY, endWaits, HOUR, openRig, type Rig } from './fixture.ts';

/** The recipe for OCPP calls and replies, as the case has it. */
const RECIPE = fileURLToPath(new URL('../cases/ocpp-call-reply.yaml', import.meta.url));
const START =
  '[2,"a1","StartTransaction",{"idTag":"浙BD12345","meterStart":13000,"timestamp":"2026-11-24T00:00:00Z"}]';
const REPLY = '[3,"a1",{"transactionId":77}]';
const STOP =
  '[2,"a2","StopTransaction",{"transactionId":77,"meterStop":45150,"timestamp":"2026-11-24T01:12:30Z"}]';

function recipe(): Mapping {
  const { config } = parse(readFileSync(RECIPE, 'utf8')) as { config: Parameters<typeof mappingOf>[0] };
  const contexts = (config?.contexts ?? []).map((context) => ({ ...context, keep: 2 * DAY }));
  return mappingOf({ ...config, contexts });
}

function draftOf(mapping: Mapping, of: InboundEvent): Draft {
  const [draft] = mapping.map(of).flatMap((one) => (one.kind === 'draft' ? [one.draft] : []));
  if (draft === undefined) throw new Error('the message is no session');
  return draft;
}

/** Takes a message as intake does: its session, its facts, and the records that these complete. */
async function take({ outbox, clock }: Rig, mapping: Mapping, payload: string, topic: string): Promise<void> {
  const arrived = { ...event(payload, topic), receivedAt: clock.now() };
  for (const mapped of mapping.map(arrived)) {
    if (mapped.kind === 'draft') await outbox.accept(arrived, mapped.draft);
    if (mapped.kind !== 'context') continue;
    const { records } = await outbox.learn(mapped.fact, HOUR);
    for (const one of records.flatMap((id) => outbox.waiting(id) ?? []))
      await outbox.complete(one, draftOf(mapping, one));
  }
}

it.each([
  ['the reply last', [STOP, START, REPLY]],
  ['the call last', [STOP, REPLY, START]],
  ['the stop last', [REPLY, START, STOP]],
])('a stop finds its call through the reply over a restart after each message: %s', async (_, payloads) => {
  let rig = openRig();
  for (const payload of payloads) {
    await take(rig, recipe(), payload, payload === REPLY ? 'ocpp/CP1/reply' : 'ocpp/CP1/call');
    rig.outbox.close();
    rig = rig.again();
  }
  expect(rig.outbox.ready('newest-first', 9)).toMatchObject([
    {
      orderNo: '77',
      record: { plateNo: '浙BD12345', startTime: '2026-11-24 08:00:00', power: '32.15', deviceId: 'CP1' },
    },
  ]);
  expect(rig.column('SELECT count(*) FROM needs')).toEqual([0]);
});

it('a stop whose call never comes is kept, with the key that the reply gave', async () => {
  const rig = openRig();
  const mapping = recipe();
  await take(rig, mapping, STOP, 'ocpp/CP1/call');
  await take(rig, mapping, REPLY, 'ocpp/CP1/reply');
  expect(rig.column('SELECT context, key FROM needs ORDER BY context')).toEqual(['call', 'reply']);
  rig.clock.pass(11 * 60_000);
  const stop = { ...event(STOP, 'ocpp/CP1/call'), receivedAt: rig.clock.now() };
  await endWaits(rig, draftOf(mapping, stop));
  expect(rig.column('SELECT kind FROM quarantine')).toEqual(['expired']);
});
