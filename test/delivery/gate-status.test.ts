import { describe, expect, it } from 'vitest';
import { GateStatus } from '../../src/delivery/gate-status.ts';
import type { GateView } from '../../src/domain/delivery.ts';
import { reason } from '../../src/domain/reason.ts';
import { logInto, type Said } from '../support/log.ts';
import { prose } from '../support/prose.ts';

describe('the gate as it is told', () => {
  it('is up before anything was seen', () => {
    const { watch, time } = open();
    time.now = 99_000;
    expect(watch.view).toEqual({ state: 'up', since: 99_000, reason: undefined });
  });

  it('is told on change only, with the length of all the trouble when it is over', () => {
    const { watch, time, said, views } = open();
    watch.look('up', undefined);
    time.pass(1_000);
    watch.look('down', prose('away'));
    time.pass(500);
    watch.look('down', prose('away in other words'));
    time.pass(500);
    watch.look('held', reason('gate.refused', { result: '1', description: '签名错误', about: 'key' }));
    time.pass(2_000);
    watch.look('up', undefined);
    expect(said).toEqual(
      [
        ['warn', { event: 'gate.down', reason: 'away' }],
        [
          'error',
          {
            event: 'gate.held',
            reason: 'the gate refused it with result 1: 签名错误',
            remedy: 'mend the key',
          },
        ],
        ['info', { event: 'gate.up', after: 'held', lastedMs: 3_000 }],
      ].map(([level, fields]) => expect.objectContaining({ level, ...Object(fields) })),
    );
    expect(views.map(({ state, since }) => [state, since])).toEqual([
      ['down', 1_001_000],
      ['held', 1_002_000],
      ['up', 1_004_000],
    ]);
  });

  it('has the reason that was seen last', () => {
    const { watch } = open();
    watch.look('down', prose('away'));
    watch.look('down', prose('still away'));
    expect(watch.view.reason).toEqual(prose('still away'));
  });

  it('keeps its beginning where the wall clock is set meanwhile', () => {
    const { watch, time } = open();
    watch.look('down', prose('away'));
    time.pass(1_000);
    time.now += 86_400_000;
    expect(watch.view.since).toBe(time.now - 1_000);
  });

  it('counts the next trouble from its own beginning', () => {
    const { watch, time, said } = open();
    for (const lasted of [700, 300]) {
      time.pass(10_000);
      watch.look('down', prose('away'));
      time.pass(lasted);
      watch.look('up', undefined);
    }
    expect(said.filter(({ event }) => event === 'gate.up').map(({ lastedMs }) => lastedMs)).toEqual([
      700, 300,
    ]);
    expect(said).toHaveLength(4);
  });

  it('tells a hold again where it is another one, and not where it comes back', () => {
    const { watch, time, said, views } = open();
    watch.look('held', prose('wrong key'));
    const since = watch.view.since;
    time.pass(1_000);
    watch.look('held', prose('wrong park id'));
    expect(watch.view.since).toBe(since);
    watch.look('held', prose('wrong park id'));
    watch.look('held', prose('wrong key'));
    watch.look('down', prose('away'));
    watch.look('held', prose('wrong key'));
    expect(said.map(({ reason }) => reason)).toEqual(['wrong key', 'wrong park id', 'away']);
    expect(views).toHaveLength(5);
  });

  it('tells no more than twenty different things of one trouble', () => {
    const { watch, said } = open();
    for (let n = 0; n < 30; n += 1) watch.look('held', prose(`refused: ${n}`));
    expect(said).toHaveLength(20);
    watch.look('up', undefined);
    watch.look('held', prose('refused: 0'));
    expect(said).toHaveLength(22);
  });

  it('goes on where another watch ended', () => {
    const { watch, time, deps, said } = open();
    watch.look('down', prose('away'));
    time.pass(5_000);
    const next = new GateStatus(deps);
    next.follow(watch);
    expect(next.view).toEqual({ state: 'down', since: 1_000_000, reason: prose('away') });
    next.look('down', prose('away'));
    next.look('up', undefined);
    expect(said.map(({ event, lastedMs }) => [event, lastedMs])).toEqual([
      ['gate.down', undefined],
      ['gate.up', 5_000],
    ]);
  });
});

function open() {
  const time = {
    now: 1_000_000,
    monotonic: 50_000,
    pass(ms: number) {
      this.now += ms;
      this.monotonic += ms;
    },
  };
  const said: Said[] = [];
  const views: GateView[] = [];
  const deps = {
    clock: { now: () => time.now, monotonic: () => time.monotonic },
    log: logInto(said),
    keyRemedy: 'mend the key',
    gateChanged: (view: GateView) => void views.push(view),
  };
  return { watch: new GateStatus(deps), time, deps, said, views };
}
