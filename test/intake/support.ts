import { systemClock } from '../../src/domain/clock.ts';
import type { Log, LogFields } from '../../src/domain/log.ts';
import type { MqttSettings } from '../../src/intake/mqtt/client-options.ts';
import { MqttSubscriber, type MqttSubscriberDeps } from '../../src/intake/mqtt/subscriber.ts';
import type { Arrival } from '../../src/intake/transport.ts';
import { atEnd } from '../support/cleanup.ts';
import type { Broker } from '../support/mosquitto.ts';
import { until } from '../support/wait.ts';

/** One line of a log that is looked at. */
export interface Line {
  readonly level: 'error' | 'warn' | 'info' | 'debug';
  readonly fields: LogFields;
  readonly message: string;
}

/** A log that keeps its lines. */
export function keptLog(): { log: Log; lines: Line[] } {
  const lines: Line[] = [];
  const keep = (level: Line['level']) => (fields: LogFields, message: string) =>
    void lines.push({ level, fields, message });
  const log: Log = {
    error: keep('error'),
    warn: keep('warn'),
    info: keep('info'),
    debug: keep('debug'),
    isLevelEnabled: () => true,
  };
  return { log, lines };
}

/** How a test's settings differ from the config's defaults. */
export type SettingsDiffer = Partial<Omit<MqttSettings, 'url'>> & {
  readonly url?: string | readonly string[];
};

/** Settings for a broker; what is not said is as the config has it. */
export function settingsFor(
  broker: Pick<Broker, 'url' | 'protocol'>,
  { url = broker.url, ...differs }: SettingsDiffer = {},
): MqttSettings {
  return {
    url: typeof url === 'string' ? [url] : url,
    clientId: 'pilegate-test',
    protocol: broker.protocol,
    tls: {},
    sessionExpiry: 3_600_000,
    receiveMaximum: 1_000,
    statusTopic: 'pilegate/test/status',
    reconnect: { min: 100, max: 200 },
    maxPacket: 2 * 1_048_576,
    ...differs,
  };
}

/** An intake under test, and what it did. */
export interface TestIntake {
  readonly intake: MqttSubscriber;
  readonly lines: readonly Line[];
  /** What was taken, as text, in order. */
  readonly taken: readonly string[];
  readonly messages: readonly Arrival[];
  /** The warnings in force, by code. */
  readonly warnings: ReadonlyMap<string, object>;
  /** How often it connected again. */
  readonly reconnects: number;
  /** Whether it is connected now. */
  readonly connected: boolean;
  /** The filters that it remembers of its session. */
  readonly remembered: readonly string[];
  isConnected(): Promise<void>;
  /** The next line, from `from` on, of `event` or with this message. */
  said(what: string, from?: number): Promise<Line>;
}

/** Starts an intake whose waits are short; it is stopped when the test file ends. */
export function startIntake(
  settings: MqttSettings,
  differs: Partial<MqttSubscriberDeps> & { remembered?: readonly string[] } = {},
): TestIntake {
  const { log, lines } = keptLog();
  const messages: Arrival[] = [];
  const warnings = new Map<string, object>();
  let reconnects = 0;
  const taken: string[] = [];
  let connected = false;
  let remembered = differs.remembered ?? [];
  const intake = new MqttSubscriber({
    settings,
    filters: ['piles/+/session/end'],
    memory: {
      read: () => remembered,
      write: async (_url, filters) => {
        remembered = filters;
      },
    },
    receiver: {
      take: async (message) => {
        messages.push(message);
        taken.push(Buffer.from(message.payload).toString());
      },
    },
    reconnected: () => {
      reconnects += 1;
    },
    warnings: {
      raise: (code, params) => void warnings.set(code, params),
      clear: (code) => void warnings.delete(code),
    },
    storage: () => Promise.resolve(),
    state: (as) => JSON.stringify({ connected: as === 'connected' }),
    changed: (now) => {
      connected = now;
    },
    waits: { askAgain: 200 },
    log,
    clock: systemClock,
    random: Math.random,
    ...differs,
  });
  atEnd(() => intake.stop());
  intake.start();
  return {
    intake,
    lines,
    taken,
    messages,
    warnings,
    get reconnects() {
      return reconnects;
    },
    get connected() {
      return connected;
    },
    get remembered() {
      return remembered;
    },
    isConnected: async () => void (await until(() => connected, `a connection; ${JSON.stringify(lines)}`)),
    said: (what, from = 0) =>
      until(
        () => lines.slice(from).find(({ fields, message }) => fields.event === what || message === what),
        `the line ${what}; ${JSON.stringify(lines)}`,
      ),
  };
}
