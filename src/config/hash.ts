import { createHash } from 'node:crypto';
import { withSecretFiles } from './gate-secrets.ts';
import type { Config } from './loaded.ts';

/**
 * Tells whether two boxes of a fleet run on the same config (16 hex digits of SHA-256): defaults filled in, the order of
 * keys and the places of files left out of account, and so is what differs by its nature from station to station
 * (`station`, `devices`, the gate's car park and account, `mqtt.clientId` and the status topic made of them).
 */
export function configHash({
  station: _,
  devices: __,
  alerts,
  uplink,
  gate,
  mqtt,
  outbox,
  ...common
}: Config): string {
  const { tls: gateTls, ...sharedGate } = commonGate(gate);
  const {
    clientId: _clientId,
    statusTopic: _statusTopic,
    passwordFile: _passwordFile,
    tls: mqttTls,
    ...sharedMqtt
  } = mqtt;
  const { path: _path, ...sharedOutbox } = outbox;
  const tls = [gateTls, mqttTls].map((files) => Object.values(files ?? {}).map((file) => file !== undefined));
  const told = alerts.map(({ to, on }) => ({ to, on }));
  const shared = {
    ...common,
    alerts: told,
    uplink: uplink?.url,
    gate: sharedGate,
    mqtt: sharedMqtt,
    outbox: sharedOutbox,
    tls,
  };
  return createHash('sha256')
    .update(JSON.stringify(ordered(shared)))
    .digest('hex')
    .slice(0, 16);
}

/** The gate without what is a station's own: its car park, its account, the places of its secrets. */
function commonGate(gate: Config['gate']): Pick<Config['gate'], 'tls'> & Readonly<Record<string, unknown>> {
  const fileless = withSecretFiles(gate, () => undefined);
  switch (fileless.dialect) {
    case 'carpark':
      return { ...fileless, parkId: undefined, portName: undefined };
    case 'bolink':
      return { ...fileless, bolink: { ...fileless.bolink, comid: undefined } };
    default:
      return { ...fileless, parkId: undefined };
  }
}

/** The same value with the keys of every object in order. */
function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, ordered(inner)]));
}
