import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { startBroker } from '../support/broker.ts';
import { type DaemonProcess, spawnDaemon } from '../support/daemon.ts';
import { makeEvents } from '../support/events.ts';
import { startIndependentGate } from '../support/independent-gate.ts';
import { freePort } from '../support/port.ts';
import { publishAll } from '../support/publish.ts';
import { TEST_KEY, tempDir, writeConfig } from '../support/tmp.ts';
import { until } from '../support/wait.ts';

async function text(url: string): Promise<string> {
  return await (await fetch(url)).text();
}

/** A broker, a gate, and a daemon between them with its page on a port of its own. */
async function station(over: Record<string, unknown> = {}) {
  const [broker, gate, port] = [await startBroker(), await startIndependentGate(TEST_KEY), await freePort()];
  const dir = tempDir();
  const http = { listen: `127.0.0.1:${port}`, ...over };
  const configure = (more: Record<string, unknown> = {}) =>
    writeConfig(dir, { broker, gateUrl: gate.url, overrides: { http: { ...http, ...more } } });
  const config = configure();
  return { broker, gate, port, dir, config, configure, url: `http://127.0.0.1:${port}/` };
}

const isOpen = (daemon: DaemonProcess) => daemon.log((line) => line['msg'] === 'the status page is open');

describe('the status page of a running daemon', () => {
  test('shows the records and the day, masked, in one page, and remembers the day over a restart', async () => {
    const { broker, gate, config, url } = await station();
    const daemon = spawnDaemon({ config });
    await Promise.all([daemon.ready(), isOpen(daemon)]);
    const events = makeEvents({ count: 30 });
    await publishAll(broker.url, events);
    await gate.has(30);
    const page = await until(async () => {
      const seen = await text(url);
      return seen.includes('30 in all, 30 in the best hour') && seen;
    }, 'thirty deliveries on the page');
    for (const { orderNo } of events.slice(-20)) expect(page).toContain(orderNo);
    for (const event of events) expect(page).not.toContain(JSON.parse(String(event.payload)).plateNo);
    expect(page).toContain('Every record has been delivered.');
    expect(page).toContain(`pilegate --config ${config} status`);
    await daemon.restart();
    await Promise.all([daemon.ready(), isOpen(daemon)]);
    expect(await text(url)).toContain('30 in all, 30 in the best hour');
    expect(await daemon.stop()).toBe(0);
  });

  test('a reload moves it to another port, and shows whole plates where the config says so', async () => {
    const { broker, gate, config, configure, url } = await station();
    const daemon = spawnDaemon({ config });
    await Promise.all([daemon.ready(), isOpen(daemon)]);
    const [event] = makeEvents({ count: 1 });
    await publishAll(broker.url, makeEvents({ count: 1 }));
    await gate.has(1);
    const port = await freePort();
    const from = daemon.lines.length;
    configure({ listen: `127.0.0.1:${port}`, showPlates: true });
    await daemon.kill('SIGHUP');
    await daemon.log((line) => line['msg'] === 'the status page is open', { from });
    expect(await text(`http://127.0.0.1:${port}/`)).toContain(JSON.parse(String(event?.payload)).plateNo);
    await expect(fetch(url)).rejects.toThrow();
    await daemon.stop();
  });

  test('says it is ready only while the broker is there, and alive all the same', async () => {
    const { broker, config, url } = await station();
    const daemon = spawnDaemon({ config });
    await Promise.all([daemon.ready(), isOpen(daemon)]);
    expect((await fetch(`${url}readyz`)).status).toBe(200);
    await broker.stop();
    const answer = await until(async () => {
      const seen = await fetch(`${url}readyz`);
      return seen.status === 503 && seen;
    }, 'readyz to see that the broker is gone');
    expect(await answer.json()).toEqual({
      ready: false,
      missing: [expect.stringMatching(/^broker: not connected since 20/)],
    });
    expect((await fetch(`${url}healthz`)).status).toBe(200);
    expect(await text(url)).toContain('Not connected to the broker');
    await daemon.stop();
  });

  test('a port that is taken is told once, keeps no record from the gate, and the page opens once it is free', async () => {
    const { broker, gate, port, config, url } = await station();
    const squatter = createServer().listen(port, '127.0.0.1');
    await once(squatter, 'listening');
    const daemon = spawnDaemon({ config });
    await daemon.ready();
    await publishAll(broker.url, makeEvents({ count: 1 }));
    await gate.has(1);
    const [told, ...more] = daemon.logged((line) => line['level'] === 'error');
    expect(told?.['reason']).toContain(
      `http.listen 127.0.0.1:${port}: another program (or another pilegate) has this port`,
    );
    expect(more).toEqual([]);
    squatter.close();
    await once(squatter, 'close');
    // A reload tries at once; without one it would be within half a minute.
    await daemon.kill('SIGHUP');
    await isOpen(daemon);
    expect((await fetch(url)).status).toBe(200);
    await daemon.stop();
  });

  test('says what is wrong while the outbox is full: on the page, and to whoever asks whether it is ready', async () => {
    const { broker, gate, port, dir, url } = await station();
    gate.answer(503, 'busy');
    const overrides = {
      http: { listen: `127.0.0.1:${port}` },
      outbox: { path: 'outbox.db', maxSize: '1MiB' },
    };
    const daemon = spawnDaemon({ config: writeConfig(dir, { broker, gateUrl: gate.url, overrides }) });
    await Promise.all([daemon.ready(), isOpen(daemon)]);
    const events = makeEvents({ count: 60 }).map((event) => {
      const padded = { ...JSON.parse(String(event.payload)), more: 'x'.repeat(30_000) };
      return { ...event, payload: Buffer.from(JSON.stringify(padded)) };
    });
    await publishAll(broker.url, events);
    await daemon.log('storage.failed');
    const answer = await fetch(`${url}readyz`);
    expect(answer.status).toBe(503);
    expect(await answer.text()).toContain('storage: outbox');
    const page = await text(url);
    expect(page).toContain('Nothing can be stored');
    expect(page).toContain('has reached outbox.maxSize');
    expect((await fetch(`${url}healthz`)).status).toBe(200);
    expect((await text(`${url}metrics`)).match(/^pilegate_records\{state="pending"\} (\d+)$/m)?.[1]).toMatch(
      /^[1-9]/,
    );
    await daemon.stop();
  });
});
