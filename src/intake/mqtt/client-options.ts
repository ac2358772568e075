import { readFileSync } from 'node:fs';
import type { IClientOptions } from 'mqtt';
import { Failure } from '../../domain/failure.ts';

/** The `mqtt` part of the config, loaded. */
export interface MqttSettings {
  /** `mqtt`, `mqtts`, `ws` or `wss`, without a login in it. */
  readonly url: string;
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
  /** The retained topic of our state, and of the will. */
  readonly statusTopic: string;
}

/** The longest session expiry there is short of "never", seconds (MQTT 5, 3.1.2.11.2). */
const LONGEST_SESSION_S = 0xffff_fffe;

/**
 * What MQTT.js is told for these settings: a persistent session, our own reconnecting, the will.
 * @param will the payload of the last will
 * @throws Failure (78) where a TLS file cannot be read
 */
export function clientOptions(settings: MqttSettings, will: string): IClientOptions {
  const { protocol } = settings;
  // MQTT.js would take a certificate as a wish for TLS, whatever the address says.
  const tls = /^(mqtts|wss):/i.test(settings.url) ? settings.tls : {};
  return {
    clientId: settings.clientId,
    clean: false,
    protocolVersion: protocol === 5 ? 5 : 4,
    ...(settings.username === undefined ? {} : { username: settings.username }),
    ...(settings.password === undefined ? {} : { password: settings.password }),
    ...(tls.ca === undefined ? {} : { ca: pem('mqtt.tls.ca', tls.ca) }),
    ...(tls.cert === undefined ? {} : { cert: pem('mqtt.tls.cert', tls.cert) }),
    ...(tls.key === undefined ? {} : { key: pem('mqtt.tls.key', tls.key) }),
    ...(protocol === 5
      ? {
          properties: {
            sessionExpiryInterval: Math.min(Math.round(settings.sessionExpiry / 1000), LONGEST_SESSION_S),
            receiveMaximum: settings.receiveMaximum,
          },
        }
      : {}),
    will: { topic: settings.statusTopic, payload: Buffer.from(will), qos: 1, retain: true },
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

function pem(key: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Failure(`${key}: cannot read ${file}: ${why}: give a PEM file that this user may read`, 78, {
      cause: error,
    });
  }
}
