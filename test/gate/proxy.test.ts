import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { connect } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { makeCertificates } from '../support/certificates.ts';
import { tempDir } from '../support/tmp.ts';
import { record } from './record.ts';
import { client, deadPort, httpServer, listen, SUCCESS } from './servers.ts';

const PROXY_VARIABLES = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy'];

afterEach(() => vi.unstubAllEnvs());

/** Sets the proxy variables that matter, and unsets those of this machine. */
function environment(variables: Record<string, string>): void {
  for (const name of PROXY_VARIABLES) vi.stubEnv(name, variables[name]);
}

/** A proxy: forwards nothing but answers itself, and opens tunnels unless told what to answer to CONNECT. */
async function proxy(answer = SUCCESS, status = 200, refusal?: string) {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url} ${request.headers['proxy-authorization'] ?? ''}`.trim());
    request.resume().on('end', () => response.writeHead(status).end(answer));
  });
  server.on('connect', (request, socket) => {
    seen.push(`CONNECT ${request.url}`);
    socket.on('error', () => {});
    if (refusal === 'silence') return;
    if (refusal !== undefined) return void socket.end(`HTTP/1.1 ${refusal}\r\nContent-Length: 0\r\n\r\n`);
    const [host, port] = request.url?.split(':') ?? [];
    const upstream = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.pipe(socket).pipe(upstream);
    }).on('error', () => socket.destroy());
  });
  return { url: `http://127.0.0.1:${await listen(server)}`, seen };
}

async function tlsGate() {
  const files = makeCertificates(tempDir());
  const options = { cert: readFileSync(files.serverCert), key: readFileSync(files.serverKey) };
  const server = createHttpsServer(options, (request, response) =>
    request.resume().on('end', () => response.end(SUCCESS)),
  );
  return { baseUrl: `https://127.0.0.1:${await listen(server)}/`, ca: files.ca };
}

describe('a proxy in the environment', () => {
  test('is not used unless the config says so', async () => {
    const { url, seen } = await proxy();
    environment({ HTTP_PROXY: url, HTTPS_PROXY: url });
    const gate = await httpServer((response) => response.end(SUCCESS));
    expect(await client(gate.baseUrl).send(record())).toMatchObject({ kind: 'delivered' });
    expect(gate.seen.requests).toBe(1);
    expect(seen).toEqual([]);
  });

  test('is used where it does', async () => {
    const { url, seen } = await proxy();
    environment({ HTTP_PROXY: url });
    const gate = client('http://gate.example/base/', { proxy: 'env' });
    expect(await gate.send(record())).toMatchObject({ kind: 'delivered' });
    expect(seen).toEqual(['POST http://gate.example/base/chargePile/chargingRecord']);
  });

  test('is passed by for the hosts of NO_PROXY, and where there is none', async () => {
    const { url, seen } = await proxy();
    const gate = await httpServer((response) => response.end(SUCCESS));
    environment({ HTTP_PROXY: url, NO_PROXY: '127.0.0.1' });
    expect(await client(gate.baseUrl, { proxy: 'env' }).send(record())).toMatchObject({ kind: 'delivered' });
    environment({});
    expect(await client(gate.baseUrl, { proxy: 'env' }).send(record())).toMatchObject({ kind: 'delivered' });
    expect(gate.seen.requests).toBe(2);
    expect(seen).toEqual([]);
  });
});

describe('a proxy in the config', () => {
  test('gets the record for a gate over http, with its user name', async () => {
    const { url, seen } = await proxy();
    const gate = client('http://gate.example/', { proxy: url.replace('//', '//user:word@') });
    expect(await gate.send(record())).toMatchObject({ kind: 'delivered' });
    expect(seen).toEqual(['POST http://gate.example/chargePile/chargingRecord Basic dXNlcjp3b3Jk']);
  });

  test('is only a tunnel to a gate over https, whose certificate is checked as ever', async () => {
    const { url, seen } = await proxy();
    const { baseUrl, ca } = await tlsGate();
    expect(await client(baseUrl, { proxy: url, tls: { ca } }).send(record())).toMatchObject({
      kind: 'delivered',
    });
    expect(seen).toEqual([`CONNECT ${new URL(baseUrl).host}`]);
    expect(await client(baseUrl, { proxy: url }).send(record())).toMatchObject({
      kind: 'misconfigured',
      sent: false,
    });
  });

  test('that wants a login is a fault of the set-up', async () => {
    const forward = await proxy('', 407);
    const login = { kind: 'misconfigured', sent: false, reason: 'the proxy wants a login: check gate.proxy' };
    expect(await client('http://gate.example/', { proxy: forward.url }).send(record())).toEqual(login);
    const tunnel = await proxy('', 200, '407 Proxy Authentication Required');
    expect(await client('https://gate.example/', { proxy: tunnel.url }).send(record())).toEqual(login);
  });

  test('that cannot reach the gate leaves it unreachable through a tunnel, unanswered when it forwards', async () => {
    const tunnel = await proxy('', 200, '502 Bad Gateway');
    expect(await client('https://gate.example/', { proxy: tunnel.url }).send(record())).toMatchObject({
      kind: 'unreachable',
    });
    const forward = await proxy('<html>502</html>', 502);
    expect(await client('http://gate.example/', { proxy: forward.url }).send(record())).toMatchObject({
      kind: 'unanswered',
      status: 502,
    });
  });

  test('that is not there leaves the gate unreachable', async () => {
    const url = `http://127.0.0.1:${await deadPort()}`;
    expect(await client('http://gate.example/', { proxy: url }).send(record())).toEqual({
      kind: 'unreachable',
      reason:
        'cannot reach gate.example (through gate.proxy): nothing listens there: is the server running, and is gate.proxy right?',
    });
    expect(await client('https://gate.example/', { proxy: url }).send(record())).toMatchObject({
      kind: 'unreachable',
    });
  });

  test('that says nothing does not hold up more than its own time-out', async () => {
    const { url, seen } = await proxy('', 200, 'silence');
    const gate = client('https://gate.example/', { proxy: url, timeout: 1_000, concurrency: 1 });
    for (let sent = 0; sent < 4; sent += 1) {
      expect(await gate.send(record())).toMatchObject({
        kind: 'unreachable',
        reason: expect.stringMatching(/in time|ran out/),
      });
    }
    expect(seen.length).toBeGreaterThan(1);
  });
});
