import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { describeGate, type GateProbe, probeGate } from '../../src/gate/probe.ts';
import type { GateSettings } from '../../src/gate/settings.ts';
import { cleanUp } from '../support/cleanup.ts';
import { settings, ZONE } from './record.ts';
import { deadPort, httpServer, rawServer } from './servers.ts';

afterAll(cleanUp);

/** Probes the gate at `baseUrl`, for two seconds at most. */
function probe(baseUrl: string, changes: Partial<GateSettings<'carpark'>> = {}): Promise<GateProbe> {
  const by = settings({ baseUrl, ...changes });
  return probeGate(by, describeGate(by, ZONE), '1.2.3', 2_000);
}

describe('the probe of a gate', () => {
  it('posts an empty object where records go, without key, order or plate', async () => {
    const seen: unknown[] = [];
    const { baseUrl } = await httpServer((response, { method, url, headers }, body) => {
      seen.push({ method, url, body: body.toString() });
      seen.push([headers['content-type'], headers['user-agent'], headers.accept]);
      response.end('{}');
    });
    await probe(baseUrl);
    expect(seen).toEqual([
      { method: 'POST', url: '/parkpot-service/chargePile/chargingRecord', body: '{}' },
      ['application/json; charset=utf-8', 'pilegate/1.2.3', 'application/json, */*'],
    ]);
  });

  it('names the service in the body where the address does not', async () => {
    let said = '';
    const { baseUrl } = await httpServer((response, { url }, body) => {
      said = `${url} ${body}`;
      response.end('{}');
    });
    await probe(baseUrl, { serviceField: 'service' });
    expect(said).toBe('/parkpot-service/service {"service":"chargePile/chargingRecord"}');
  });

  it('tells what the gate says, packed or not, and by which clock', async () => {
    for (const packed of [false, true]) {
      const { baseUrl } = await httpServer((response) => {
        const body = Buffer.from('{"result":1,"description":"签名错误"}');
        response.writeHead(200, {
          date: 'Tue, 24 Nov 2026 01:00:00 GMT',
          ...(packed ? { 'content-encoding': 'gzip' } : {}),
        });
        response.end(packed ? gzipSync(body) : body);
      });
      const before = Date.now();
      const found = await probe(baseUrl);
      expect(found).toMatchObject({
        kind: 'answered',
        status: 200,
        reading: { kind: 'refused', result: '1', description: '签名错误' },
        page: false,
        location: undefined,
        date: Date.parse('2026-11-24T01:00:00Z'),
      });
      if (found.kind !== 'answered') throw new Error('not answered');
      expect(before <= found.asked && found.asked <= found.answered && found.answered <= Date.now()).toBe(
        true,
      );
    }
  });

  it.each([
    ['  <!DOCTYPE html><p>login</p>', true],
    ['<html>', true],
    ['{"result":0} <html>', false],
    ['<gate>0</gate>', false],
    ['', false],
  ])('tells a web page from a reply: %s', async (body, page) => {
    const { baseUrl } = await httpServer((response) => void response.writeHead(404).end(body));
    expect(await probe(baseUrl)).toMatchObject({ kind: 'answered', status: 404, page });
  });

  it('tells where a redirect points, and does not follow it', async () => {
    const server = await httpServer((response) => {
      response.writeHead(302, { location: 'http://127.0.0.1:1/portal' }).end();
    });
    expect(await probe(server.baseUrl)).toMatchObject({ status: 302, location: 'http://127.0.0.1:1/portal' });
    expect(server.seen.requests).toBe(1);
  });

  it('reads no more of a reply that has no end than it must', async () => {
    const { baseUrl } = await httpServer((response) => {
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(16_384)));
      };
      response.on('drain', more);
      more();
    });
    expect(await probe(baseUrl)).toMatchObject({ kind: 'answered', status: 200, reading: { kind: 'none' } });
  });

  it('tells why there was no answer, after its time at the latest', async () => {
    expect(await probe(`http://127.0.0.1:${await deadPort()}/`)).toMatchObject({
      kind: 'failed',
      error: { code: 'ECONNREFUSED' },
    });
    const { baseUrl } = await rawServer(() => {});
    expect(
      await probeGate(settings({ baseUrl }), describeGate(settings({ baseUrl }), ZONE), '1.2.3', 200),
    ).toMatchObject({
      kind: 'failed',
      error: { name: 'TimeoutError' },
    });
  });
});
