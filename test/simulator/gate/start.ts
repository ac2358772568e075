import type { ChargingRecord } from '../../../src/domain/record.ts';
import { type GateOptions, type GateSimulator, startGate } from '../../../src/simulator/gate/gate.ts';
import type { GateEvent } from '../../../src/simulator/gate/reception.ts';
import { record } from '../../gate/record.ts';
import { KEY } from '../../gate/servers.ts';
import { atEnd } from '../../support/cleanup.ts';

/** A gate that ends with the test file, and the requests it tells of. */
export async function gate(
  options: Partial<GateOptions> = {},
): Promise<{ it: GateSimulator; events: GateEvent[] }> {
  const events: GateEvent[] = [];
  const it = await startGate({ key: KEY, onRequest: (event) => events.push(event), ...options });
  atEnd(() => it.close());
  return { it, events };
}

/** A record of this order number. */
export const order = (orderNo: string, changes: Partial<ChargingRecord> = {}) =>
  record({ orderNo, ...changes });
