/**
 * The shape of `sources`, `contexts` and `devices`. What a rule means (paths, topic levels, JSONata) is the
 * mapping's business, which checks it when it compiles.
 */
import { z } from 'zod';
import { issue, keyed, mustBe, section } from './mistakes.ts';
import { amount, duration, flag, oneOf, signedDuration, text, whole } from './values.ts';

const path = text('a path into the event, such as payload.transactionId');
const optional = (what: string) => text(what).exactOptional();

const keyShape = {
  path: path.exactOptional(),
  topic: optional('the name of a level of the topic'),
  const: optional('a fixed value'),
  device: optional('a column of the devices table: name or spaceNo'),
  context: optional('the name of a context'),
  expr: optional('a JSONata expression'),
  time: optional(
    'how a time is written: auto, iso, local, unix-s, unix-ms, or a picture such as yyyy/MM/dd H:mm:ss',
  ),
  unit: optional('the unit of an amount (kWh, Wh, yuan, fen) or of a duration (s, min, h)'),
  scale: optional('what an amount is multiplied by, such as "0.0001"'),
  field: optional('the field of the context'),
};

const RULE = 'a path (text), a mapping such as { topic: deviceId }, or a list of these';

/** A rule of some shape: a path, a mapping, or a list of alternatives of which the first that gives a value counts. */
function ruleOf<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  const one = z.union([path, section(shape, 'where the value comes from')], {
    error: mustBe('a path (text) or a mapping such as { topic: deviceId }'),
  });
  const some = z.array(one).min(1, issue('config.empty', { expected: keyed('at least one rule') }));
  return z.union([one, some], {
    error: ({ input }) =>
      input === undefined ? issue('config.missing', { expected: keyed(RULE) }) : mustBe(RULE),
  });
}

/** A key may be another context's field, whose key is then what the event itself says. */
const key = ruleOf({
  ...keyShape,
  key: ruleOf(keyShape).describe("which of the context's values is meant").exactOptional(),
});

/** One rule. */
const rule = ruleOf({
  ...keyShape,
  key: key.describe("which of the context's values is meant").exactOptional(),
  start: optional('startTime, to which plus is added'),
  plus: ruleOf(keyShape)
    .describe('a duration: seconds unless unit says otherwise, or HH:mm:ss')
    .exactOptional(),
});

const step = z.union(
  [
    text('a step: json, ndjson, form, hex, base64, gzip or ykc'),
    section(
      {
        at: optional('go on with the value at this path'),
        json: optional(
          'decode the value at this path in its place; lenient reads bare NaN and Infinity as null',
        ),
        hex: optional('decode the value at this path in its place'),
        base64: optional('decode the value at this path in its place'),
      },
      'a step with a path',
    ),
  ],
  { error: mustBe('a step such as json, or { at: path }') },
);

const placeholders = z.array(text('a value that is none'), { error: mustBe('a list of texts') });

const where = z
  .record(
    z.string(),
    z.union([z.string(), z.boolean(), z.int()], {
      error: ({ input }) =>
        typeof input === 'number'
          ? issue('config.inexact-number', {})
          : mustBe('text, a whole number, true or false'),
    }),
    { error: mustBe('a mapping such as { eventType: completed } or { expr: "payload.energyUsed > 0" }') },
  )
  .describe('which events are meant; the others are ignored, and counted');

const fields = (what: string) =>
  z.record(z.string(), rule, { error: mustBe('a mapping of field to rule') }).describe(what);

const common = {
  name: text('a name of its own'),
  topic: text('an MQTT topic; {name} is one level and a value, + and # work too'),
  encoding: oneOf(['utf-8', 'gb18030'], 'how the text of the events is encoded').prefault('utf-8'),
  where: where.exactOptional(),
  decode: z
    .array(step, { error: mustBe('a list of steps such as [json]') })
    .describe('the steps from payload to what rules read; json by default')
    .exactOptional(),
};

/** One entry of `sources`. */
export const source = section(
  {
    ...common,
    profile: text('the name of a profile, such as pilegate').exactOptional(),
    fields: fields('a rule for each field of the record').exactOptional(),
    retained: oneOf(['accept', 'ignore'], 'what becomes of retained messages: accept warns').prefault(
      'accept',
    ),
    wait: duration('0s', '30d', 'how long to wait for what is missing before quarantine').prefault('10m'),
    each: text('the path of a list of which each element is a session, or "." for the body').exactOptional(),
    ignore: section(
      {
        energyBelow: amount('sessions of less energy, in kWh, become no record').exactOptional(),
        shorterThan: duration('1s', '1d', 'sessions that are shorter become no record').exactOptional(),
      },
      'which sessions become no record',
    ).exactOptional(),
    shift: signedDuration('15h', "what is added to this source's times, such as -8h").exactOptional(),
    contexts: z
      .record(z.string(), key, { error: mustBe('a mapping of context to its key') })
      .describe('the contexts that expressions may read, each with its key')
      .exactOptional(),
  },
  'a source of events',
);

/** One entry of `contexts`. */
export const context = section(
  {
    ...common,
    key: rule.describe('what tells its values apart, such as the space'),
    fields: fields('a rule for each value to keep'),
    keep: duration('1s', '400d', 'how long a value counts').prefault('12h'),
    late: flag('whether a value that comes after the wait still completes a record').prefault(false),
    ignore: placeholders
      .describe('values that are none; for plates 无牌车, _无_, null and 0 by default')
      .exactOptional(),
    maxRows: whole(1, 1_000_000, 'how many values are kept; the longest unused go first').prefault(20_000),
  },
  'a fact published on other topics',
);

/** `silentAfter`: after how long without an event a device is silent. */
export const silentAfter = duration(
  '10s',
  '400d',
  'how long nothing may come from a device until a warning says so',
);

/** `devices`: what is known about each device, by its id. */
export const devices = z.record(
  z.string(),
  section(
    {
      name: text('its name').exactOptional(),
      spaceNo: text('its space').exactOptional(),
      silentAfter: silentAfter.exactOptional(),
    },
    'a device',
  ),
  { error: mustBe('a mapping of device id to { name, spaceNo }') },
);

/** A list of entries. */
export function list<Entry extends z.ZodType>(entry: Entry, what: string) {
  return z
    .array(entry, {
      error: ({ input }) =>
        input === undefined
          ? issue('config.missing', { expected: keyed(what) })
          : issue('config.not-a-list', { expected: keyed(what) }),
    })
    .describe(what);
}
