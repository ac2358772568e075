import { expect, test } from 'vitest';
import { type TeldToken, TokenSession } from '../../../src/gate/teld/session.ts';

type Failed = { readonly why: string; readonly own?: boolean };

/** A session over queries that are answered by hand. */
function start() {
  let now = 0;
  const asked: ((answer: TeldToken | { failed: Failed }) => void)[] = [];
  const session = new TokenSession<Failed>(
    () => now,
    ({ own = false }) => own,
  );
  const query = () => new Promise<TeldToken | { failed: Failed }>((resolve) => asked.push(resolve));
  return { get: () => session.get(query), session, asked, pass: (ms: number) => (now += ms) };
}

test('many who want a token at once share one query, and those after them its token', async () => {
  const { get, asked } = start();
  const many = Promise.all([get(), get(), get()]);
  asked[0]?.({ text: 'a', seconds: 7200 });
  expect(await many).toEqual([{ token: 'a' }, { token: 'a' }, { token: 'a' }]);
  expect(await get()).toEqual({ token: 'a' });
  expect(asked.length).toBe(1);
});

test('a token is used for 80 % of its time, and for 8 minutes where it has none', async () => {
  const { get, asked, pass } = start();
  const first = get();
  asked[0]?.({ text: 'a', seconds: 100 });
  await first;
  pass(79_999);
  expect(await get()).toEqual({ token: 'a' });
  pass(1);
  const second = get();
  asked[1]?.({ text: 'b', seconds: undefined });
  expect(await second).toEqual({ token: 'b' });
  pass(480_000);
  void get();
  expect(asked.length).toBe(3);
});

test('a refused token is fetched anew, once for all who were refused with it', async () => {
  const { get, session, asked } = start();
  const first = get();
  asked[0]?.({ text: 'a', seconds: 7200 });
  await first;
  session.refused('a');
  const second = get();
  asked[1]?.({ text: 'b', seconds: 7200 });
  await second;
  session.refused('a');
  expect(await get()).toEqual({ token: 'b' });
  expect(asked.length).toBe(2);
});

test('a failed query is told to all who waited, and the next one asks again', async () => {
  const { get, asked } = start();
  const many = Promise.all([get(), get()]);
  asked[0]?.({ failed: { why: 'no such operator' } });
  const failed = { failed: { why: 'no such operator' } };
  expect(await many).toEqual([failed, failed]);
  void get();
  expect(asked.length).toBe(2);
});

test('where the attempt that asked ran out of time, one of the others asks for all the rest', async () => {
  const { get, asked } = start();
  const many = [get(), get(), get()];
  asked[0]?.({ failed: { why: 'time', own: true } });
  expect(await many[0]).toEqual({ failed: { why: 'time', own: true } });
  await expect.poll(() => asked.length).toBe(2);
  asked[1]?.({ text: 'b', seconds: 7200 });
  expect(await Promise.all(many.slice(1))).toEqual([{ token: 'b' }, { token: 'b' }]);
  expect(asked.length).toBe(2);
});
