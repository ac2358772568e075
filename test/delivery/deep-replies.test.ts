import { createServer } from 'node:http';
import { expect, it } from 'vitest';
import { listen } from '../gate/servers.ts';
import { Plant } from './virtual-gate.ts';

const nested = (open: string, close: string, depth: number) => `${open.repeat(depth)}1${close.repeat(depth)}`;

it.each([
  ['a deep list behind the result', `{"result":1,"description":${nested('[', ']', 32_000)}}`, 'refused'],
  ['a deep list before the result', `{"description":${nested('[', ']', 32_000)},"result":1}`, 'refused'],
  ['a deep object behind the result', `{"result":0,"data":${nested('{"a":', '}', 10_000)}}`, 'delivered'],
  ['a deep list that is never closed', `{"result":1,"description":${'['.repeat(60_000)}`, undefined],
  ['nothing but brackets', '['.repeat(64_000), undefined],
  ['a result within a deep list', nested('[', ']', 30_000).replace('1', '{"result":0}'), undefined],
])('comes to an outcome for %s, and goes on with the others', async (_, body, kind) => {
  let replies = 0;
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      replies += 1;
      response.end(replies === 1 ? body : '{"result":0}');
    });
  });
  const plant = new Plant(`http://127.0.0.1:${await listen(server)}/`, { gate: { timeout: 2_000 } });
  plant.delivery.start();
  const orders = await plant.events(4);
  await plant.delivered(4);
  const kinds = orders.flatMap((order) => plant.outcomes(order));
  if (kind !== undefined && kind !== 'delivered') expect(kinds).toContain(kind);
  expect(kinds.filter((one) => one === 'delivered')).toHaveLength(4);
  expect(plant.delivery.stuckAttempts.stuck).toBe(0);
  expect(plant.lines.map(({ event }) => event)).not.toContain('attempt.stuck');
});
