import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { configSchema } from '../../../src/config/schema.ts';
import { compileRefusals } from '../../../src/gate/reply.ts';
import { sayIn } from '../../../src/i18n/catalogue.ts';
import { configKeys } from '../../../src/i18n/zh/config-keys.ts';
import { zh } from '../../../src/i18n/zh/index.ts';
import { inChinese, SENTENCES, translated } from '../../../src/ops/chinese/chinese.ts';
import { readReply } from '../../gate/carpark/reading.ts';
import { REPLIES } from '../../gate/replies.ts';
import { englishIn } from '../../support/english.ts';
import { literalsOf } from '../../support/literals.ts';

const SRC = fileURLToPath(new URL('../../../src', import.meta.url));

/** Where reasons, mistakes and descriptions are made that people are told in Chinese. */
const MAKERS = ['mapping', 'outbox', 'domain'].flatMap((room) =>
  readdirSync(`${SRC}/${room}`, { recursive: true, encoding: 'utf8' }).map((file) => `${room}/${file}`),
);

/** Files of those rooms that say nothing to a person, or only in the log. */
const SILENT =
  /^(?:mapping\/(?:sandbox-guest|profiles\/\w+)|outbox\/(?:reader\/listing|retention|recovery\/integrity-check))\.ts$/;

