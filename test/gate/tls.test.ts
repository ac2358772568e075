import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type ServerOptions } from 'node:https';
import { createServer as createTcpServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeCertificates } from '../support/certificates.ts';
import { tempDir } from '../support/tmp.ts';
import { record } from './record.ts';
import { client, httpServer, listen, SUCCESS } from './servers.ts';

const dir = tempDir();
const files = makeCertificates(dir);
const server = { cert: readFileSync(files.serverCert), key: readFileSync(files.serverKey) };

/** A gate over TLS; counts what got through. */
async function tlsGate(
  options: ServerOptions,
  host?: string,
): Promise<{ port: number; seen: { requests: number } }> {
  const seen = { requests: 0 };
  const gate = createServer(options, (request, response) => {
    seen.requests += 1;
    request.resume().on('end', () => response.end(SUCCESS));
  });
  return { port: await listen(gate, host), seen };
}

/** The server's certificate, signed anew so that it ended yesterday. */
function expiredCertificate(): Buffer {
  const conf = join(dir, 'ca.conf');
  writeFileSync(join(dir, 'index.txt'), '');
  writeFileSync(
    conf,
    `[ca]\ndefault_ca=c\n[c]\ndatabase=${dir}/index.txt\nnew_certs_dir=${dir}\nrand_serial=yes\ndefault_md=sha256\npolicy=p\n[p]\ncommonName=supplied\n`,
  );
  const names = ['-in', 'server.csr', '-out', 'expired.crt', '-cert', 'ca.crt', '-keyfile', 'ca.key'];
  const dates = ['-startdate', '20200101000000Z', '-enddate', '20200102000000Z', '-extfile', 'san.ext'];
  execFileSync('openssl', ['ca', '-batch', '-notext', '-config', conf, ...names, ...dates], {
    cwd: dir,
    stdio: 'ignore',
  });
  return readFileSync(join(dir, 'expired.crt'));
}

describe('over TLS a record', () => {
  test('is delivered where the gate’s authority is trusted', async () => {
    const { port } = await tlsGate(server);
    const gate = client(`https://127.0.0.1:${port}/`, { tls: { ca: files.ca } });
    expect(await gate.send(record())).toMatchObject({ kind: 'delivered' });
  });

  test('is not sent where it is not', async () => {
    const { port, seen } = await tlsGate(server);
    expect(await client(`https://127.0.0.1:${port}/`).send(record())).toEqual({
      kind: 'misconfigured',
      sent: false,
      reason: `no trusted connection to 127.0.0.1:${port}: the server's certificate was not issued by a trusted CA (UNABLE_TO_VERIFY_LEAF_SIGNATURE): check gate.tls.ca`,
    });
    expect(seen.requests).toBe(0);
  });

  test('is not sent where the certificate is for another name', async () => {
    const { port, seen } = await tlsGate(server, '127.0.0.2');
    const gate = client(`https://127.0.0.2:${port}/`, { tls: { ca: files.ca } });
    expect(await gate.send(record())).toMatchObject({
      kind: 'misconfigured',
      sent: false,
      reason: expect.stringContaining('certificate is for another name'),
    });
    expect(seen.requests).toBe(0);
  });

  test('is not sent where the certificate has expired', async () => {
    const { port, seen } = await tlsGate({ cert: expiredCertificate(), key: server.key });
    const gate = client(`https://127.0.0.1:${port}/`, { tls: { ca: files.ca } });
    expect(await gate.send(record())).toMatchObject({
      kind: 'misconfigured',
      sent: false,
      reason: expect.stringContaining('certificate has expired'),
    });
    expect(seen.requests).toBe(0);
  });

  test('is delivered with the client certificate that the gate asks for', async () => {
    const { port } = await tlsGate({
      ...server,
      ca: readFileSync(files.ca),
      requestCert: true,
      rejectUnauthorized: true,
    });
    const tls = { ca: files.ca, cert: files.clientCert, key: files.clientKey };
    expect(await client(`https://127.0.0.1:${port}/`, { tls }).send(record())).toMatchObject({
      kind: 'delivered',
    });
  });

  // With TLS 1.3 the gate's objection comes after the handshake, when the record is already on its way.
  test.each([
    ['TLSv1.2', 'unreachable', 'does it want a client certificate'],
    ['TLSv1.3', 'unanswered', ''],
  ] as const)('is not taken without that certificate (%s)', async (version, kind, reason) => {
    const options = { ...server, ca: readFileSync(files.ca), requestCert: true, rejectUnauthorized: true };
    const { port, seen } = await tlsGate({ ...options, minVersion: version, maxVersion: version });
    const outcome = await client(`https://127.0.0.1:${port}/`, { tls: { ca: files.ca } }).send(record());
    expect(outcome).toMatchObject({ kind, reason: expect.stringContaining(reason) });
    expect(seen.requests).toBe(0);
  });
});

describe('a handshake that fails for a reason of the network is unreachable', () => {
  test('where the gate speaks no TLS', async () => {
    const { port, seen } = await httpServer((response) => response.end(SUCCESS));
    expect(await client(`https://127.0.0.1:${port}/`).send(record())).toEqual({
      kind: 'unreachable',
      reason: `cannot reach 127.0.0.1:${port}: the server does not speak TLS there: check the scheme and the port in gate.baseUrl`,
    });
    expect(seen.requests).toBe(0);
  });

  test('where the connection is reset in the middle of it', async () => {
    const port = await listen(
      createTcpServer((socket) => socket.once('data', () => socket.resetAndDestroy())),
    );
    expect(await client(`https://127.0.0.1:${port}/`).send(record())).toMatchObject({ kind: 'unreachable' });
  });

  test('where nothing comes back in time', async () => {
    const port = await listen(createTcpServer(() => {}));
    expect(await client(`https://127.0.0.1:${port}/`, { timeout: 300 }).send(record())).toEqual({
      kind: 'unreachable',
      reason: `cannot reach 127.0.0.1:${port}: gate.timeout (0.3 s) ran out`,
    });
  });
});

test('http spoken to a gate over TLS is unanswered', async () => {
  const { port } = await tlsGate(server);
  expect(await client(`http://127.0.0.1:${port}/`).send(record())).toMatchObject({ kind: 'unanswered' });
});

describe('TLS files that cannot be used are told at once', () => {
  const missing = join(dir, 'missing.pem');
  test.each([
    [{ ca: missing }, `gate.tls.ca: ${missing} cannot be read: ENOENT`],
    [{ cert: missing, key: files.clientKey }, `gate.tls.cert: ${missing} cannot be read: ENOENT`],
    [{ cert: files.clientCert, key: missing }, `gate.tls.key: ${missing} cannot be read: ENOENT`],
    [{ ca: files.clientKey }, `gate.tls.ca: ${files.clientKey} holds no certificate in PEM`],
    [
      { cert: files.clientCert, key: files.serverKey },
      `gate.tls: the certificate ${files.clientCert} and its key ${files.serverKey} cannot be used: `,
    ],
  ])('%j', (tls, message) => {
    expect(() => client('https://127.0.0.1:1/', { tls })).toThrow(message);
  });
});
