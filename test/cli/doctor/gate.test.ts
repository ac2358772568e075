import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { afterAll, describe, expect, it } from 'vitest';
import { outcomeVerdict } from '../../../src/cli/doctor/test-record.ts';
import { type GateOptions, startGate } from '../../../src/simulator/gate/gate.ts';
import { httpServer, listen } from '../../gate/servers.ts';
import { makeCertificates, type ServerCertificate } from '../../support/certificates.ts';
import { atEnd, cleanUp } from '../../support/cleanup.ts';
import { freePort } from '../../support/port.ts';
import { prose } from '../../support/prose.ts';
import { TEST_KEY, tempDir } from '../../support/tmp.ts';
import { makeRecord } from '../made-record.ts';
import { blackHole } from './blackhole.ts';
import { type Examined, examined, fault, inBoth, PATIENT, type Said, station } from './run-doctor.ts';

afterAll(cleanUp);

/** What is said of the gate of these settings. */
async function gateOf(gate: Readonly<Record<string, unknown>>, limitMs?: number): Promise<Said | undefined> {
  return (await examined(station({ gate }), limitMs === undefined ? {} : { limitMs }))['gate'];
}

/** A gate that answers every request so; and what is said of it. */
async function answering(
  answer: (response: ServerResponse, request: IncomingMessage, body: Buffer) => void,
  limitMs?: number,
): Promise<Said | undefined> {
  const { baseUrl } = await httpServer(answer);
  return await gateOf({ baseUrl }, limitMs);
}

async function simulated(options: Partial<GateOptions> = {}) {
  const gate = await startGate({ key: TEST_KEY, ...options });
  atEnd(() => gate.close());
  return gate;
}

