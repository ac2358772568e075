import { type IClientOptions, MqttClient } from 'mqtt';
import { type MqttSettings, tlsFiles } from './client-options.ts';
import { PacketFilter } from './packet-filter.ts';
import { type FilteredStream, openStream } from './stream.ts';

/** A client of MQTT.js and the filter on its stream. */
export interface FilteredClient {
  readonly client: MqttClient;
  readonly filter: PacketFilter;
  /** When the last bytes came, on the clock of `performance.now()`. */
  heardAt(): number;
}

/**
 * Makes a client of MQTT.js that does not connect yet, and whose stream skips publishes that are too large. It serves
 * one connection.
 *
 * MQTT.js 5.16 ends a connection whose PINGRESP does not come within one and a half times the keepalive. On a slow
 * link the answer may stand behind a publish that takes longer than that: while bytes still come, the connection
 * stands, and the broker is pinged at each check.
 * @param url one of the settings' addresses
 * @throws Failure (78) where a TLS file cannot be read
 */
export function filteredClient(url: string, settings: MqttSettings, options: IClientOptions): FilteredClient {
  const filter = new PacketFilter({ limit: settings.maxPacket, protocol: settings.protocol });
  const files = tlsFiles(url, settings);
  let stream: FilteredStream | undefined;
  const client = new MqttClient(() => {
    stream = openStream(url, files, filter);
    return stream;
  }, options);
  const heardAt = () => stream?.heardAt ?? Number.NEGATIVE_INFINITY;
  const timedOut = client.onKeepaliveTimeout.bind(client);
  client.onKeepaliveTimeout = () => {
    const silentMs = performance.now() - heardAt();
    if (silentMs < (options.keepalive ?? 0) * 1000) client.sendPing();
    else timedOut();
  };
  return { client, filter, heardAt };
}
