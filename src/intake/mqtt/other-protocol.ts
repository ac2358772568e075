import { type BrokerProbe, probeBroker } from './broker-probe.ts';
import type { MqttSettings } from './client-options.ts';
import { refusal, type Trouble, troubleOf } from './connection-errors.ts';
import { OF_THE_WILL } from './status-topic.ts';

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

/**
 * Probes a broker by all that the daemon does there: login, will, subscriptions, status topic. Where it says no without
 * a reason, a try without the will and one in the other version of MQTT tell why.
 * @param limitMs for each try, milliseconds
 */
export async function probeAsDaemon(
  url: string,
  settings: MqttSettings,
  filters: readonly string[],
  limitMs: number,
): Promise<BrokerProbe> {
  const probe = await probeBroker(url, settings, filters, limitMs, { withStatus: true });
  if (probe.kind !== 'refused' && probe.kind !== 'closed' && probe.kind !== 'failed') return probe;
  const cut =
    probe.kind === 'closed' || (probe.kind === 'failed' && troubleOf(probe.error, settings).cut === true);
  if (
    settings.statusTopic !== undefined &&
    (cut || (probe.kind === 'refused' && OF_THE_WILL.has(probe.code)))
  ) {
    const without = await probeBroker(url, settings, filters, limitMs);
    if (without.kind === 'connected') return { ...without, status: 'will-refused' };
  }
  if (!cut) return probe;
  const fault = await otherProtocol(url, settings, new AbortController().signal);
  return fault?.code === undefined ? probe : { kind: 'refused', code: fault.code };
}

/** Whether a broker that was probed in another version answered in it; a refusal for the version is none. */
export function speaks(probe: BrokerProbe): boolean {
  return probe.kind === 'connected' || (probe.kind === 'refused' && probe.code !== 1 && probe.code !== 132);
}
