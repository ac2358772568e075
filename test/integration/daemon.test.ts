import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import Database from 'better-sqlite3';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { atEnd, cleanUp, owned } from '../support/cleanup.ts';
import { spawnDaemon } from '../support/daemon.ts';
import { makeEvents } from '../support/events.ts';
import { freePort } from '../support/port.ts';
import { publishAll } from '../support/publish.ts';
import { tempDir, writeConfig } from '../support/tmp.ts';
import { until } from '../support/wait.ts';
import { rowsOf, startStation } from './intake-support.ts';

afterAll(cleanUp);

vi.setConfig({ testTimeout: 120_000 });

/** A config whose broker and gate are nowhere. */
async function nowhere(overrides: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const [broker, gate] = [await freePort(), await freePort()];
  return writeConfig(tempDir(), {
    broker: { url: `mqtt://127.0.0.1:${broker}` },
    gateUrl: `http://127.0.0.1:${gate}/`,
    overrides,
  });
}

/** Runs a daemon that ends by itself; gives its exit code and what it said to a person. */
async function endsWith(config: string): Promise<{ code: number | null; said: string }> {
  const daemon = spawnDaemon({ config });
  const code = await daemon.exited(60_000);
  return { code, said: daemon.stderr() };
}

describe('a daemon that cannot run', () => {
  it('for want of a config ends with 78 and says which', async () => {
    const config = join(tempDir(), 'config.yaml');
    const { code, said } = await endsWith(config);
    expect(code).toBe(78);
    expect(said).toBe(
      `cannot read ${config}: there is no such file: put it there, or name another config by --config\n`,
    );
  });

  it('for mistakes in the config, its rules and its secrets ends with 78 and says all of them by line', async () => {
    const config = await nowhere({
      gate: { timeout: 'soon' },
      sources: [{ name: 'end', topic: 'piles/#/end', profile: 'pilegate' }],
      mqtt: { passwordFile: 'nowhere' },
    });
    const { code, said } = await endsWith(config);
    expect(code).toBe(78);
    expect(said).toContain('gate.timeout: "soon" is not allowed');
    expect(said).toContain('sources[0].topic: # stands for all that follows');
    expect(said).toContain('mqtt.passwordFile: cannot read');
    for (const line of said.trim().split('\n')) expect(line).toMatch(/config\.yaml:\d+:\d+: /);
  });

  it('for want of the key ends with 78 and says where it may be', async () => {
    const config = await nowhere();
    rmSync(join(dirname(config), 'gate.key'));
    const { code, said } = await endsWith(config);
    expect(code).toBe(78);
    expect(said).toMatch(/gate\.keyFile: cannot read \S+gate\.key: there is no such file: put it there\n$/);
  });

  // Root may read everything.
  it.runIf(process.getuid?.() !== 0)('for a key that it may not read ends with 78', async () => {
    const config = await nowhere();
    chmodSync(join(dirname(config), 'gate.key'), 0);
    const { code, said } = await endsWith(config);
    expect(code).toBe(78);
    expect(said).toContain('this user may not read it');
  });

  it('for an outbox that cannot be opened ends with 1 and one line', async () => {
    const config = await nowhere();
    mkdirSync(join(dirname(config), 'outbox.db'));
    const { code, said } = await endsWith(config);
    expect(code).toBe(1);
    expect(said).toMatch(/^outbox \S+outbox\.db: [^\n]+\n$/);
  });

  it('for an outbox of a newer version ends with 1 and leaves it alone', async () => {
    const { daemon, config } = await startStation();
    expect(await daemon.stop()).toBe(0);
    const path = join(dirname(config), 'outbox.db');
    const db = new Database(path);
    db.pragma('user_version = 4711');
    db.close();
    const { code, said } = await endsWith(config);
    expect(code).toBe(1);
    expect(said).toMatch(/^outbox \S+ is from a newer pilegate \(outbox version 4711[^\n]+\n$/);
    expect(rowsOf(path, 'PRAGMA user_version')).toEqual([{ user_version: 4711 }]);
  });

  it('for another daemon on the same outbox ends with 1, and the first one works on', async () => {
    const { broker, gate, daemon, config } = await startStation();
    const { code, said } = await endsWith(config);
    expect(code).toBe(1);
    expect(said).toMatch(/^outbox \S+ is in use by another pilegate: stop that one first[^\n]+\n$/);
    await publishAll(broker.url, makeEvents({ count: 1 }));
    await gate.has(1);
    expect(await daemon.stop()).toBe(0);
  });
});

describe('a daemon that runs', () => {
  it('says at start what in the config can hardly be meant, by line', async () => {
    const config = await nowhere({
      contexts: [
        {
          name: 'plate',
          topic: 'cameras/{spaceNo}/plate',
          key: { topic: 'spaceNo' },
          fields: { plateNo: 'plate' },
          keep: '1h',
        },
      ],
    });
    const daemon = spawnDaemon({ config });
    await daemon.log((line) =>
      /config\.yaml:\d+:\d+: contexts\[0\]\.name: no source uses the context/.test(String(line['msg'])),
    );
    expect(await daemon.stop()).toBe(0);
  });

  it('delivers what it has while there is no broker', async () => {
    const { broker, gate, daemon } = await startStation();
    gate.answer(503, 'out of order');
    await publishAll(broker.url, makeEvents({ count: 3 }));
    await daemon.log('gate.down');
    await broker.stop();
    expect(await daemon.stop()).toBe(0);
    gate.answer(undefined);
    await daemon.restart();
    await daemon.log('mqtt.disconnected');
    await until(() => daemon.logged('record.delivered').length === 3, 'the deliveries', 60_000);
    expect(await daemon.stop()).toBe(0);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'stops on %s with the answers under way written down',
    async (signal) => {
      // Answers when it is told to.
      const held: (() => void)[] = [];
      const server = createServer((request, response) => {
        request.resume().on('end', () => held.push(() => void response.end('{"result":0}')));
      }).listen(0, '127.0.0.1');
      await once(server, 'listening');
      atEnd(() => void server.close());
      const address = server.address();
      const port = typeof address === 'object' ? address?.port : undefined;
      const { broker, daemon, rows } = await startStation({
        overrides: { gate: { baseUrl: `http://127.0.0.1:${port}/`, timeout: '60s', concurrency: 1 } },
      });
      await publishAll(broker.url, makeEvents({ count: 5 }));
      await until(() => held.length === 1, 'a post under way');
      await until(() => daemon.logged('event.received').length === 5, 'all events');
      await daemon.kill(signal);
      await daemon.log('daemon.stop');
      for (const answer of held) answer();
      expect(await daemon.exited(10_000)).toBe(0);
      expect(rows('SELECT state, count(*) AS n FROM records GROUP BY state ORDER BY state')).toEqual([
        { state: 'delivered', n: 1 },
        { state: 'pending', n: 4 },
      ]);
      expect(daemon.stderr()).toBe('');
    },
  );

  it('stops in time although the gate does not answer, and leaves those records pending', async () => {
    const server = createServer(() => {}).listen(0, '127.0.0.1');
    await once(server, 'listening');
    atEnd(() => {
      server.closeAllConnections();
      server.close();
    });
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const { broker, daemon, rows } = await startStation({
      overrides: { gate: { baseUrl: `http://127.0.0.1:${port}/`, timeout: '10m' } },
    });
    const posted = once(server, 'request');
    await publishAll(broker.url, makeEvents({ count: 3 }));
    await posted;
    expect(await daemon.stop()).toBe(0);
    expect(rows("SELECT count(*) AS n FROM records WHERE state = 'pending'")).toEqual([{ n: 3 }]);
    // Whatever came of them is in their story.
    const [{ history = '' } = {}] = rows('SELECT history FROM records WHERE attempts > 0');
    expect(String(history)).toContain('unanswered');
  });

  it('stops in time while a connection to the gate is being opened that nobody takes', async () => {
    const port = await deafPort();
    const { broker, daemon } = await startStation({
      overrides: { gate: { baseUrl: `http://127.0.0.1:${port}/`, timeout: '10m' } },
    });
    await publishAll(broker.url, makeEvents({ count: 1 }));
    await daemon.log('event.received');
    expect(await daemon.stop()).toBe(0);
  });

  it('acknowledges what it has before it leaves, so that nothing comes twice', async () => {
    const { broker, gate, daemon, rows } = await startStation();
    const events = makeEvents({ count: 500 });
    const publishing = publishAll(broker.url, events);
    await until(() => gate.posts.size > 0, 'the first delivery');
    expect(await daemon.stop()).toBe(0);
    await publishing;
    await daemon.restart();
    await gate.has(500, 60_000);
    expect(rows('SELECT count(*) AS n FROM records')).toEqual([{ n: 500 }]);
    expect(daemon.logged('event.received')).toHaveLength(500);
    expect(await daemon.stop()).toBe(0);
  });
});

describe('a daemon without a broker', () => {
  it('is stopped in the middle of its tries', async () => {
    const daemon = spawnDaemon({ config: await nowhere() });
    await daemon.log('mqtt.disconnected');
    expect(await daemon.stop()).toBe(0);
  });

  it('is stopped at once after its start, too', async () => {
    const daemon = spawnDaemon({ config: await nowhere() });
    await daemon.log('daemon.start');
    expect(await daemon.stop()).toBe(0);
    expect(daemon.stderr()).toBe('');
  });
});

/** A port where connections are asked for in vain: its owner takes none, and the kernel's queue for it is full. */
async function deafPort(): Promise<number> {
  const script = `const server = require('node:net').createServer();
    server.listen({ host: '127.0.0.1', port: 0, backlog: 1 }, () => {
      require('node:fs').writeSync(1, server.address().port + '\\n');
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    });`;
  const child = owned(spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] }));
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  const port = Number(line);
  const sockets = Array.from({ length: 8 }, () => connect(port, '127.0.0.1').on('error', () => {}));
  atEnd(() => {
    for (const socket of sockets) socket.destroy();
  });
  await once(sockets[0] ?? child, 'connect');
  return port;
}
