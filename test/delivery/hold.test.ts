import { expect, test } from 'vitest';
import { SendMark } from '../../src/delivery/send-mark.ts';
import { busy, delivered, refused, tooMany, unanswered, unreachable, wrongKey } from './outcomes.ts';
import { fakeTime, Rig } from './worker-fixture.ts';

fakeTime();

const held = () => new Rig({ hold: true });
const states = (rig: Rig) => [...rig.store.rows.values()].map(({ state }) => state);
const postsOf = (rig: Rig, orderNo: string) => rig.posts.filter((post) => post.orderNo === orderNo).length;

test('a record that was sent and not answered is parked with the reason, and is never sent again by itself', async () => {
  const rig = held();
  const [first = ''] = rig.backlog(1);
  rig.gate = () => unanswered;
  rig.delivery.start();
  await rig.advance(3_600_000);
  expect(postsOf(rig, first)).toBe(1);
  expect(states(rig)).toEqual(['parked']);
  expect([...rig.store.rows.values()][0]?.why).toMatch(/the gate answered 500.*may grant a second discount/);
  await rig.delivery.stop();
});

test('a gate that does not answer is asked without a record, and no other record is risked meanwhile', async () => {
  const rig = held();
  rig.backlog(20);
  rig.gate = () => unanswered;
  rig.probe = { ...unreachable, kind: 'unreachable' };
  rig.delivery.start();
  await rig.advance(3_600_000);
  expect(rig.posts.length).toBe(1);
  expect(states(rig).filter((state) => state === 'parked').length).toBe(1);
  expect(rig.delivery.gate.state).toBe('down');
  expect(rig.probes.length).toBeGreaterThan(20);
  rig.gate = () => delivered;
  rig.probe = { kind: 'answered' };
  await rig.advance(300_000);
  expect(states(rig).filter((state) => state === 'delivered').length).toBe(19);
  expect(rig.delivery.gate.state).toBe('up');
  await rig.delivery.stop();
});

test('a gate that answers probes and no record costs one parked record per pause, and the pauses grow', async () => {
  const rig = held();
  rig.backlog(100);
  rig.gate = () => unanswered;
  rig.delivery.start();
  await rig.advance(3_600_000);
  const parked = states(rig).filter((state) => state === 'parked').length;
  expect(parked).toBeGreaterThan(5);
  expect(parked).toBeLessThan(45);
  expect(rig.posts.length).toBe(parked);
  await rig.delivery.stop();
});

test.each([
  ['408', tooMany(408)],
  ['425', tooMany(425)],
  ['429', busy],
  ['503', tooMany(503)],
])('%s says that nothing was processed: the record is not held, and goes later', async (_, outcome) => {
  const rig = held();
  const [only = ''] = rig.backlog(1);
  rig.gate = () => outcome;
  rig.delivery.start();
  await rig.advance(10_000);
  expect(states(rig)).toEqual(['pending']);
  rig.gate = () => delivered;
  await rig.advance(300_000);
  expect(states(rig)).toEqual(['delivered']);
  expect(postsOf(rig, only)).toBeGreaterThan(1);
  await rig.delivery.stop();
});

test('what never left and what was refused is sent again', async () => {
  const rig = held();
  rig.backlog(2);
  const answers = [unreachable, refused(), delivered];
  rig.gate = () => answers.shift() ?? delivered;
  rig.delivery.start();
  await rig.advance(3_600_000);
  expect(states(rig)).toEqual(['delivered', 'delivered']);
  await rig.delivery.stop();
});

test('a hold for a wrong key asks the gate first, and only then tries a record', async () => {
  const rig = held();
  rig.backlog(3);
  rig.gate = () => wrongKey;
  rig.delivery.start();
  await rig.advance(60_000);
  const before = rig.posts.length;
  expect(rig.delivery.gate.state).toBe('held');
  expect(rig.probes.length).toBeGreaterThanOrEqual(before - 1);
  rig.probe = { ...unreachable, kind: 'unreachable' };
  await rig.advance(3_600_000);
  expect(rig.posts.length - before).toBeLessThanOrEqual(1);
  rig.probe = { kind: 'answered' };
  rig.gate = () => delivered;
  await rig.advance(600_000);
  expect(states(rig)).toEqual(['delivered', 'delivered', 'delivered']);
  await rig.delivery.stop();
});

test('a record that was being sent when the process died is parked at the next start, and the others go', async () => {
  const rig = held();
  const [dying = '', other = ''] = rig.backlog(2);
  rig.gate = () => new Promise(() => {});
  rig.delivery.start();
  await rig.advance(1_000);
  expect(rig.posts.map(({ orderNo }) => orderNo)).toEqual([dying]);
  rig.gate = () => delivered;
  rig.open().start();
  await rig.advance(10_000);
  expect(postsOf(rig, dying)).toBe(1);
  expect(postsOf(rig, other)).toBe(1);
  const rows = [...rig.store.rows.values()];
  expect(rows.find(({ orderNo }) => orderNo === dying)).toMatchObject({ state: 'parked' });
  expect(rows.find(({ orderNo }) => orderNo === dying)?.why).toMatch(/ended while it was being sent/);
  await rig.delivery.stop();
});

test('nothing is sent that could not be marked as being sent', async () => {
  const mark = new SendMark({ read: () => undefined, write: () => Promise.reject(new Error('disk full')) });
  expect(await mark.begin({ id: 1, attempts: 0 })).toBe(false);
});

test('marks that many begin at once share writes, and each is on disk before its record leaves', async () => {
  const written: string[] = [];
  const commits: (() => void)[] = [];
  const mark = new SendMark({
    read: () => written.at(-1),
    write: (text) => {
      written.push(text);
      return new Promise((resolve) => commits.push(resolve));
    },
  });
  const all = [1, 2, 3].map((id) => mark.begin({ id, attempts: 0 }));
  commits[0]?.();
  expect(await all[0]).toBe(true);
  await expect.poll(() => commits.length).toBe(2);
  commits[1]?.();
  expect(await Promise.all(all)).toEqual([true, true, true]);
  expect(mark.left()).toEqual([1, 2, 3].map((id) => ({ id, attempts: 0 })));
});

test.each(['', 'x', '{}', '[1]', '[["a",1]]', 'null'])('a mark that cannot be read is none: %s', (text) => {
  expect(new SendMark({ read: () => text, write: async () => {} }).left()).toEqual([]);
});
