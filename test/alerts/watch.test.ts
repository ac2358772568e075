import { expect, it } from 'vitest';
import { AlertWatch, BEGINNINGS_MAX, CAUSE_MS, GRACE_MS } from '../../src/alerts/watch.ts';
import { conditionsOf, LINK_DOWN_MS } from '../../src/domain/alerts.ts';
import type { Problem } from '../../src/domain/health.ts';
import { reason } from '../../src/domain/reason.ts';

const NOW = Date.UTC(2026, 10, 29);
const parked: Problem = { level: 'yellow', code: 'parked', params: { count: 2 } };
const down = (since: number): Problem => ({
  level: 'red',
  code: 'gate-down',
  params: { since, reason: reason('prose', { text: 'refused' }) },
});
const silent: Problem = { level: 'yellow', code: 'device-silent', params: { devices: 'D1, D2', count: 2 } };

function conditions(problems: readonly Problem[], devices: readonly string[] = []) {
  return conditionsOf(problems, devices, NOW);
}

it('says a cause once when it begins and once when it is over', () => {
  const watch = new AlertWatch([], 0);
  const said = (at: number, problems: Problem[]) =>
    watch.look(conditions(problems), NOW + at, at).map(({ alert, state }) => `${alert} ${state}`);
  expect(said(0, [parked])).toEqual(['record.parked begin']);
  expect(said(1000, [parked])).toEqual([]);
  expect(said(GRACE_MS, [])).toEqual(['record.parked end']);
  expect(said(GRACE_MS + 1, [])).toEqual([]);
});

it('says at most one beginning a minute of a cause that comes and goes, and its end at once', () => {
  const watch = new AlertWatch([], -GRACE_MS);
  const said: string[] = [];
  for (let at = 0; at <= 10 * CAUSE_MS; at += 5_000) {
    const here = (at / 5_000) % 2 === 0;
    for (const { state } of watch.look(here ? conditions([parked]) : [], NOW + at, at)) said.push(state);
  }
  expect(said.filter((state) => state === 'begin')).toHaveLength(11);
  expect(said).toEqual(said.map((_, n) => (n % 2 === 0 ? 'begin' : 'end')));
});

it('says what still holds once its minute is over', () => {
  const watch = new AlertWatch([], -GRACE_MS);
  watch.look(conditions([parked]), NOW, 0);
  watch.look([], NOW, 1);
  expect(watch.look(conditions([parked]), NOW, 2)).toEqual([]);
  expect(watch.look(conditions([parked]), NOW, CAUSE_MS)).toMatchObject([{ state: 'begin' }]);
});

it('says at most fifteen beginnings a minute in all, and every end', () => {
  const devices = Array.from({ length: 40 }, (_, n) => `D${n}`);
  const watch = new AlertWatch([], -GRACE_MS);
  expect(watch.look(conditions([silent], devices), NOW, 0)).toHaveLength(BEGINNINGS_MAX);
  expect(watch.look(conditions([silent], devices), NOW, 30_000)).toHaveLength(0);
  expect(watch.look(conditions([silent], devices), NOW, CAUSE_MS)).toHaveLength(BEGINNINGS_MAX);
  expect(watch.look([], NOW, CAUSE_MS + 1).filter(({ state }) => state === 'end')).toHaveLength(30);
});

it('each silent pile is a cause of its own', () => {
  const watch = new AlertWatch([], -GRACE_MS);
  expect(watch.look(conditions([silent], ['D1', 'D2']), NOW, 0)).toMatchObject([
    { device: 'D1', problem: { params: { devices: 'D1', count: 1 } } },
    { device: 'D2' },
  ]);
  expect(watch.look(conditions([silent], ['D2']), NOW, 1)).toMatchObject([{ device: 'D1', state: 'end' }]);
});

it('a gate that is down is told after ten minutes, with the time since when', () => {
  expect(conditions([down(NOW - LINK_DOWN_MS + 1)])).toEqual([]);
  expect(conditions([down(NOW - LINK_DOWN_MS)])).toMatchObject([
    { alert: 'gate.down', since: NOW - LINK_DOWN_MS },
  ]);
});

it('what an earlier process said is not said again, and is over only after a start has settled', () => {
  const first = new AlertWatch([], 0);
  first.look(conditions([parked]), NOW, 0);
  const watch = new AlertWatch(first.begun, 0);
  expect(watch.look(conditions([parked]), NOW, 1)).toEqual([]);
  expect(watch.look([], NOW, 2)).toEqual([]);
  expect(watch.look([], NOW, GRACE_MS)).toMatchObject([{ alert: 'record.parked', state: 'end' }]);
});
