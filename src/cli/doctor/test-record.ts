import type { Outcome } from '../../domain/outcome.ts';
import type { ChargingRecord, StationIdentity } from '../../domain/record.ts';
import type { StationZone } from '../../domain/station-time.ts';
import { createGateClient } from '../../gate/client.ts';
import type { GateSecrets, GateSettings } from '../../gate/settings.ts';
import { found, type Verdict } from './verdict.ts';

/** The car of every made-up record. */
export const TEST_PLATE = '测A00000';

/** A record that anybody sees is made up: its number says so, its car cannot be, and it costs nothing. */
export function makeTestRecord(identity: StationIdentity, zone: StationZone, now: number): ChargingRecord {
  return {
    ...identity,
    orderNo: `PILEGATE-TEST-${now}`,
    plateNo: TEST_PLATE,
    startTime: zone.local(now - 60_000),
    endTime: zone.local(now),
    deviceId: 'PILEGATE-TEST',
    deviceName: 'pilegate doctor 测试',
    spaceNo: '',
    power: '0.00',
    elecMoney: '0.00',
    serviceMoney: '0.00',
    totalMoney: '0.00',
  };
}

/** Sends it, once. @param account what to compare where the gate does not know us @throws Failure where the settings' TLS files cannot be used */
export async function sendTestRecord(
  record: ChargingRecord,
  settings: GateSettings,
  secrets: GateSecrets,
  version: string,
  zone: StationZone,
  account: string,
): Promise<Verdict> {
  const client = createGateClient(settings, secrets, { version, zone });
  try {
    return outcomeVerdict(await client.send(record), record, account);
  } finally {
    await client.destroy();
  }
}

/** What its end says. */
export function outcomeVerdict(outcome: Outcome, { orderNo }: ChargingRecord, account: string): Verdict {
  const { reason } = outcome;
  if (outcome.kind === 'delivered') return found('green', 'test-record.taken', { orderNo });
  if (outcome.kind !== 'refused') return found('red', 'test-record.failed', { reason });
  if (outcome.means === 'setup') return found('red', 'test-record.refused-setup', { reason, account });
  return found('yellow', 'test-record.refused', { reason });
}
