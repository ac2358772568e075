import { ErrorWithSubackPacket, type MqttClient } from 'mqtt';

/** What the broker said to one subscription. */
export interface Grant {
  readonly filter: string;
  /** Why it is not what we need, in plain words; undefined where all is well. */
  readonly fault: string | undefined;
}

/** Reason codes of SUBACK (MQTT 5, 3.9.3) in plain words. */
const REFUSALS: Readonly<Record<number, string>> = {
  128: 'the broker refuses it',
  135: 'this login may not subscribe to it (the broker says not authorized): mend its access rules',
  143: 'the broker does not take this topic filter',
  151: 'the broker has no quota left for us',
  158: 'the broker does not support shared subscriptions: leave mqtt.shareGroup away',
  162: 'the broker does not support wildcards in topic filters',
};

/** Subscribes to each filter at QoS 1, and says how each went. Rejects only where the connection is lost. */
export function subscribeAll(client: MqttClient, filters: readonly string[]): Promise<Grant[]> {
  return Promise.all(
    filters.map(async (filter): Promise<Grant> => {
      try {
        // rh 1: retained messages come with a new subscription only, not at every reconnect.
        const granted = await client.subscribeAsync(filter, {
          qos: 1,
          rh: filter.startsWith('$share/') ? 0 : 1,
        });
        return { filter, fault: faultOf(granted[0]?.qos ?? 1) };
      } catch (error) {
        const codes = error instanceof ErrorWithSubackPacket ? error.packet.granted : undefined;
        const code = Array.isArray(codes) ? codes[0] : undefined;
        if (typeof code !== 'number') throw error;
        return { filter, fault: faultOf(code) };
      }
    }),
  );
}

function faultOf(code: number): string | undefined {
  if (code === 1 || code === 2) return undefined;
  if (code === 0)
    return 'the broker grants QoS 0 only: events on it would be lost with the connection; allow QoS 1';
  return REFUSALS[code] ?? `the broker refuses it (reason code ${code})`;
}
