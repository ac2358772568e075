import { expect, it } from 'vitest';
import { DeviceWatch, type WatchedDevices } from '../../src/daemon/device-watch.ts';
import type { Clock } from '../../src/domain/clock.ts';
import { WarningRegistry } from '../../src/domain/warning-registry.ts';
import { HOUR, MINUTE, openRig, type Rig, START } from '../outbox/fixture.ts';
import { atEnd } from '../support/cleanup.ts';
import { logInto, type Said } from '../support/log.ts';

/** Both clocks, moved by hand. */
class HandClock implements Clock {
  wall = START;
  mono = 0;
  now(): number {
    return this.wall;
  }
  monotonic(): number {
    return this.mono;
  }
  pass(ms: number): void {
    this.wall += ms;
    this.mono += ms;
  }
}

function watching(rig: Rig, clock: HandClock, watched: WatchedDevices) {
  const lines: Said[] = [];
  const warnings = new WarningRegistry({
    clock,
    saved: undefined,
    save: () => {},
    began: () => {},
    changed: () => {},
  });
  const watch = new DeviceWatch({
    outbox: rig.outbox,
    clock,
    log: logInto(lines),
    warnings,
    watched: () => watched,
  });
  atEnd(() => watch.stop());
  const said = () => lines.map(({ event, deviceId }) => `${event} ${deviceId}`);
  const silent = () => {
    watch.look();
    return watch.view.silent;
  };
  return { watch, said, silent, codes: () => warnings.list().map(({ code }) => code) };
}

const TABLE = { table: { D001: { silentAfter: 12 * HOUR }, D002: {} }, silentAfter: undefined };

it('names a pile from which nothing came for silentAfter, and says when it is back', () => {
  const clock = new HandClock();
  const { watch, said, silent, codes } = watching(openRig(), clock, TABLE);
  watch.heard('D001');
  watch.heard('D002');
  clock.pass(12 * HOUR - 1);
  expect(silent()).toEqual([]);
  clock.pass(1);
  expect(silent()).toEqual(['D001']);
  expect(codes()).toEqual(['device-silent']);
  watch.heard('D001');
  expect(silent()).toEqual([]);
  expect(codes()).toEqual([]);
  expect(said()).toEqual(['device.silent D001', 'device.back D001']);
});

it('a pile that was never heard of is silent after as long; one that the config does not name, by the time for all', () => {
  const clock = new HandClock();
  const { watch, silent } = watching(openRig(), clock, { ...TABLE, silentAfter: HOUR });
  silent();
  watch.heard('D777');
  clock.pass(HOUR);
  expect(silent()).toEqual(['D002', 'D777']);
  clock.pass(11 * HOUR);
  expect(silent()).toEqual(['D001', 'D002', 'D777']);
  expect(watch.view.total).toBe(3);
});

it('knows after a restart when it last heard of a pile, and waits a minute for what the broker kept', async () => {
  const clock = new HandClock();
  const rig = openRig();
  const first = watching(rig, clock, TABLE);
  first.watch.heard('D001');
  first.watch.stop();
  await rig.outbox.keep(() => {});
  clock.pass(13 * HOUR);
  clock.mono = 5;
  const { watch, silent } = watching(rig, clock, TABLE);
  expect(silent()).toEqual([]);
  clock.pass(MINUTE);
  expect(silent()).toEqual(['D001']);
  expect(watch.ages().find(([id]) => id === 'D001')?.[1]).toBeCloseTo(13 * 3600 + 60, 0);
});

it('a wall clock that is set makes nobody silent, and nobody heard of', () => {
  const clock = new HandClock();
  const { watch, silent } = watching(openRig(), clock, TABLE);
  watch.heard('D001');
  clock.pass(2 * MINUTE);
  clock.wall += 50 * 365 * 24 * HOUR;
  expect(silent()).toEqual([]);
});

it('remembers five hundred piles that the config does not name, and no more', () => {
  const clock = new HandClock();
  const { watch } = watching(openRig(), clock, TABLE);
  for (let n = 0; n < 2_000; n += 1) watch.heard(`X${n}`);
  watch.heard('D001');
  expect(watch.view.total).toBe(502);
});
