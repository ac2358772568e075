import { describe, expect, test } from 'vitest';
import { StationZone } from '../../src/domain/station-time.ts';
import { Day, SLOT_MS } from '../../src/web/history.ts';
import { page, say } from '../../src/web/page/page.ts';
import { news } from '../../src/web/page/pages.ts';
import type { PageView } from '../../src/web/page/view.ts';
import { type Made, makeRecord, makeView, NOW } from '../browser/station.ts';
import { prose } from '../support/prose.ts';

const nothing = { parked: [], quarantined: [], recent: [], lastDelivery: undefined };
const calm: Partial<Made['state']> = {
  records: { waiting: 0, pending: 0, delivered: 9412, parked: 0 },
  quarantine: 0,
  oldestPending: undefined,
};
const since = Date.parse('2026-11-24T16:05:00+08:00');

const whole = (view: PageView, language: 'zh' | 'en' = 'en') => page(view, say(view, language), language);

describe('the verdict', () => {
  test.each<[string, Partial<Made['state']>, string, string, string]>([
    ['good', calm, 'All is well', 'Every record has been delivered.', '一切正常'],
    [
      'good',
      { ...calm, records: { waiting: 0, pending: 3, delivered: 0, parked: 0 }, oldestPending: NOW - 1 },
      'All is well',
      '3 on the way',
      '3 条正在发往道闸平台',
    ],
    [
      'bad',
      { ...calm, gate: { state: 'down', since, reason: prose('connect ECONNREFUSED') } },
      'Something is wrong',
      'The gate is unreachable since 16:05:00',
      '自 16:05:00 起无法连接道闸平台',
    ],
    [
      'bad',
      { ...calm, gate: { state: 'held', since, reason: prose('result 1: 签名错误') } },
      'Something is wrong',
      '签名错误',
      '因设置错误拒收所有记录',
    ],
    ['bad', { ...calm, storage: 'outbox /x: disk full' }, 'Something is wrong', 'disk full', '无法写入存储'],
    [
      'bad',
      { ...calm, mqtt: { connected: false, since } },
      'Something is wrong',
      'Not connected to the broker since 16:05:00',
      '自 16:05:00 起未连接 MQTT 服务器',
    ],
    [
      'warn',
      { ...calm, records: { waiting: 0, pending: 0, delivered: 0, parked: 12 } },
      'Something needs attention',
      'Parked, waiting for a person: 12',
      '等待人工处理的记录：12',
    ],
    ['warn', { ...calm, quarantine: 1234 }, 'Something needs attention', '1\u202f234', '1\u202f234'],
    [
      'warn',
      { ...calm, records: { waiting: 0, pending: 1, delivered: 0, parked: 0 }, oldestPending: since },
      'Something needs attention',
      'waits for the gate since 16:05:00',
      '自 16:05:00 起等待',
    ],
  ])('is %s for %j', (level, state, title, english, chinese) => {
    const view = makeView({ state, rows: nothing });
    expect(say(view, 'en').level).toBe(level);
    expect(say(view, 'en').parts.verdict.text).toContain(title);
    expect(say(view, 'en').parts.verdict.text).toContain(english);
    expect(say(view, 'zh').parts.verdict.text).toContain(chinese);
  });

  test('says of an attempt that does not end what status says', () => {
    const view = makeView({ state: calm, rows: nothing, stuckAttempts: 2 });
    expect(say(view, 'en').level).toBe('bad');
    expect(say(view, 'en').parts.verdict.text).toContain(
      '2 attempt(s) to reach the gate did not end in time',
    );
    expect(say(view, 'zh').parts.verdict.text).toContain('systemctl restart pilegate');
  });

  test('names the worst first, and the command that finds the fault where the config is another one', () => {
    const state = { ...calm, storage: 'disk full', mqtt: { connected: false, since }, quarantine: 1 };
    const { text } = say(makeView({ state, settings: { configFile: '/srv/my station.yaml' } }), 'en').parts
      .verdict;
    expect(text.indexOf('disk full')).toBeLessThan(text.indexOf('Not connected'));
    expect(text.indexOf('Not connected')).toBeLessThan(text.indexOf('quarantine'));
    expect(text).toContain('<code>pilegate --config &#39;/srv/my station.yaml&#39; doctor</code>');
  });
});

