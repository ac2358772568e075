import type { Outcome } from '../../../src/domain/outcome.ts';
import { StationZone } from '../../../src/domain/station-time.ts';
import { openDialect } from '../../../src/gate/dialects.ts';
import type { Dialect, GateRequest, ReplyHeaders } from '../../../src/gate/port.ts';
import { outcomeOf, type ReplyRules } from '../../../src/gate/reply.ts';
import type { GateSettings } from '../../../src/gate/settings.ts';
import { record, settings } from '../record.ts';

/** The document's dialect with `changes` to its settings. */
export function carpark(changes: Partial<GateSettings<'carpark'>> = {}, key = ''): Dialect {
  const tools = { now: Date.now, zone: new StationZone('Asia/Shanghai'), uuid: () => 'id' };
  return openDialect(settings(changes), { key }, tools);
}

/** A record's request by the settings. */
export function requestFor(sent = record(), by = settings(), key = ''): GateRequest {
  return carpark(by, key).request(sent);
}

/** What a reply comes to by the document's rules. */
export function readReply(
  status: number,
  headers: ReplyHeaders,
  body: Uint8Array,
  rules: ReplyRules,
): Outcome {
  const reply = { status, headers, body };
  return outcomeOf({ kind: 'replied', reply, reading: carpark().read(reply) }, rules);
}
