import type { BrokerProbe } from '../../intake/mqtt/broker-probe.ts';
import type { MqttSettings } from '../../intake/mqtt/client-options.ts';
import { probeAsDaemon } from '../../intake/mqtt/other-protocol.ts';
import { shellWord } from '../payload.ts';
import { at, endsSoon, linkVerdict, type Peer, wayTo } from './link.ts';
import { placeOf, type Reach, reach } from './tcp.ts';
import { combined, found, problemVerdict, type Verdict } from './verdict.ts';

/** What came of trying the broker; no probe where the way there fails, or the password could not be read. */
export interface BrokerTry {
  readonly peer: Peer;
  readonly reach: Reach;
  readonly probe: BrokerProbe | undefined;
}

/** Tries the way to the broker, the login and the subscriptions. @param settings undefined where its password cannot be read */
export async function tryBroker(
  url: string,
  settings: MqttSettings | undefined,
  filters: readonly string[],
  limitMs: number,
): Promise<BrokerTry> {
  const place = placeOf(url);
  const local = ['127.0.0.1', '::1', 'localhost'].includes(place.host);
  const peer: Peer = {
    ...place,
    peer: 'broker',
    urlKey: 'mqtt.url',
    tlsKey: 'mqtt.tls',
    service: local ? 'systemctl restart mosquitto; journalctl -u mosquitto -n 20' : undefined,
  };
  const way = await reach(place, limitMs);
  const probe =
    way.kind === 'failed' || settings === undefined
      ? undefined
      : await probeAsDaemon(url, settings, filters, limitMs);
  return { peer, reach: way, probe };
}

/**
 * What a try says about the broker, up to the login.
 * @param command tries it with the service's password, where only the service can read that
 */
export function brokerVerdict(
  { peer, reach: way, probe }: BrokerTry,
  settings: Pick<MqttSettings, 'protocol' | 'username' | 'clientId' | 'statusTopic'>,
  now: number,
  command?: string,
): Verdict {
  const place = at(peer);
  if (way.kind === 'failed') return linkVerdict(way.error, peer, way, now);
  if (probe === undefined) return found('yellow', 'broker.password-unread', { place, command });
  switch (probe.kind) {
    case 'connected': {
      const seen = {
        way: wayTo(way, peer),
        user: settings.username,
        protocol: String(settings.protocol),
      };
      return combined([
        found('green', 'broker.connected', seen),
        ...statusFaults(probe.status, settings.statusTopic),
        ...endsSoon(way, peer, now),
      ]);
    }
    case 'refused':
      return refusalVerdict(probe.code, settings, place);
    case 'failed':
      return failureVerdict(probe.error, peer, way, now);
    case 'closed':
      return found('red', 'broker.closed', { place });
    case 'silent':
      return found('red', 'broker.silent', { place });
  }
}

/** Intake goes on without the status topic. */
function statusFaults(
  status: (BrokerProbe & { kind: 'connected' })['status'],
  topic: string | undefined,
): Verdict[] {
  if (topic === undefined || status === undefined || status === 'taken') return [];
  const detail =
    status === 'refused'
      ? 'it refuses, drops or closes the connection for what is published there'
      : 'it refuses a connection whose will is on it';
  return [problemVerdict({ level: 'yellow', code: 'status-topic-refused', params: { topic, detail } })];
}

function failureVerdict(error: unknown, peer: Peer, way: Reach, now: number): Verdict {
  const message = error instanceof Error ? error.message : '';
  // The libraries for websockets and MQTT packets give these errors no code.
  if (/^Unexpected server response: /.test(message))
    return found('red', 'broker.no-websocket', { place: at(peer), error: message });
  if (/^Invalid |^Malformed |packet/i.test(message))
    return found('red', 'broker.not-mqtt', { place: at(peer) });
  return linkVerdict(error, peer, way, now);
}

/** By the reason codes of MQTT 5 (from 128 on) and the return codes of 3.1.1. */
function refusalVerdict(
  code: number,
  { protocol, username, clientId }: Pick<MqttSettings, 'protocol' | 'username' | 'clientId'>,
  place: string,
): Verdict {
  switch (code) {
    case 1:
    case 132: {
      const other = protocol === 5 ? '3.1.1' : '5';
      return found('red', 'broker.protocol', { protocol: String(protocol), other });
    }
    case 4:
    case 5:
    case 134:
    case 135:
      return username === undefined
        ? found('red', 'broker.login-required', {})
        : found('red', 'broker.login-refused', { user: username, word: shellWord(username) });
    case 2:
    case 133:
      return found('yellow', 'broker.client-id-refused', { clientId });
    case 3:
    case 136:
    case 137:
    case 139:
      return found('red', 'broker.unavailable', { place, code });
    case 138:
      return found('red', 'broker.banned', {});
    case 156:
    case 157:
      return found('red', 'broker.moved', {});
    default:
      return found('red', 'broker.refused', { code });
  }
}

/** The command that listens to a topic at the broker; the password is for the person to type. */
export function listenCommand(
  { url: [url = ''], username, tls }: Pick<MqttSettings, 'url' | 'username' | 'tls'>,
  filter: string,
): string {
  const { host, port, tls: encrypted } = placeOf(url);
  if (/^ws/i.test(url)) return 'journalctl -u pilegate -f';
  return [
    `mosquitto_sub -v -h ${shellWord(host)} -p ${port}`,
    ...(encrypted ? [tls.ca === undefined ? '--tls-use-os-certs' : `--cafile ${shellWord(tls.ca)}`] : []),
    ...(username === undefined ? [] : [`-u ${shellWord(username)} -P …`]),
    `-t ${shellWord(filter)}`,
  ].join(' ');
}
