import { expect, test } from 'vitest';
import { type TeldToken, TokenSession } from '../../../src/gate/teld/session.ts';

/** A session over queries that are answered by hand. */
function start() {
  let now = 0;
  const asked: ((answer: TeldToken | { failed: string }) => void)[] = [];
  const session = new TokenSession<string>(
    () => new Promise((resolve) => asked.push(resolve)),
    () => now,
  );
  return { session, asked, pass: (ms: number) => (now += ms) };
}

test('many who want a token at once share one query, and those after them its token', async () => {
  const { session, asked } = start();
  const many = Promise.all([session.get(), session.get(), session.get()]);
  asked[0]?.({ text: 'a', seconds: 7200 });
  expect(await many).toEqual([{ token: 'a' }, { token: 'a' }, { token: 'a' }]);
  expect(await session.get()).toEqual({ token: 'a' });
  expect(asked.length).toBe(1);
});

test('a token is used for 80 % of its time, and for 8 minutes where it has none', async () => {
  const { session, asked, pass } = start();
  const first = session.get();
  asked[0]?.({ text: 'a', seconds: 100 });
  await first;
  pass(79_999);
  expect(await session.get()).toEqual({ token: 'a' });
  pass(1);
  const second = session.get();
  asked[1]?.({ text: 'b', seconds: undefined });
  expect(await second).toEqual({ token: 'b' });
  pass(480_000);
  void session.get();
  expect(asked.length).toBe(3);
});

test('a refused token is fetched anew, once for all who were refused with it', async () => {
  const { session, asked } = start();
  const first = session.get();
  asked[0]?.({ text: 'a', seconds: 7200 });
  await first;
  session.refused('a');
  const second = session.get();
  asked[1]?.({ text: 'b', seconds: 7200 });
  await second;
  session.refused('a');
  expect(await session.get()).toEqual({ token: 'b' });
  expect(asked.length).toBe(2);
});

test('a failed query is told to all who waited, and the next one asks again', async () => {
  const { session, asked } = start();
  const many = Promise.all([session.get(), session.get()]);
  asked[0]?.({ failed: 'no such operator' });
  expect(await many).toEqual([{ failed: 'no such operator' }, { failed: 'no such operator' }]);
  void session.get();
  expect(asked.length).toBe(2);
});
