import { describe, expect, it } from 'vitest';
import { startGate } from '../../src/simulator/gate/gate.ts';
import { startBroker } from './broker.ts';
import { atEnd } from './cleanup.ts';
import { spawnDaemon } from './daemon.ts';
import { makeEvents } from './events.ts';
import { publishAll } from './publish.ts';
import { TEST_KEY, tempDir, writeConfig } from './tmp.ts';
import { within } from './wait.ts';

describe('a daemon in a process of its own', () => {
  it('is waited for by its log, killed, started again on the same outbox, and stopped', async () => {
    const broker = await startBroker();
    const gate = await startGate({ key: TEST_KEY });
    atEnd(() => gate.close());
    const config = writeConfig(tempDir(), { broker, gateUrl: gate.url });
    const daemon = spawnDaemon({ config });
    await daemon.ready();
    const [first, second] = [makeEvents({ count: 3 }), makeEvents({ count: 3, seed: 2 })];
    await publishAll(broker.url, first);
    await within(gate.waitFor(3), 'three records');

    const { pid } = daemon;
    await daemon.kill('SIGKILL');
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    await expect(daemon.log('record.delivered', { from: daemon.lines.length })).rejects.toThrow(
      'the daemon ended before record.delivered',
    );
    await publishAll(broker.url, second);
    await daemon.restart();
    expect((await daemon.ready())['level']).toBe('info');
    await within(gate.waitFor(6), 'six records');

    expect(await daemon.stop()).toBe(0);
    expect(daemon.logged('daemon.ready')).toHaveLength(2);
    expect(daemon.stderr()).toBe('');
  });

  it('tells what it said instead of what was waited for', async () => {
    const daemon = spawnDaemon({ config: '/nowhere/config.yaml' });
    await expect(daemon.ready()).rejects.toThrow(
      /the daemon ended before daemon.ready[\s\S]*\/nowhere\/config.yaml/,
    );
    expect(await daemon.exited()).toBe(78);
  });
});
