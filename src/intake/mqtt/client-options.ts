import { readFileSync } from 'node:fs';
import type { IClientOptions } from 'mqtt';
import { reason } from '../../domain/reason.ts';
import { ReasonFailure } from '../../i18n/reason-failure.ts';
import type { TlsFiles } from './stream.ts';

/** The `mqtt` part of the config, loaded. */
export interface MqttSettings {
  /** The broker's addresses, tried in turn: `mqtt`, `mqtts`, `ws` or `wss`, without a login in them. */
  readonly url: readonly string[];
  readonly clientId: string;
  readonly protocol: 5 | '3.1.1';
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** PEM files: who is trusted instead of the system's authorities, and who we are. */
  readonly tls: {
    readonly ca?: string | undefined;
    readonly cert?: string | undefined;
    readonly key?: string | undefined;
  };
  /** How long the broker keeps events for us while we are away, milliseconds. */
  readonly sessionExpiry: number;
  /** The most events under way at once. */
  readonly receiveMaximum: number;
  /** The retained topic of our state, and of the will; undefined where there is none (`off`). */
  readonly statusTopic: string | undefined;
  /** The group whose members share the sources' events; undefined where there is none. */
  readonly shareGroup?: string | undefined;
  /** Waits between connections: full jitter from `min` up to `max`, milliseconds. */
  readonly reconnect: { readonly min: number; readonly max: number };
  /** A publish larger than this is skipped unread, bytes. */
  readonly maxPacket: number;
}

/** The longest session expiry there is short of "never", seconds (MQTT 5, 3.1.2.11.2). */
const LONGEST_SESSION_S = 0xffff_fffe;

/**
 * The options of MQTT.js for these settings: a persistent session, our own reconnecting, the will.
 * @param will the payload of the last will; undefined for none
 */
export function clientOptions(settings: MqttSettings, will: string | undefined): IClientOptions {
  const { protocol, statusTopic } = settings;
  return {
    clientId: settings.clientId,
    clean: false,
    protocolVersion: protocol === 5 ? 5 : 4,
    ...(settings.username === undefined ? {} : { username: settings.username }),
    ...(settings.password === undefined ? {} : { password: settings.password }),
    ...(protocol === 5
      ? {
          properties: {
            sessionExpiryInterval: Math.min(Math.round(settings.sessionExpiry / 1000), LONGEST_SESSION_S),
            receiveMaximum: settings.receiveMaximum,
          },
        }
      : {}),
    ...(will === undefined || statusTopic === undefined
      ? {}
      : { will: { topic: statusTopic, payload: Buffer.from(will), qos: 1, retain: true } }),
    keepalive: 30,
    connectTimeout: 20_000,
    reconnectPeriod: 0,
    resubscribe: false,
    queueQoSZero: false,
    manualConnect: true,
    // It would keep a buffer for each of 65,536 numbers: 7 MB, on a box that has 512.
    writeCache: false,
    // It would print whole packets, the login among them, wherever DEBUG asks for it, and costs time where not.
    log: () => {},
  };
}

/**
 * The TLS files of these settings, read; none where the address asks for no TLS.
 * @throws Failure (78) where one cannot be read
 */
export function tlsFiles(url: string, { tls }: Pick<MqttSettings, 'tls'>): TlsFiles {
  if (!/^(mqtts|wss):/i.test(url)) return {};
  return {
    ...(tls.ca === undefined ? {} : { ca: pem('mqtt.tls.ca', tls.ca) }),
    ...(tls.cert === undefined ? {} : { cert: pem('mqtt.tls.cert', tls.cert) }),
    ...(tls.key === undefined ? {} : { key: pem('mqtt.tls.key', tls.key) }),
  };
}

function pem(key: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ReasonFailure(reason('tls.unreadable', { key, file, error: why }), 78, {
      cause: error,
    });
  }
}
