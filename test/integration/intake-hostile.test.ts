import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { seeded } from '../../src/simulator/piles-session.ts';
import { cleanUp } from '../support/cleanup.ts';
import { makeEvents } from '../support/events.ts';
import { freePort } from '../support/port.ts';
import { type Message, publishAll } from '../support/publish.ts';
import { until } from '../support/wait.ts';
import { startStation } from './intake-support.ts';

afterAll(cleanUp);

vi.setConfig({ testTimeout: 240_000 });

const TOPIC = 'piles/D001/session/end';
const random = seeded(Number(process.env['PILEGATE_SEED'] ?? 20_261_124));

const bytes = (length: number) => Uint8Array.from({ length }, () => Math.floor(random() * 256));
const good = (extra: string) =>
  `{"orderNo":"${Math.floor(random() * 1e15)}","plateNo":"浙BD12345","startTime":"2026-11-24 08:00:00","endTime":"2026-11-24 09:12:30",${extra}}`;

/** What a broken or hostile publisher may send, none of it a session. */
const JUNK: Readonly<Record<string, string | Uint8Array>> = {
  'nothing at all': '',
  blanks: '   \n\t ',
  'a NUL': '\0',
  NULs: new Uint8Array(1_000),
  'a few random bytes': bytes(20),
  'many random bytes': bytes(50_000),
  'more than a MiB': bytes(1_500_000),
  'no UTF-8': Uint8Array.of(0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d),
  'half a character': Buffer.from(good('"x":"浙')).subarray(0, -1),
  'UTF-16': Buffer.from(good('"x":1'), 'utf16le'),
  'half an object': '{"orderNo":"1","plateNo":',
  'a list': '[1,2,3]',
  'a number': '42',
  null: 'null',
  'a text': '"session"',
  'lists in lists': '['.repeat(100_000),
  'closed lists in lists': '['.repeat(50_000) + ']'.repeat(50_000),
  'objects in objects': '{"a":'.repeat(50_000),
  'an empty object': '{}',
  'a list as the order': good('"orderNo":[1]'),
  'an object as the plate': good('"plateNo":{"toString":"x"}'),
  'a prototype as the order': good('"orderNo":{"__proto__":{"x":1}}'),
  'an order of blanks': good('"orderNo":"   "'),
  'an order with a NUL in it': good('"orderNo":"1\\u00002"'),
  'an order with a line break': good('"orderNo":"1\\n2"'),
  'an endless order': good(`"orderNo":"${'9'.repeat(5_000)}"`),
  'a huge power': good('"power":1e308'),
  'an endless power': good(`"power":${'9'.repeat(100_000)}`),
  'a power of words': good('"power":"much"'),
  'a negative amount': good('"totalMoney":-1'),
  'a time of the year zero': good('"startTime":"0000-00-00 00:00:00"'),
  'a time of the past': good('"startTime":"1970-01-01 08:00:00"'),
  'a time far away': good('"endTime":99999999999999999999'),
  'an end before the start': good('"endTime":"2026-11-24 07:00:00"'),
};

/** What looks odd and is a session all the same. */
const SESSIONS: Readonly<Record<string, string>> = {
  'a prototype beside the fields': good('"__proto__":{"plateNo":"none"}'),
  'a constructor beside the fields': good('"constructor":{"prototype":{"plateNo":"none"}}'),
  'a key that is there twice': good('"power":1,"power":2'),
  'a deep value nobody asks for': good(`"x":${'['.repeat(50)}${']'.repeat(50)}`),
  'a number without end as the order, which is text': good('"orderNo":1e999999999'),
  'a huge number nobody asks for': good('"x":1e308'),
};

/** Topics that the filter takes, with odd levels for the device. */
const TOPICS = [
  '',
  ' ',
  '..',
  '__proto__',
  'constructor',
  '"D1"',
  "'; DROP TABLE records; --",
  '浙😀',
  'x'.repeat(30_000),
].map((level) => `piles/${level}/session/end`);

