/** The whole config: every key, what it may be, and its default. */
import { z } from 'zod';
import { reason } from '../domain/reason.ts';
import { alerts, uplink } from './alerts.ts';
import { gate } from './gate.ts';
import { issue, keyed, section, whateverElse } from './mistakes.ts';
import { context, devices, list, silentAfter, source } from './rules.ts';
import { tls } from './tls.ts';
import {
  checked,
  duration,
  flag,
  listen,
  notAllowed,
  oneOf,
  shown,
  size,
  text,
  timeZone,
  urlProblem,
  whole,
} from './values.ts';

const station = section(
  {
    id: text("the station's id, as the gate platform knows it"),
    name: text("the station's name"),
    timeZone: timeZone("the station's time zone").prefault('Asia/Shanghai'),
  },
  'the station',
);

const noWildcard = (value: string) =>
  /[+#]/.test(value) ? reason('config.wildcard', { value: shown(value) }) : undefined;

const brokerUrl = checked("the broker's address", (value) =>
  urlProblem(value, ['mqtt', 'mqtts', 'ws', 'wss'], 'broker'),
);

const reconnect = section(
  {
    min: duration('10ms', '1h', 'the first wait').prefault('500ms'),
    max: duration('10ms', '1h', 'the longest wait').prefault('10s'),
  },
  'how to wait between connections to the broker',
).superRefine(rising, whateverElse);

const mqtt = section(
  {
    url: z
      .union([
        brokerUrl.transform((one) => [one]),
        z.array(brokerUrl).min(1, issue('config.empty', { expected: keyed("the broker's address") })),
      ])
      .describe("the broker's address, or a list of addresses that are tried in turn")
      .prefault('mqtt://127.0.0.1:1883'),
    clientId: text('the name of this adapter at the broker, else pilegate-{stationId}').exactOptional(),
    protocol: z
      .union([z.literal(5), z.literal('5').transform(() => 5 as const), z.literal('3.1.1')], {
        error: ({ input }) => notAllowed(input, 'allowed.protocol', {}),
      })
      .describe("the broker's MQTT version")
      .prefault(5),
    username: text('the user name at the broker').exactOptional(),
    passwordFile: text(
      'a file with the password; leave it out where systemd gives mqtt.password',
    ).exactOptional(),
    tls,
    sessionExpiry: duration(
      '1s',
      '40000d',
      'how long the broker keeps events for us while we are away',
    ).prefault('7d'),
    reconnect: reconnect.prefault({}),
    maxPacket: size(
      '1KiB',
      '256MiB',
      'a larger publish is skipped unread, with a row in quarantine',
    ).prefault('2MiB'),
    receiveMaximum: whole(1, 65_535, 'how many events may be unacknowledged').prefault(1000),
    shareGroup: checked('a name that adapters share, which then share the work', (value) =>
      /[+#/]/.test(value)
        ? reason('config.not-allowed', { value: shown(value), allowed: reason('allowed.group-name', {}) })
        : undefined,
    ).exactOptional(),
    statusTopic: checked(
      'the topic of our state, else pilegate/{stationId}/status; off for none',
      noWildcard,
    ).exactOptional(),
  },
  'the MQTT broker',
).superRefine(({ shareGroup, clientId }, ctx) => {
  if (shareGroup !== undefined && clientId === undefined)
    ctx.addIssue({
      code: 'custom',
      path: ['shareGroup'],
      message: issue('config.needs-client-id', {}),
    });
}, whateverElse);

const factor = z
  .number({ error: ({ input }) => notAllowed(input, 'allowed.factor', {}) })
  .refine((value) => value > 1 && value <= 100, {
    error: ({ input }) => notAllowed(input, 'allowed.factor', {}),
  })
  .describe('by how much each wait is longer than the last');

/** `min` must not be above `max`. */
function rising({ min, max }: { min: unknown; max: unknown }, ctx: z.core.$RefinementCtx): void {
  if (typeof min === 'number' && typeof max === 'number' && min > max)
    ctx.addIssue({ code: 'custom', path: ['min'], message: issue('config.longer-than', { key: 'max' }) });
}

const outage = section(
  {
    min: duration('10ms', '1h', 'the first wait').prefault('1s'),
    max: duration('10ms', '1d', 'the longest wait').prefault('2m'),
    factor: factor.prefault(2),
  },
  'how to wait for a gate that cannot be reached',
).superRefine(rising, whateverElse);

const refused = section(
  {
    min: duration('10ms', '30d', 'the first wait').prefault('1m'),
    max: duration('10ms', '30d', 'the longest wait').prefault('6h'),
    factor: factor.prefault(3),
    attempts: whole(1, 1000, 'how many refusals until the record is parked').prefault(8),
  },
  'when to try a refused record again',
).superRefine(rising, whateverElse);

const plausible = section(
  {
    ahead: duration('0s', '40000d', 'an end this far ahead of its arrival is sent and warned about').prefault(
      '10m',
    ),
    refuseAhead: duration('0s', '40000d', 'an end this far ahead makes no record').prefault('1d'),
    behind: duration('0s', '40000d', 'an end this old at its arrival is sent and warned about').prefault(
      '7d',
    ),
    refuseBehind: duration('0s', '40000d', 'an end this old makes no record').prefault('365d'),
  },
  "how far a session's end may lie from its arrival; nothing is refused while the clock may be wrong",
).superRefine((bounds, ctx) => {
  const { ahead, refuseAhead, behind, refuseBehind } = bounds;
  const isLonger = (one: unknown, other: unknown) =>
    typeof one === 'number' && typeof other === 'number' && one > other;
  if (isLonger(ahead, refuseAhead))
    ctx.addIssue({
      code: 'custom',
      path: ['ahead'],
      message: issue('config.longer-than', { key: 'refuseAhead' }),
    });
  if (isLonger(behind, refuseBehind))
    ctx.addIssue({
      code: 'custom',
      path: ['behind'],
      message: issue('config.longer-than', { key: 'refuseBehind' }),
    });
}, whateverElse);

/** The schema of the config file: what people write in, what the program works with out. */
export const configSchema = section(
  {
    station,
    gate,
    mqtt: mqtt.prefault({}),
    sources: list(source, 'at least one source of events').min(
      1,
      issue('config.empty', { expected: keyed('at least one source of events') }),
    ),
    contexts: list(context, 'facts published on other topics').prefault([]),
    devices: devices.prefault({}),
    silentAfter: silentAfter.exactOptional(),
    plausible: plausible.prefault({}),
    outbox: section(
      {
        path: text('the file of the outbox, else in /var/lib/pilegate or beside the config').exactOptional(),
        keepDelivered: duration('1m', '4000d', 'how long delivered records are kept').prefault('30d'),
        maxSize: size('1MiB', '1024GiB', 'how large the outbox may grow').prefault('2GiB'),
      },
      'the outbox',
    ).prefault({}),
    quarantine: section(
      {
        maxRows: whole(1, 100_000_000, 'how many entries are kept').prefault(100_000),
        maxBytes: size('64KiB', '1024GiB', 'how many bytes of payload are kept').prefault('256MiB'),
      },
      'the quarantine',
    ).prefault({}),
    delivery: section(
      {
        order: oneOf(['newest-first', 'oldest-first'], 'which records go first').prefault('newest-first'),
        outage: outage.prefault({}),
        refusal: refused.prefault({}),
      },
      'delivery',
    ).prefault({}),
    http: section(
      {
        listen: listen('where the status page listens, or off').prefault('127.0.0.1:9640'),
        showPlates: flag('whether the page shows whole plates').prefault(false),
      },
      'the status page',
    ).prefault({}),
    alerts: alerts.prefault([]),
    uplink: uplink.exactOptional(),
    log: section(
      {
        level: oneOf(['error', 'warn', 'info', 'debug', 'trace'], 'how much is logged').prefault('info'),
        format: oneOf(['json', 'pretty', 'auto'], 'how it is written').prefault('auto'),
      },
      'the log',
    ).prefault({}),
  },
  'the config: station, gate, mqtt, sources',
);

/** A config as its file says it, read and checked; paths and defaults that depend on the file still open. */
export type ParsedConfig = z.output<typeof configSchema>;