describe('what waits for a person', () => {
  const rows = (over: Partial<Made['rows']>) => say(makeView({ rows: { ...nothing, ...over } }), 'en').parts;

  test('has the very command that helps', () => {
    const { text } = say(makeView(), 'en').parts.people;
    expect(text).toContain('<code>pilegate records retry 2026112400008588</code>');
    expect(text).toContain('<code>pilegate quarantine replay 17 --set plateNo=</code>');
    expect(say(makeView(), 'zh').parts.people.text).toContain('在末尾填写 plateNo：');
  });

  test.each([
    ['conflict', '', 'quarantine show 3</code>'],
    ['conflict', 'power', 'quarantine show 3</code>'],
    ['unmappable', '', 'quarantine replay 3</code>'],
    ['unmappable', 'endTime', 'quarantine replay 3 --set endTime=</code>'],
    ['expired', 'plateNo', 'quarantine replay 3 --set plateNo=</code>'],
  ] as const)('an event of kind %s with field %j is helped by %s', (kind, field, command) => {
    const event = { id: 3, kind, receivedAt: NOW, orderNo: '1', topic: 't', field, reason: 'why' };
    expect(rows({ quarantined: [event] }).people.text).toContain(command);
  });

  test('says how many more there are, and how to list them', () => {
    const state = { records: { waiting: 0, pending: 0, delivered: 0, parked: 40 } };
    const { text } = say(makeView({ state }), 'en').parts.people;
    expect(text).toContain('and 39 more: <code>pilegate records list --state parked</code>');
  });

  test('is not there where nobody is needed', () => {
    expect(rows({}).people.text).toBe('');
  });

  test('an order number that would be an option, or is too long to paste, gets a command that works', () => {
    const [dashed, long] = ['-rf', '9'.repeat(100)].map(
      (orderNo) => rows({ parked: [makeRecord(1, { orderNo })] }).people.text,
    );
    expect(dashed).toContain('<code>pilegate records retry -- -rf</code>');
    expect(long).toContain('<code>pilegate records list --state parked</code>');
  });
});

describe('plates', () => {
  const view = (showPlates: boolean) => {
    const record = makeRecord(1_000, {
      record: { plateNo: '浙BD12345', deviceId: 'D1' },
      state: 'parked',
      lastError: prose('车牌 浙BD12345 不存在'),
    });
    const quarantined = [
      {
        id: 1,
        kind: 'conflict' as const,
        receivedAt: NOW,
        orderNo: '1',
        topic: 'cam/浙BD12345',
        field: '',
        reason: 'it gave plateNo "浙BD12345"',
      },
    ];
    const gate = { state: 'held' as const, since, reason: prose('浙BD12345 未授权') };
    return makeView({
      settings: { showPlates },
      state: { gate },
      rows: { recent: [record], parked: [record], quarantined },
    });
  };

  test('are masked wherever they stand', () => {
    expect(whole(view(false))).not.toContain('浙BD12345');
    expect(whole(view(false)).match(/浙B·\*\*\*45/g)).toHaveLength(7);
  });

  test('are whole where the config shows them', () => {
    expect(whole(view(true)).match(/浙BD12345/g)).toHaveLength(7);
  });
});

test.each([
  '</script><script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  '</style><style>*{display:none}',
  '<!--',
  '&lt;b&gt;<b>',
  '<a href="javascript:alert(1)">',
])('nothing from an event, the gate or the config becomes part of the page: %s', (text) => {
  const record = {
    ...makeRecord(1),
    orderNo: text,
    record: { plateNo: text, deviceId: text },
    lastError: prose(text),
  };
  const recent = (['waiting', 'pending', 'delivered', 'parked'] as const).map((state) => ({
    ...record,
    state,
  }));
  const about = { orderNo: text, topic: text, field: text, reason: text };
  const event = { id: 1, kind: 'expired' as const, receivedAt: NOW, ...about };
  const html = whole(
    makeView({
      settings: { station: { id: text, name: text }, configFile: text, version: text, showPlates: true },
      state: { gate: { state: 'held', since, reason: prose(text) }, storage: text },
      rows: { recent, parked: [record], quarantined: [event], lastDelivery: NOW },
    }),
  );
  const clean = tagsOf(whole(makeView()));
  for (const tag of tagsOf(html)) expect(clean).toContain(tag);
  expect(html).not.toContain(text);
});

