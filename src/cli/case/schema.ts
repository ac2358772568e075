/** The shape of a case file; what the values mean together is checked where they are read. */
import { z } from 'zod';
import { issue, mustBe, section } from '../../config/mistakes.ts';
import { list } from '../../config/rules.ts';
import { duration, flag, text, whole } from '../../config/values.ts';
import { publicName, RECORD_FIELDS } from '../../domain/record.ts';

const topic = text('the topic of the message').refine(
  (value) => !/[+#]/.test(value),
  issue('case.wildcard', {}),
);

const message = section(
  {
    topic,
    payload: z.unknown().optional(),
    hex: text('the payload in hexadecimal digits').exactOptional(),
    base64: z.string({ error: mustBe('text: the payload in base64') }).exactOptional(),
    file: text('a file with the payload, relative to the case').exactOptional(),
    at: duration('0s', '4000d', 'when it arrives, after now').exactOptional(),
    retained: flag('whether the broker kept it from before').prefault(false),
    qos: z.union([z.literal(0), z.literal(1), z.literal(2)], { error: mustBe('0, 1 or 2') }).prefault(1),
  },
  'a message: its topic and its payload',
);

/** A value that is expected; as a number or truth value it is compared as it is written. */
const value = z.union([z.string(), z.number(), z.boolean(), z.null()], {
  error: mustBe('a text or a number: the value that the field is expected to have'),
});

/** The names that an expected row may use; each is one more way to say which row is meant. */
function row(names: readonly string[], what: string) {
  const shape = Object.fromEntries(names.map((name) => [name, value.exactOptional()]));
  return section(shape, what);
}

const FIELDS = [...new Set([...RECORD_FIELDS, ...RECORD_FIELDS.map(publicName), 'source', 'topic'])];
const record = row(FIELDS, 'the fields of a record, such as { orderNo: "1" }');
const waiting = row(FIELDS, 'the fields of a record that waits, such as { orderNo: "1" }');
const quarantined = row(
  ['kind', 'field', 'reason', 'orderNo', 'source', 'topic'],
  'an event in quarantine, such as { kind: unmappable, field: endTime }',
);

const expect = section(
  {
    records: list(record, 'the records, in any order').exactOptional(),
    quarantine: list(quarantined, 'the events in quarantine').exactOptional(),
    waiting: list(waiting, 'the records that wait for a context').exactOptional(),
    ignored: whole(0, 1_000_000, 'how many messages are ignored').exactOptional(),
    warnings: list(
      text('the code of a warning, such as end-ahead'),
      'the codes of the warnings',
    ).exactOptional(),
  },
  'what is expected: records, quarantine, waiting, ignored, warnings',
);

/** A case file. */
export const caseSchema = section(
  {
    config: z
      .union([z.string(), z.record(z.string(), z.unknown()), z.null()], {
        error: mustBe('a mapping such as { sources: [...] }, or the path of a config'),
      })
      .optional(),
    now: text("the box's clock, such as 2026-11-29T08:00:00+08:00").exactOptional(),
    messages: list(message, 'the messages, in order'),
    until: duration('0s', '4000d', 'when the result is looked at, after now').exactOptional(),
    expect: expect.exactOptional(),
  },
  'a case: messages and expect',
);

/** A case file, read. */
export type ParsedCase = z.output<typeof caseSchema>;
/** A message of it. */
export type ParsedMessage = ParsedCase['messages'][number];
/** What it expects. */
export type ParsedExpect = NonNullable<ParsedCase['expect']>;