describe('whatever is published', () => {
  it('is kept: sessions as records, everything else in quarantine with the reason; nothing crashes', async () => {
    const { broker, gate, daemon, rows } = await startStation();
    const junk = Object.values(JUNK).map((payload): Message => ({ topic: TOPIC, payload }));
    await publishAll(broker.url, junk);
    const kept = () => Number(rows('SELECT count(*) AS n FROM quarantine')[0]?.['n']);
    await until(() => kept() === junk.length, 'all junk in quarantine', 60_000);
    const reasons = rows('SELECT reason, size FROM quarantine ORDER BY id');
    for (const [at, name] of Object.keys(JUNK).entries()) {
      expect(reasons[at]?.['size'], name).toBe(Buffer.byteLength(Object.values(JUNK)[at] ?? ''));
      expect(reasons[at]?.['reason'], name).not.toMatch(/defect|undefined|\[object/);
      expect(String(reasons[at]?.['reason']).length, name).toBeGreaterThan(10);
    }

    const sessions = Object.values(SESSIONS).map((payload): Message => ({ topic: TOPIC, payload }));
    await publishAll(broker.url, sessions);
    await gate.has(sessions.length);
    for (const [post] of gate.posts.values()) expect(post?.body['plateNo']).toBe('浙BD12345');

    // An odd name of a device is a name; an empty or endless one is not. The embedded broker knows no empty levels.
    const topics = broker.kind === 'aedes' ? TOPICS.slice(1) : TOPICS;
    await publishAll(
      broker.url,
      topics.map((topic) => ({ topic, payload: good('"x":1') })),
    );
    await until(
      () =>
        Number(rows('SELECT count(*) AS n FROM records')[0]?.['n']) + kept() ===
        sessions.length + junk.length + topics.length,
      'every odd topic',
      60_000,
    );
    expect({}).not.toHaveProperty('plateNo');

    const [last] = makeEvents({ count: 1 });
    await publishAll(broker.url, last ? [last] : []);
    await until(() => gate.posts.has(last?.orderNo ?? ''), 'a good event after all that');
    expect(daemon.lines.filter((line) => line['level'] === 'error')).toEqual([]);
    expect(daemon.logged('mqtt.disconnected')).toEqual([]);
    expect(daemon.lines.filter((line) => 'raw' in line)).toEqual([]);
    expect(await daemon.stop()).toBe(0);
    expect(daemon.stderr()).toBe('');
  });

  it('a flood of junk holds no good event up until it is over, and its traces are bounded', async () => {
    // A leak would not fit: the heap of a small box.
    const port = await freePort();
    const { broker, gate, daemon, rows } = await startStation({
      env: { NODE_OPTIONS: '--max-old-space-size=64 --max-semi-space-size=8' },
      overrides: {
        quarantine: { maxRows: 1_000, maxBytes: '256KiB' },
        http: { listen: `127.0.0.1:${port}` },
      },
    });
    // What is dropped leaves a row for a while only, and junk before what names an order: rows do not count the flood.
    const seen = () => quarantinedBy(`http://127.0.0.1:${port}/metrics`);
    const events = makeEvents({ count: GOOD });
    await publishAll(broker.url, flood(1, events));
    await gate.has(GOOD, 180_000);
    await until(async () => (await seen()) >= FLOOD, 'the whole flood', 180_000);
    const settled = () =>
      Number(rows("SELECT count(*) AS n FROM records WHERE state = 'delivered'")[0]?.['n']);
    await until(() => settled() === GOOD, 'all deliveries to be written down');
    const [{ delivered, over } = {}] = rows(
      'SELECT (SELECT max(settled_at) FROM records) AS delivered, max(received_at) AS over FROM quarantine',
    );
    expect(Number(delivered)).toBeLessThan(Number(over));

    const memory = rssOf(daemon.pid);
    await publishAll(broker.url, flood(2));
    await publishAll(broker.url, flood(3));
    await until(async () => (await seen()) >= 3 * FLOOD, 'two more floods', 180_000);
    // Each brings 80 MiB of payload.
    expect(rssOf(daemon.pid) - memory).toBeLessThan(40);
    const [{ open, dropped, size } = {}] = rows(
      "SELECT count(*) FILTER (WHERE state = 'open') AS open, count(*) FILTER (WHERE state = 'dropped') AS dropped, sum(length(payload)) AS size FROM quarantine",
    );
    expect(open).toBeLessThanOrEqual(1_000);
    expect(dropped).toBeLessThanOrEqual(1_000);
    expect(size).toBeLessThanOrEqual(262_144);
    // Junk is told once a topic and then counted; what has an order number, each time.
    expect(daemon.logged('event.quarantined').length).toBeLessThan((3 * FLOOD) / 10);
    console.log(`${memory} MiB after one flood, ${rssOf(daemon.pid)} MiB after three`);
    expect(await daemon.stop()).toBe(0);
    expect(daemon.stderr()).toBe('');
  });
});

const FLOOD = 20_000;
const GOOD = 20;
const FILLING = 'x'.repeat(4_000);

/** Junk, none of it twice; some with an order number. Good events are spread over its first half. */
function* flood(round: number, events: readonly Message[] = []): Generator<Message> {
  const every = Math.floor(FLOOD / 2 / GOOD);
  for (let at = 0; at < FLOOD; at += 1) {
    const topic = `piles/J${at % 300}/session/end`;
    const named = at % 20 === 0 ? `"orderNo":"J${round}-${at}",` : '';
    yield {
      topic,
      payload: at % 2 ? `junk ${round} ${at} ${FILLING}` : `{${named}"at":"${round} ${at} ${FILLING}"}`,
    };
    const event = at % every === 0 ? events[at / every] : undefined;
    if (event !== undefined) yield event;
  }
}

/** How many events a daemon has put into quarantine, by its metrics. */
async function quarantinedBy(metrics: string): Promise<number> {
  const text = await (await fetch(metrics)).text();
  const counts = text.matchAll(/^pilegate_events_total\{[^}]*result="quarantined"[^}]*\} (\d+)$/gm);
  return [...counts].reduce((sum, [, n]) => sum + Number(n), 0);
}

/** The memory a process has now, MiB. */
function rssOf(pid: number): number {
  const [, kib = '0'] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Math.round(Number(kib) / 1024);
}
