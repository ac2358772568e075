import { describe, expect, it } from 'vitest';
import { judge } from '../../src/cli/check-event.ts';
import { speechIn } from '../../src/cli/voice.ts';
import { setUp } from '../../src/daemon/setup.ts';
import { englishIn } from '../support/english.ts';
import { tempDir, writeConfig } from '../support/tmp.ts';

const SESSION = {
  orderNo: '2026112408000001',
  plateNo: '浙BD12345',
  startTime: '2026-11-24 08:00:00',
  endTime: '2026-11-24 09:12:30',
  power: 32.15,
};
const TOPIC = 'piles/D001/session/end';

const ENGLISH = await speechIn('en');
const CHINESE = await speechIn('zh');

/** What would become of an event, by a config with these sources and contexts. */
function verdict(
  event: unknown,
  topic = TOPIC,
  overrides: Record<string, unknown> = {},
  lang: 'en' | 'zh' = 'en',
) {
  const broker = { url: 'mqtt://127.0.0.1:1883' };
  const file = writeConfig(tempDir(), { broker, gateUrl: 'http://127.0.0.1:8080/', overrides });
  const payload = Buffer.from(typeof event === 'string' ? event : JSON.stringify(event));
  const explained = setUp(file, {}).mapping.explain({
    topic,
    payload,
    receivedAt: Date.UTC(2026, 10, 24, 2),
  });
  return judge(explained, lang === 'zh' ? CHINESE : ENGLISH);
}

describe('an event', () => {
  it('that becomes a record shows the way of each of its fifteen fields', () => {
    const { good, lines, words, json } = verdict(SESSION);
    expect([good, words]).toEqual([true, 'it becomes a record']);
    expect(lines[0]).toMatch(/^FIELD +VALUE +WAY$/);
    expect(lines).toHaveLength(16);
    expect(lines).toContainEqual(expect.stringMatching(/^deviceId +D001 +topic level/));
    expect(json).toMatchObject({ outcome: 'record', record: { orderNo: SESSION.orderNo, power: '32.15' } });
  });

  it('with an odd plate becomes one all the same, with a warning', () => {
    const { good, words } = verdict({ ...SESSION, plateNo: '62000F9' });
    expect([good, words]).toEqual([true, expect.stringMatching(/^it becomes a record\nwarning: odd plate/)]);
  });

  it.each<[string, unknown, string, RegExp]>([
    [
      'lacks its plate',
      { ...SESSION, plateNo: '' },
      TOPIC,
      /^it becomes no record, .* quarantine: plateNo: /,
    ],
    ['is no JSON', 'end', TOPIC, /^it becomes no record, .* quarantine: the payload is no JSON/],
    ['is of a topic of no source', SESSION, 'cars/1', /quarantine: no source or context takes this topic$/],
  ])('that %s says why it becomes none', (_, event, topic, why) => {
    expect(verdict(event, topic)).toMatchObject({
      good: false,
      words: expect.stringMatching(why),
      json: { outcome: 'wrong' },
    });
  });

  it('that no source wants says which one ignores it', () => {
    const sources = [{ name: 's', topic: TOPIC, profile: 'pilegate', where: { kind: 'end' } }];
    expect(verdict({ ...SESSION, kind: 'start' }, TOPIC, { sources })).toMatchObject({
      good: false,
      words: expect.stringMatching(/^it would be ignored by s: /),
      json: { outcome: 'ignored', source: 's' },
    });
  });

  const contexts = [{ name: 'plate', topic: 'cam/{id}', key: { topic: 'id' }, fields: { plateNo: 'plate' } }];
  const fields = { plateNo: { context: 'plate', key: { topic: 'deviceId' } } };
  const sources = [{ name: 's', topic: 'piles/{deviceId}/session/end', profile: 'pilegate', fields }];

  it('that waits for a context says for what, where that comes from and how long', () => {
    expect(verdict({ ...SESSION, plateNo: undefined }, TOPIC, { sources, contexts })).toMatchObject({
      good: true,
      words: 'it becomes a record with plateNo from the context plate for D001; for that it waits up to 10m',
      json: { outcome: 'waiting', missing: [{ field: 'plateNo', context: 'plate', key: 'D001' }] },
    });
  });

  it('of a context says what it tells', () => {
    expect(verdict({ plate: '浙BD12345' }, 'cam/D001', { sources, contexts })).toMatchObject({
      good: true,
      lines: [],
      words: 'it is stored in the context plate under D001: plateNo 浙BD12345',
      json: { outcome: 'context', values: { plateNo: '浙BD12345' } },
    });
  });

  it.each<[string, unknown, Record<string, unknown>, RegExp]>([
    [
      'a record',
      { ...SESSION, plateNo: '62000F9' },
      {},
      /^将成为一条记录\n警告：车牌异常：首字不是省份简称$/,
    ],
    [
      'no record',
      { ...SESSION, power: '-3' },
      {},
      /^不会成为记录，将进入隔离区（quarantine）：power："-3" 为负数$/,
    ],
    [
      'a record that waits',
      { ...SESSION, plateNo: undefined },
      {
        sources: [
          {
            name: 'a',
            topic: 'piles/{deviceId}/session/end',
            profile: 'pilegate',
            fields: { plateNo: { context: 'plate', key: { topic: 'deviceId' } } },
          },
        ],
        contexts: [
          { name: 'plate', topic: 'cameras/{n}', key: { topic: 'n' }, fields: { plateNo: 'plate' } },
        ],
      },
      /^得到 plateNo（上下文 plate，键 D001） 后成为一条记录，最多等待 10 分$/,
    ],
  ])('is told in Chinese to be %s', (_, event, overrides, zh) => {
    const { words, lines } = verdict(event, TOPIC, overrides, 'zh');
    expect(words).toMatch(zh);
    expect(lines[0]).toMatch(/^字段 +值 +来历$/);
    for (const line of lines) expect(englishIn(line)).toBeUndefined();
  });
});
