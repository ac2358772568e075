import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { configSchema } from '../../src/config/schema.ts';
import { type Reason, reason } from '../../src/domain/reason.ts';
import { compileRefusals } from '../../src/gate/reply.ts';
import { sayIn } from '../../src/i18n/catalogue.ts';
import { configKeys } from '../../src/i18n/zh/config-keys.ts';
import { zh } from '../../src/i18n/zh/index.ts';
import { readReply } from '../gate/carpark/reading.ts';
import { REPLIES } from '../gate/replies.ts';
import { englishIn } from '../support/english.ts';

describe('in Chinese', () => {
  it.each(REPLIES.filter(({ kind }) => kind !== 'delivered'))('the reason of $name is said', (reply) => {
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
  });

  it('every key of the config has a description', () => {
    const seen = JSON.stringify(z.toJSONSchema(configSchema, { io: 'input' }));
    const descriptions = [...seen.matchAll(/"description":("(?:[^"\\]|\\.)*")/g)].map(([, json = '""']) =>
      String(JSON.parse(json)),
    );
    expect(descriptions.length).toBeGreaterThan(80);
    expect(descriptions.filter((text) => !Object.hasOwn(configKeys, text))).toEqual([]);
  });

  it.each<[Reason, string]>([
    [
      reason('storage.error', {
        path: '/data/outbox.db',
        lock: undefined,
        error: 'database or disk is full',
        code: 'SQLITE_FULL',
        remedy: 'full',
      }),
      '记录库 /data/outbox.db：数据库或磁盘已满（SQLITE_FULL）：磁盘已满，请清理空间',
    ],
    [reason('rules.topic-no-level', { name: 'x', levels: '' }), '主题中没有 {x} 一级，也没有任何 {name} 级'],
    [reason('prose', { text: 'what version 0.1 stored' }), 'what version 0.1 stored'],
  ])('%j is said as it should be', (why, chinese) => {
    expect(sayIn(zh)(why)).toBe(chinese);
  });
});
