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

describe('what is made in English', () => {
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
