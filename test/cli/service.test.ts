import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { attendService } from '../../src/cli/service.ts';
import { makeSnapshot } from '../support/snapshot.ts';
import { tempDir } from '../support/tmp.ts';

describe('the watchdog of the service manager', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it.each([
    ['hears from a daemon without a stuck attempt', 0, 3],
    ['hears from one whose attempt may still end', 59_999, 3],
    ['hears nothing while an attempt has been stuck for a minute', 60_000, 0],
  ])('%s', async (_, stuckForMs, heard) => {
    const file = join(tempDir(), 'notify');
    const fd = openSync(file, 'w');
    const daemon = {
      ready: Promise.resolve(),
      snapshot: () => makeSnapshot(Date.now()),
      touchStorage: () => {},
      stuckForMs: () => stuckForMs,
    };
    const service = attendService(daemon, { PILEGATE_NOTIFY_FD: String(fd), WATCHDOG_USEC: '30000000' });
    await vi.advanceTimersByTimeAsync(30_000);
    service.stopping();
    closeSync(fd);
    expect(readFileSync(file, 'utf8').split('WATCHDOG=1').length - 1).toBe(heard);
  });
});
