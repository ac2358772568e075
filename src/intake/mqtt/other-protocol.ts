import { type BrokerProbe, probeBroker } from './broker-probe.ts';
import type { MqttSettings } from './client-options.ts';
import { refusal, type Trouble } from './connection-errors.ts';

/** For the whole try, milliseconds. */
const LIMIT_MS = 5_000;

/**
 * Whether a broker that closes our connection without an answer speaks the other version of MQTT: RabbitMQ 3.10 says
 * nothing to a CONNECT of MQTT 5. Tried by a login of its own, so that no session is touched.
 * @returns what is wrong, undefined where the other version is not answered either
 */
export async function otherProtocol(
  url: string,
  settings: MqttSettings,
  signal: AbortSignal,
): Promise<Trouble | undefined> {
  if (signal.aborted) return undefined;
  const other = settings.protocol === 5 ? '3.1.1' : 5;
  const probe = await probeBroker(url, { ...settings, protocol: other }, [], LIMIT_MS);
  return speaks(probe) ? refusal(1, settings) : undefined;
}

/** Whether a broker that was probed in another version answered in it; a refusal for the version is none. */
export function speaks(probe: BrokerProbe): boolean {
  return probe.kind === 'connected' || (probe.kind === 'refused' && probe.code !== 1 && probe.code !== 132);
}
