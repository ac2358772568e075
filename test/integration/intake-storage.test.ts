import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { realMosquitto } from '../support/broker.ts';
import { atEnd, cleanUp } from '../support/cleanup.ts';
import { MAIN, spawnDaemon } from '../support/daemon.ts';
import { makeEvents } from '../support/events.ts';
import { startIndependentGate } from '../support/independent-gate.ts';
import { type Broker, startMosquitto } from '../support/mosquitto.ts';
import { publishAll } from '../support/publish.ts';
import { canShim, type Fault, makeShim } from '../support/shim.ts';
import { TEST_KEY, tempDir, writeConfig } from '../support/tmp.ts';
import { until } from '../support/wait.ts';
import { rowsOf } from './intake-support.ts';

afterAll(cleanUp);

vi.setConfig({ testTimeout: 180_000 });

const EVENTS = 300;
/** The longest time between two probes of storage, milliseconds, and a busy machine's share. */
const PROBED_MS = 5_000 + 10_000;

/** A small disk of its own, or undefined where this user may not mount one; said on stderr. */
function smallDisk(size: string): string | undefined {
  const path = join(tempDir(), 'disk');
  mkdirSync(path);
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=700`, 'tmpfs', path]);
  if (mounted.status !== 0) {
    process.stderr.write('no tmpfs can be mounted here (root only): the test of a full disk is left out\n');
    return undefined;
  }
  atEnd(() => void spawnSync('umount', [path]));
  return path;
}

/** How many acknowledgements of the daemon the broker has read. */
const acknowledged = ({ log }: Broker) =>
  log.filter((line) => line.includes('Received PUBACK from pilegate-')).length;

/** Storage that can be made to fail, and mended. */
interface Trouble {
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  begin(): void;
  end(): void;
  /** What the log names as its code. */
  readonly code: RegExp;
}

/**
 * A daemon whose storage fails while events come: none of them is acknowledged, it says so once, drops the
 * connection, finds out by itself when storage is mended, and then has all of them, each once.
 */
async function survives({ folder, env, begin, end, code }: Trouble): Promise<void> {
  const broker = await startMosquitto();
  const gate = await startIndependentGate(TEST_KEY);
  const outbox = join(folder, 'outbox.db');
  const config = writeConfig(tempDir(), {
    broker,
    gateUrl: gate.url,
    overrides: { outbox: { path: outbox } },
  });
  const daemon = spawnDaemon({ config, env });
  await daemon.ready();
  const [before, during] = [makeEvents({ count: 20 }), makeEvents({ count: EVENTS, seed: 2 })];
  await publishAll(broker.url, before);
  await gate.has(20);
  await until(() => acknowledged(broker) === 20, 'the acknowledgements');
  const settled = () =>
    rowsOf(outbox, "SELECT count(*) AS n FROM records WHERE state = 'delivered'")[0]?.['n'];
  await until(() => settled() === 20, 'the outcomes');

  begin();
  await publishAll(broker.url, during);
  const failed = await daemon.log('storage.failed');
  expect(failed).toMatchObject({ level: 'error', code: expect.stringMatching(code) });
  const lost = await daemon.log('mqtt.disconnected');
  expect(lost['reason']).toBe('an event could not be stored');
  // Long enough for the waits between probes to have grown to their longest.
  const from = performance.now();
  await until(() => performance.now() - from > 9_000, 'nine seconds', 60_000);
  expect(acknowledged(broker)).toBe(20);
  expect(daemon.logged('storage.failed')).toHaveLength(1);
  expect(daemon.logged('mqtt.connected')).toHaveLength(1);

  end();
  const mended = performance.now();
  await daemon.log('storage.recovered', { limitMs: PROBED_MS });
  expect(performance.now() - mended).toBeLessThan(PROBED_MS);
  await gate.has(20 + EVENTS, 60_000);
  await until(() => acknowledged(broker) === 20 + EVENTS, 'all acknowledgements');
  expect(daemon.logged('mqtt.connected')).toHaveLength(2);
  expect([...gate.posts.keys()].toSorted()).toEqual(
    [...before, ...during].map(({ orderNo }) => orderNo).toSorted(),
  );
  expect(gate.repeats).toBe(0);
  expect(daemon.logged('event.received')).toHaveLength(20 + EVENTS);
  expect(await daemon.stop()).toBe(0);
  expect(daemon.stderr()).toBe('');
}

describe.runIf(realMosquitto())('a running daemon whose storage fails', () => {
  it('for want of room keeps nothing, loses nothing, and goes on when there is room', async (context) => {
    const disk = smallDisk('16m');
    if (disk === undefined) return context.skip('no tmpfs can be mounted here');
    const ballast = join(disk, 'ballast');
    await survives({
      folder: disk,
      env: {},
      code: /^SQLITE_(FULL|IOERR)/,
      begin: () => {
        // As much as fits, to the last page.
        for (let size = 1_048_576; size >= 4_096; )
          try {
            writeFileSync(ballast, Buffer.alloc(size), { flag: 'a' });
          } catch {
            size /= 2;
          }
      },
      end: () => rmSync(ballast),
    });
  });

  it.runIf(canShim()).each<[Fault, RegExp]>([
    ['sync EIO', /^SQLITE_IOERR/],
    ['write EROFS', /^SQLITE_(READONLY|IOERR|FULL)/],
  ])('by %s keeps nothing, loses nothing, and goes on when it works again', async (fault, code) => {
    const folder = tempDir();
    const shim = makeShim({ only: 'outbox.db' });
    await survives({
      folder,
      env: shim.env,
      code,
      begin: () => shim.fault(fault),
      end: () => shim.fault(),
    });
  });

  it.runIf(canShim())('is stopped in time, and starts again where storage works', async () => {
    const folder = tempDir();
    const shim = makeShim({ only: 'outbox.db' });
    const broker = await startMosquitto();
    const gate = await startIndependentGate(TEST_KEY);
    const overrides = { outbox: { path: join(folder, 'outbox.db') } };
    const daemon = spawnDaemon({
      config: writeConfig(tempDir(), { broker, gateUrl: gate.url, overrides }),
      env: shim.env,
    });
    await daemon.ready();
    shim.fault('write ENOSPC');
    await publishAll(broker.url, makeEvents({ count: 10 }));
    await daemon.log('storage.failed');
    expect(await daemon.stop()).toBe(0);
    expect(daemon.stderr()).toBe('');
    // While it fails there is nothing to start on: one line says so, and whoever started it tries again.
    await daemon.restart();
    expect(await daemon.exited()).toBe(1);
    expect(daemon.stderr()).toMatch(/^outbox \S+outbox\.db: [^\n]+\n$/);
    shim.fault();
    await daemon.restart();
    await gate.has(10);
    expect(await daemon.stop()).toBe(0);
  });
});

/** What is done to the folder `state`, which holds the outbox. */
const REPLACEMENTS: Readonly<Record<string, (folder: string) => void>> = {
  'is deleted with its journal': (folder) => {
    for (const suffix of ['', '-wal', '-shm']) rmSync(join(folder, `outbox.db${suffix}`));
  },
  'is replaced by an older copy': (folder) => {
    copyFileSync(join(folder, 'outbox.db'), join(folder, 'copy'));
    renameSync(join(folder, 'copy'), join(folder, 'outbox.db'));
  },
  'loses its folder': (folder) => rmSync(folder, { recursive: true }),
};

describe.runIf(realMosquitto())('a running daemon whose outbox', () => {
  it.each(Object.entries(REPLACEMENTS))('%s loses no event that it has acknowledged', async (_, replace) => {
    const folder = join(tempDir(), 'state');
    mkdirSync(folder);
    const broker = await startMosquitto();
    const gate = await startIndependentGate(TEST_KEY);
    const overrides = { outbox: { path: join(folder, 'outbox.db') } };
    const config = writeConfig(tempDir(), { broker, gateUrl: gate.url, overrides });
    const daemon = spawnDaemon({ config });
    await daemon.ready();
    // Undelivered, so that the outbox alone has them.
    gate.answer(500, 'out of order');
    const [before, after] = [makeEvents({ count: 23 }), makeEvents({ count: 7, seed: 2 })];
    await publishAll(broker.url, before);
    await until(() => acknowledged(broker) === 23, 'the acknowledgements');
    replace(folder);
    const said = await daemon.log('outbox.replaced');
    expect(said).toMatchObject({ level: 'error', rescued: true, taken: 23 });
    await daemon.log('storage.recovered');
    await publishAll(broker.url, after);
    await until(() => acknowledged(broker) === 30, 'all acknowledgements');
    // What only a process's memory knows is gone.
    await daemon.kill('SIGKILL');
    gate.answer(undefined);
    await daemon.restart();
    await daemon.ready();
    await gate.has(30, 60_000);
    expect([...gate.posts.keys()].toSorted()).toEqual(
      [...before, ...after].map(({ orderNo }) => orderNo).toSorted(),
    );
    const status = spawnSync(process.execPath, [MAIN, 'status', '--json', '--config', config]);
    expect(JSON.parse(status.stdout.toString())).toMatchObject({
      warnings: expect.arrayContaining([expect.objectContaining({ code: 'outbox-replaced' })]),
    });
    expect(await daemon.stop()).toBe(0);
  });
});