describe('a gate', { timeout: PATIENT }, () => {
  it.each(['chargePile/chargingRecord', 'other/service'])(
    'that refuses an empty request at its address %s is green, and gets no record',
    async (service) => {
      const gate = await simulated({ service });
      const verdict = await gateOf({ baseUrl: gate.url, service });
      expect([verdict?.level, verdict?.seen.en]).toEqual([
        'green',
        expect.stringMatching(
          /^127\.0\.0\.1:\d+ TCP .*HTTP .*refuses an empty request, as it should \(result 1: /,
        ),
      ]);
      expect([gate.requests, gate.records()]).toEqual([1, []]);
    },
  );

  it('is asked by what no gate can take for a record, by the very way that records go', async () => {
    let seen: unknown;
    await answering((response, request, body) => {
      seen = [request.method, request.url, request.headers['content-type'], body.toString()];
      response.end('{"result":1}');
    });
    expect(seen).toEqual([
      'POST',
      '/parkpot-service/chargePile/chargingRecord',
      'application/json; charset=utf-8',
      '{}',
    ]);
  });

  it('with one address for all services is asked for this one', async () => {
    const gate = await simulated({ serviceField: 'serviceName' });
    expect((await gateOf({ baseUrl: gate.url, serviceField: 'serviceName' }))?.level).toBe('green');
    expect(gate.records()).toEqual([]);
  });

  it('whose name is unknown is red', async () => {
    expect(await gateOf({ baseUrl: `http://${'a'.repeat(64)}.invalid/` })).toEqual(
      fault('red', /^the name a+\.invalid is not known/, /gate\.baseUrl.*getent hosts/, /无法解析/),
    );
  });

  it('that refuses the connection is red', async () => {
    expect(await gateOf({ baseUrl: `http://127.0.0.1:${await freePort()}/` })).toEqual(
      fault(
        'red',
        /^nothing listens at/,
        /gate\.baseUrl right, and does the gate platform run there/,
        /无人监听/,
      ),
    );
  });

  it('whose connection is never answered is red within the limit', async () => {
    expect(await gateOf({ baseUrl: `http://127.0.0.1:${await blackHole()}/` }, 1_500)).toEqual(
      fault('red', /the connection timed out/, /firewall/, /连接超时/),
    );
  });

  it('that takes the connection and says nothing is red within the limit', async () => {
    expect(await answering(() => {}, 1_500)).toEqual(
      fault('red', /takes the connection, but does not answer/, /curl -v -m 10 -d '\{\}' http/, /没有应答/),
    );
  });

  it.each([
    [
      '404',
      404,
      {},
      '<html>not found</html>',
      /answers 404: there is no such interface/,
      /gate\.baseUrl and gate\.service/,
      /没有此接口/,
    ],
    ['405', 405, {}, '', /answers 405: there is no such interface/, /gate\.service/, /没有此接口/],
    [
      'a login page',
      200,
      {},
      '\n<!DOCTYPE html><html>log in</html>',
      /a web page answers .* \(200\), as a login portal/,
      /log this box in/,
      /上网认证页面/,
    ],
    ['511', 511, {}, 'log in', /as a login portal/, /log this box in/, /上网认证页面/],
    [
      'a redirect to a login',
      302,
      { location: 'http://portal.example/login' },
      '',
      /points to http:\/\/portal\.example\/login/,
      /login portal/,
      /转向/,
    ],
    ['403', 403, {}, '', /does not let us in/, /admit this account/, /拒绝访问/],
    ['407', 407, { 'proxy-authenticate': 'Basic' }, '', /the proxy requires a login/, /gate\.proxy/, /代理/],
    ['502', 502, {}, '<html></html>', /out of order/, /ask the gate platform/, /故障/],
    ['no result', 200, {}, '{"code":0}', /what answers is not the gate/, /baseUrl/, /不是道闸平台/],
  ])('that answers %s is red', async (_, status, headers, body, seen, remedy, zh) => {
    expect(await answering((response) => void response.writeHead(status, headers).end(body))).toEqual(
      fault('red', seen, remedy, zh),
    );
  });

  it.each([
    [
      'an error that may be about the empty request',
      500,
      '{"error":"null"}',
      /may only dislike an empty request/,
    ],
    ['success to nothing', 200, '{"result":0}', /calls an empty request a success/],
  ])('that answers %s is yellow', async (_, status, body, seen) => {
    expect(await answering((response) => void response.writeHead(status).end(body))).toEqual(
      fault('yellow', seen, /gate platform/, /空请求/),
    );
  });

  it('that refuses under an odd status is a gate all the same', async () => {
    const verdict = await answering(
      (response) => void response.writeHead(500).end('{"Result":1,"Description":"签名错误"}'),
    );
    expect(verdict?.level).toBe('green');
  });

  it('behind a proxy that is away names the proxy', async () => {
    const gate = await simulated();
    expect(await gateOf({ baseUrl: gate.url, proxy: `http://127.0.0.1:${await freePort()}` })).toEqual(
      fault('red', /nothing listens/, /the proxy may be at fault: check gate\.proxy/, /无人监听/),
    );
  });
});

describe('a gate over TLS', { timeout: PATIENT }, () => {
  async function secured(certificate: ServerCertificate, trusted: boolean): Promise<Said | undefined> {
    const files = makeCertificates(tempDir(), certificate);
    const server = createServer(
      { cert: readFileSync(files.serverCert), key: readFileSync(files.serverKey) },
      (_, response) => response.end('{"result":1}'),
    );
    const baseUrl = `https://127.0.0.1:${await listen(server)}/`;
    return await gateOf({ baseUrl, ...(trusted ? { tls: { ca: files.ca } } : {}) });
  }

  it('that nobody known vouches for is red', async () => {
    expect(await secured({}, false)).toEqual(
      fault(
        'red',
        /not issued by a trusted CA .*issued by test authority/,
        /gate\.tls\.ca; look at it: openssl/,
        /不受信任/,
      ),
    );
  });

  it('whose certificate has ended is red', async () => {
    expect(await secured({ days: -1 }, true)).toEqual(fault('red', /has expired/, /date/, /已过期/));
  });

  it('whose certificate is for another name is red', async () => {
    expect(await secured({ names: 'DNS:gate.example' }, true)).toEqual(
      fault(
        'red',
        /is for another name than 127\.0\.0\.1: it is for DNS:gate\.example/,
        /gate\.baseUrl/,
        /不符/,
      ),
    );
  });

  it('that is trusted is green', async () => {
    expect((await secured({ days: 90 }, true))?.level).toBe('green');
  });

  it('that speaks none is red', async () => {
    const gate = await simulated();
    expect(await gateOf({ baseUrl: gate.url.replace('http:', 'https:') })).toEqual(
      fault('red', /does not speak TLS/, /write http:\/\//, /不支持 TLS/),
    );
  });
});

describe('the clock', { timeout: PATIENT }, () => {
  const at = async (offMs: number): Promise<Said | undefined> => {
    const { baseUrl } = await httpServer((response) => {
      response.setHeader('date', new Date(Date.now() + offMs).toUTCString());
      response.end('{"result":1}');
    });
    return (await examined(station({ gate: { baseUrl } })))['clock'];
  };

  it('that agrees with the gate within a minute is green', async () => {
    expect((await at(30_000))?.level).toBe('green');
  });

  it.each([
    [
      -300_000,
      'yellow',
      /^the clock here is (4m 5\ds|5m) ?\d*s? ahead of the gate's/,
      /本机时钟比道闸平台快/,
    ],
    [300_000, 'yellow', /^the clock here is \S+ ?\S* behind the gate's/, /本机时钟比道闸平台慢/],
    [10 * 365 * 86_400_000, 'red', /behind the gate's/, /慢/],
  ] as const)('that is off by %i ms is not', async (off, level, seen, zh) => {
    expect(await at(off)).toEqual(fault(level, seen, /timedatectl set-ntp true/, zh));
  });

  it('that nobody could be asked about is yellow', async () => {
    expect((await examined(station()))['clock']).toEqual(
      fault('yellow', /no other clock could be asked/, /date/, /没有其他时钟/),
    );
  });

  it('is compared with a broker that speaks HTTP too', async () => {
    const { port } = await httpServer((response) => {
      response.setHeader('date', new Date(Date.now() - 300_000).toUTCString());
      response.writeHead(426).end();
    });
    expect((await examined(station({ mqtt: { url: `ws://127.0.0.1:${port}` } })))['clock']).toEqual(
      fault('yellow', /ahead of the broker's/, /timedatectl/, /MQTT 服务器/),
    );
  });
});

describe('a test record', { timeout: PATIENT }, () => {
  const sent = async (gate: Readonly<Record<string, unknown>>): Promise<Examined> =>
    await examined(station({ gate }), { sendTestRecord: true });

  it('is sent where it is wanted, made up for all to see, and only then', async () => {
    const gate = await simulated();
    expect((await sent({ baseUrl: gate.url }))['test-record']?.level).toBe('green');
    expect(gate.records()).toMatchObject([
      {
        orderNo: expect.stringMatching(/^PILEGATE-TEST-\d+$/),
        record: { plateNo: '测A00000', totalMoney: '0.00' },
      },
    ]);
    await examined(station({ gate: { baseUrl: gate.url } }));
    expect(gate.records()).toHaveLength(1);
  });

  it.each([
    ['a wrong key', { key: 'another' }, /签名/],
    ['a wrong park id', { parkIds: ['1'] }, /车场/],
  ])('finds %s', async (_, options, said) => {
    const gate = await simulated(options);
    const verdict = (await sent({ baseUrl: gate.url }))['test-record'];
    expect(verdict).toEqual(
      fault('red', /refuses all records of this configuration/, /the secrets and gate\.parkId/, said),
    );
    expect(gate.records()).toEqual([]);
  });

  it('is not sent where the gate does not answer', async () => {
    expect((await sent({}))['test-record']).toEqual(fault('yellow', /^not tried/, /"gate"/, /^未检查/));
  });

  it('that is refused for its own sake proves key and park id', () => {
    const outcome = {
      kind: 'refused',
      reason: prose('the gate refused it with result 1: 没用匹配到优惠规则'),
      result: '1',
      description: '没用匹配到优惠规则',
      means: 'final',
    } as const;
    expect(inBoth(outcomeVerdict(outcome, makeRecord(), 'gate.parkId (1)'))).toEqual(
      fault('yellow', /key and park id seem right/, /not about the car/, /应当正确/),
    );
  });
});
