import { afterAll, describe, expect, it } from 'vitest';
import type { Outcome } from '../../../src/domain/outcome.ts';
import { dialectClient, type GateClient } from '../../../src/gate/client.ts';
import { probeGate } from '../../../src/gate/probe.ts';
import { atEnd, cleanUp } from '../../support/cleanup.ts';
import { record, settings, ZONE } from '../record.ts';
import { deadPort, httpServer } from '../servers.ts';
import { tiny } from './dialect.ts';

afterAll(cleanUp);

const SECRET = 'a secret of the tiny gate';
let ids = 0;
const tools = { now: () => 1_795_482_755_000, uuid: () => `id-${++ids}`, zone: ZONE };

function clientOf(baseUrl: string): GateClient {
  const made = dialectClient(settings({ baseUrl, timeout: 2_000 }), tiny(baseUrl, SECRET, tools), {
    version: '1',
  });
  atEnd(() => made.destroy());
  return made;
}

/** Sends one record to a gate that answers like this to the login and the record. */
async function sent(login: [number, string], answer: [number, string]): Promise<Outcome> {
  const { baseUrl } = await httpServer((response, { url }) => {
    const [status, body] = url?.endsWith('token') ? login : answer;
    response.writeHead(status).end(body);
  });
  return await clientOf(baseUrl).send(record());
}

describe('a dialect of its own folder, behind the port', () => {
  it('makes each attempt anew, after one login for all of them', async () => {
    const seen: string[] = [];
    const { baseUrl } = await httpServer((response, { url, headers }, body) => {
      seen.push(`${url} ${headers['x-token'] ?? ''} ${body}`);
      response.end(url?.endsWith('token') ? '1001|T1' : '1001|ok');
    });
    const gate = clientOf(baseUrl);
    ids = 0;
    expect(await gate.send(record())).toMatchObject({ kind: 'delivered', description: 'ok' });
    expect(await gate.send(record())).toMatchObject({ kind: 'delivered' });
    const form = 'plate=%E6%B5%99BD12345&fen=2510&ts=1795482755000';
    expect(seen).toEqual([
      '/parkpot-service/token  login',
      `/parkpot-service/pay?id=id-1 T1 ${form}`,
      `/parkpot-service/pay?id=id-2 T1 ${form}`,
    ]);
  });

  it.each<[string, [number, string], [number, string], object]>([
    ['a refusal', [200, '1001|T'], [200, '7|车不在场'], { kind: 'refused', result: '7', means: 'record' }],
    ['a pattern of the config', [200, '1001|T'], [500, '8|签名错误'], { kind: 'refused', means: 'setup' }],
    ['a busy gate', [200, '1001|T'], [403, 'busy|later'], { kind: 'unanswered' }],
    ['another page', [200, '1001|T'], [404, 'Not Found'], { kind: 'misconfigured', sent: true }],
    ['a refused login', [200, '9|who are you'], [200, '1001|ok'], { kind: 'misconfigured', sent: false }],
    ['a login out of order', [503, ''], [200, '1001|ok'], { kind: 'unreachable' }],
    ['its secret, echoed', [200, '1001|T'], [200, `7|${SECRET}`], { kind: 'refused', description: '***' }],
  ])('reads %s by its own rules', async (_, login, answer, outcome) => {
    expect(await sent(login, answer)).toMatchObject(outcome);
  });

  it('is not sent where its login cannot be reached', async () => {
    const outcome = await clientOf(`http://127.0.0.1:${await deadPort()}/`).send(record());
    expect(outcome).toMatchObject({ kind: 'unreachable' });
  });

  it('is probed by its own empty request', async () => {
    const { baseUrl } = await httpServer((response, { url }) => void response.end(`9|${url}`));
    const probe = await probeGate(settings({ baseUrl }), tiny(baseUrl, SECRET, tools), '1', 2_000);
    expect(probe).toMatchObject({ kind: 'answered', reading: { kind: 'refused' } });
  });
});