/** SQL, and texts for programs. */
const NO_SENTENCE =
  /^\s*(?:SELECT|INSERT|UPDATE|DELETE|WHERE|CREATE|ALTER|PRAGMA|CASE|DROP|VACUUM|WITH|records? (?:INDEXED|SET)|quarantine (?:INDEXED|SET)|(?:contexts|counts|devices) SET|(?:received_at|since|at) = |seen INDEXED|id, |attempts = |next_at = |journal_size_limit|\('records')|^\{\}, topic, |^\(@corrections = |^var module|^application\/json|^allowed is off, env,$|^path name number|^ \$ topic round|^boolean abs floor/;

/** Sentences that no person is shown but in a log: of what is called off on purpose, and of defects. */
const LOGGED = [
  'order {} is known and not known',
  'a defect of pilegate, please report it: an event could not be handled',
  'a message above mqtt.maxPacket was skipped unread: its topic and size are in quarantine',
  'a session was published retained: it comes again with every new subscription, and later ones overwrite it; have it published without retain, or set retained: ignore',
  'published at QoS 0: such events are lost when the connection is; have them published at QoS 1',
];

/** Sentences of the sources, each with its place. */
const SAID = [
  ...MAKERS,
  'gate/dispatcher.ts',
  'daemon/setup.ts',
  'intake/ingest.ts',
  'intake/mqtt/client-options.ts',
]
  .filter((file) => file.endsWith('.ts') && !SILENT.test(file))
  .flatMap((file) =>
    literalsOf(readFileSync(`${SRC}/${file}`, 'utf8')).map(({ text, line }) => ({
      place: `${file}:${line}`,
      text,
    })),
  )
  .filter(({ text }) => text.includes(' ') && wordsIn(text) > 2 && !NO_SENTENCE.test(text))
  .filter(({ text }) => !LOGGED.includes(text));

function wordsIn(text: string): number {
  return text.match(/(?<![\w.])[a-z]+(?![\w.(])/g)?.length ?? 0;
}

describe('what is made in English', () => {
  const known = SENTENCES.map(([english]) => english.replace(/\{[*#]\}/g, '{}'));

  it('is found in the sources', () => {
    expect(SAID.length).toBeGreaterThan(100);
    expect(
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source
      literalsOf('a(`x ${b ? `in ${c}` : "d"} y`); // "no"\nconst r = /[/"]"/;\nf(\'it\\\'s\')'),
    ).toEqual([
      { text: 'in {}', line: 1 },
      { text: 'd', line: 1 },
      { text: 'x {} y', line: 1 },
      { text: "it's", line: 3 },
    ]);
  });

  // Whoever adds a sentence adds its Chinese (src/ops/chinese), or it is only logged and stands in LOGGED.
  it.each(SAID)('$text has its Chinese ($place)', ({ text }) => {
    const whole = translated(text.replaceAll('{}', '7'));
    if (whole !== undefined) return expect(englishIn(whole)).toBeUndefined();
    const parts = text.split('{}').map((one) => one.replace(/^[\s;,]+|\s+$/g, ''));
    const unknown = parts.filter((part) => !known.some((english) => english.includes(part)));
    expect(unknown.filter((part) => wordsIn(part) > 1)).toEqual([]);
  });

  it.each(REPLIES.filter(({ kind }) => kind !== 'delivered'))(
    'as the reason of $name is Chinese',
    (reply) => {
      const body = reply.hex === undefined ? Buffer.from(reply.body ?? '') : Buffer.from(reply.hex, 'hex');
      const outcome = readReply(reply.status, reply.headers ?? {}, body, {
        refusals: compileRefusals([]),
        now: 0,
      });
      const chinese = sayIn(zh)(outcome.reason);
      expect(chinese).toMatch(/^道闸平台/);
      // What the gate says is not ours to translate.
      const said = outcome.kind === 'refused' ? outcome.description.replace(/\s+/g, ' ').trim() : '';
      expect(chinese).toContain(said);
      expect(englishIn(chinese.replace(said, ''))).toBeUndefined();
    },
  );

  it('as a key of the config has a Chinese description', () => {
    const seen = JSON.stringify(z.toJSONSchema(configSchema, { io: 'input' }));
    const descriptions = [...seen.matchAll(/"description":("(?:[^"\\]|\\.)*")/g)].map(([, json = '""']) =>
      String(JSON.parse(json)),
    );
    expect(descriptions.length).toBeGreaterThan(80);
    expect(descriptions.filter((text) => !Object.hasOwn(configKeys, text))).toEqual([]);
  });
});

describe('a sentence in Chinese', () => {
  it.each([
    [
      'nothing supplied plateNo (context plate, key A-01), spaceNo (context lot, key 7) within 600 s of the event',
      '事件到达后 600 秒内没有等到 plateNo（上下文 plate，键 A-01）、spaceNo（上下文 lot，键 7）',
    ],
    [
      'another event of this order came first and stands (delivered): plateNo is "浙BD12345", here "浙BD12346"; power is empty, here "3.20"',
      '同一订单先到的事件有效（已送达）：plateNo 原为 "浙BD12345"，此次为 "浙BD12346"；power 原为 空，此次为 "3.20"',
    ],
    [
      'outbox /data/outbox.db: database or disk is full (SQLITE_FULL): the disk is full: free some space',
      '记录库 /data/outbox.db：数据库或磁盘已满（SQLITE_FULL）：磁盘已满，请清理空间',
    ],
    ["the topic's level {deviceId} is empty", '主题中 {deviceId} 一级为空'],
  ])('of %s', (english, chinese) => {
    expect(inChinese(english)).toBe(chinese);
  });

  it('that is not known is shown as it is, also as a part of one that is', () => {
    expect(inChinese('something new')).toBe('something new');
    expect(translated('something new')).toBeUndefined();
    expect(inChinese('something new; the payload is empty')).toBe('something new; the payload is empty');
    expect(inChinese('')).toBe('');
  });

  it('takes every value of its English along', () => {
    for (const [english, chinese] of SENTENCES) {
      const holes = english.match(/\{[*#]?\}/g)?.length ?? 0;
      const used = new Set(chinese.match(/\{\d\}/g));
      // The place in a JSON text is told by line and column.
      const wanted = english.includes('at position') ? used.size : holes;
      expect([english, used.size, Math.max(0, ...[...used].map((hole) => Number(hole[1])))]).toEqual([
        english,
        wanted,
        english.includes('at position') ? holes : wanted,
      ]);
    }
  });
});