/** The kinds of tags in a page, each with the names of its attributes. */
function tagsOf(html: string): Set<string> {
  const tags = html.matchAll(/<(!?[\w-]+)((?:\s+[\w-]+(?:="[^"<>]*")?)*)\s*\/?>/g);
  const all = [...tags].map(
    ([, name, attributes = '']) => `${name} ${attributes.replace(/="[^"]*"/g, '').trim()}`,
  );
  expect(html.match(/</g)?.length).toBe((html.match(/<\/[\w-]+>/g)?.length ?? 0) + all.length);
  return new Set(all);
}

describe('the size', () => {
  test('is below 60 KB with everything in it, also on the worst of days', () => {
    const day = new Day();
    for (let at = NOW - 24 * 3_600_000, monotonic = 0; at < NOW; at += SLOT_MS / 2, monotonic += 5_000) {
      const odd = monotonic % 20_000 === 0;
      day.look(at, monotonic, { gate: odd ? 'down' : 'held', broker: odd, pending: odd ? 1_000_000 : 3 });
      for (let count = 0; count < 50; count += 1) day.delivered(at, 10 ** (count % 8));
    }
    const long = {
      orderNo: '9'.repeat(64),
      record: { plateNo: '浙'.repeat(64), deviceId: '桩'.repeat(64) },
      lastError: prose('错'.repeat(500)),
    };
    const records = Array.from({ length: 20 }, (_, index) =>
      makeRecord(index, { ...long, state: 'pending', nextAt: NOW }),
    );
    const event = {
      id: 1,
      kind: 'unmappable' as const,
      receivedAt: NOW,
      orderNo: '9'.repeat(64),
      topic: '题'.repeat(500),
      field: 'endTime',
      reason: '错'.repeat(500),
    };
    const rows = {
      recent: records,
      parked: records.slice(0, 5),
      quarantined: Array.from({ length: 5 }, () => event),
    };
    const state = {
      gate: { state: 'held' as const, since, reason: prose('错'.repeat(500)) },
      storage: '错'.repeat(500),
    };
    for (const language of ['zh', 'en'] as const) {
      expect(Buffer.byteLength(whole(makeView({ day, rows, state }), language))).toBeLessThan(60_000);
      expect(Buffer.byteLength(whole(makeView(), language))).toBeLessThan(35_000);
    }
  });
});

describe('the day', () => {
  const hour = (text: string) => Date.parse(`2026-11-24T${text}+08:00`);

  test('is the 24 hours of the station that end with this one, told in figures too', () => {
    const day = new Day();
    day.look(hour('15:10:00'), 0, { gate: 'down', broker: true, pending: 9 });
    day.look(hour('15:10:04'), 4_000, { gate: 'down', broker: true, pending: 4 });
    for (let count = 0; count < 3; count += 1) day.delivered(hour('15:59:59'), 200);
    day.delivered(hour('16:00:00'), 65_000);
    day.delivered(hour('16:00:00') - 86_400_000, 1);
    const { hours, day: drawn } = say(makeView({ day }), 'en').parts;
    expect(hours.text).toContain(
      '<th scope="row">15:00–16:00</th><td>3</td><td>9</td><td>0.2 s</td><td>0.2 s</td><td>unreachable 4 s</td><td>✓</td>',
    );
    expect(hours.text).toContain('<th scope="row">16:00–17:00</th><td>1</td>');
    expect(hours.text.match(/<tr>/g)).toHaveLength(3);
    expect(drawn.text).toContain('4 in all, 3 in the best hour');
    expect(drawn.text).toContain('in trouble for 4 s: 15:10–15:15');
  });

  test('of a station in Nepal is that of its own clock', () => {
    const zone = new StationZone('Asia/Kathmandu');
    const day = new Day();
    day.delivered(NOW, 100);
    expect(say(makeView({ day, settings: { zone } }), 'en').parts.hours.text).toContain(
      '<th scope="row">14:00–15:00</th><td>1</td>',
    );
  });

  test('of a daemon that never ran is empty, and drawn all the same', () => {
    const { day, hours } = say(makeView({ day: new Day() }), 'en').parts;
    expect(day.text).toContain('nothing delivered');
    expect(hours.text).not.toContain('<td>');
  });
});

describe('news', () => {
  test('hold only what changed, and nothing where nothing did', () => {
    const [before, same] = [say(makeView(), 'en'), say(makeView(), 'en')];
    const after = say(makeView({ rows: { recent: [] } }), 'en');
    expect(news(same, before)).toBeUndefined();
    expect(Object.keys(JSON.parse(news(after, before) ?? '').parts)).toEqual(['recent']);
    expect(Object.keys(JSON.parse(news(before, undefined) ?? '').parts)).toHaveLength(6);
    expect(news(after, before)).not.toContain('\n');
  });
});

test('lists say so where the outbox cannot be read', () => {
  expect(whole({ ...makeView(), rows: undefined })).toContain('The outbox cannot be read at the moment');
});
