import type { Outcome } from '../../domain/outcome.ts';
import type { ChargingRecord, StationIdentity } from '../../domain/record.ts';
import type { StationZone } from '../../domain/station-time.ts';
import { createGateClient } from '../../gate/client.ts';
import type { GateSettings } from '../../gate/settings.ts';
import { safe } from '../payload.ts';
import { both, green, type InBoth, red, told, type Verdict, yellow } from './verdict.ts';

/** A record that anybody sees is made up: its number says so, its car cannot be, and it costs nothing. */
export function makeTestRecord(identity: StationIdentity, zone: StationZone, now: number): ChargingRecord {
  return {
    ...identity,
    orderNo: `PILEGATE-TEST-${now}`,
    plateNo: '测A00000',
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

/** What is said before it is sent. */
export function testRecordWarning({ orderNo, plateNo }: ChargingRecord): InBoth {
  return both(
    `a made-up record goes to the gate platform, which may keep it: order ${orderNo}, plate ${plateNo}, no money`,
    `即将向道闸平台发送一条虚构的记录，平台可能会保留：订单 ${orderNo}，车牌 ${plateNo}，金额为零`,
  );
}

/** Sends it, once. @throws Failure where the settings' TLS files cannot be used */
export async function sendTestRecord(
  record: ChargingRecord,
  settings: GateSettings,
  key: string,
  version: string,
  zone: StationZone,
): Promise<Verdict> {
  const client = createGateClient(settings, { key }, { version, zone });
  try {
    return outcomeVerdict(await client.send(record), record);
  } finally {
    await client.destroy();
  }
}

/** What its end says. */
export function outcomeVerdict(outcome: Outcome, { orderNo, parkId, portName }: ChargingRecord): Verdict {
  const { en, zh } = oneLine(told(outcome.reason));
  if (outcome.kind === 'delivered')
    return green(
      both(
        `the gate took the made-up record ${orderNo}: key and park id are right; have the platform remove it`,
        `道闸平台已收下虚构的记录 ${orderNo}：密钥和车场编号正确；请平台删除该记录`,
      ),
    );
  if (outcome.kind === 'refused' && outcome.means !== 'setup')
    return yellow(
      both(
        `the gate read the made-up record and refused it (${en}): key and park id seem right, it may only not know the car`,
        `道闸平台已读取虚构的记录但拒收（${zh}）：密钥和车场编号应当正确，可能只是不认识该车`,
      ),
      both('ask the gate platform where that is not about the car', '若原因与车辆无关，请询问道闸平台'),
    );
  if (outcome.kind === 'refused')
    return red(
      both(`the gate refuses all records of this set-up (${en})`, `道闸平台拒收此设置的所有记录（${zh}）`),
      both(
        `compare the key (gate.keyFile), gate.parkId (now ${parkId}) and gate.portName (now ${portName}) with what the gate platform gave`,
        `请与道闸平台核对密钥（gate.keyFile）、gate.parkId（现为 ${parkId}）和 gate.portName（现为 ${portName}）`,
      ),
    );
  return red(
    both(`the made-up record did not get through (${zh})`, `虚构的记录未能送达（${zh}）`),
    both('see "gate" above', '见上面的“道闸平台”'),
  );
}

function oneLine({ en, zh }: InBoth): InBoth {
  const plain = (text: string) => safe(text.replace(/\s+/g, ' '));
  return both(plain(en), plain(zh));
}
