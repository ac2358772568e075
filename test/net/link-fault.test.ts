import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { catalogue, sayIn } from '../../src/i18n/catalogue.ts';
import { isConfigured, linkFault, linkReason } from '../../src/net/link-fault.ts';

const coded = (code: string, message = code) => Object.assign(new Error(message), { code });
const keys = { address: 'mqtt.url', tls: 'mqtt.tls' };

describe('an error of the network or of TLS', () => {
  // biome-ignore format: a table
  test.each<[thrown: unknown, code: string, configured: boolean, inEnglish: string]>([
    [coded('ENOTFOUND'), 'net.name-unknown', false, 'check the host in mqtt.url'],
    [coded('EAI_AGAIN'), 'net.no-name-server', false, 'the name server does not answer'],
    [coded('ECONNREFUSED'), 'net.refused', false, 'nothing listens there'],
    [coded('UND_ERR_SOCKET', 'other side closed'), 'net.closed', false, 'closed the connection'],
    [coded('EPIPE'), 'net.closed', false, 'closed the connection'],
    [coded('UND_ERR_CONNECT_TIMEOUT'), 'net.timeout', false, 'timed out'],
    [coded('ENETUNREACH'), 'net.no-route', false, 'no network route'],
    [coded('EHOSTUNREACH'), 'net.host-unreachable', false, 'cannot be reached'],
    [coded('EPERM'), 'net.local', false, 'this machine does not allow'],
    [coded('EMFILE'), 'net.local', false, 'open-file limit'],
    [coded('ERR_SSL_WRONG_VERSION_NUMBER'), 'net.not-tls', false, 'does not speak TLS'],
    [coded('ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE'), 'net.tls-handshake', false, 'mqtt.tls.cert'],
    [coded('CERT_HAS_EXPIRED'), 'net.certificate-expired', true, 'has expired'],
    [coded('CERT_NOT_YET_VALID'), 'net.certificate-not-yet-valid', true, 'not valid yet'],
    [coded('ERR_TLS_CERT_ALTNAME_INVALID'), 'net.certificate-name', true, 'another name than the host in mqtt.url'],
    [coded('HOSTNAME_MISMATCH'), 'net.certificate-name', true, 'another name'],
    [coded('CERT_REVOKED'), 'net.certificate-revoked', true, 'is revoked'],
    [coded('SELF_SIGNED_CERT_IN_CHAIN'), 'net.certificate-untrusted', true, 'trusted CA (SELF_SIGNED_CERT_IN_CHAIN): check mqtt.tls.ca'],
    [coded('INVALID_PURPOSE'), 'net.certificate-untrusted', true, 'mqtt.tls.ca'],
    [coded('ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED'), 'net.client-certificate', true, 'mqtt.tls.key'],
    [coded('ERR_OSSL_X509_KEY_VALUES_MISMATCH', 'error:05800074:x509:: key values mismatch'), 'net.tls-files', true, '(key values mismatch)'],
    [new Error('Proxy response (407) !== 200'), 'net.proxy-login', true, 'gate.proxy'],
    [coded('UND_ERR_PRX_TLS'), 'net.proxy-certificate-name', true, 'gate.proxy'],
    [coded('UND_ERR_DESTROYED'), 'net.stopping', false, 'is stopping'],
    [new AggregateError([coded('ECONNREFUSED'), coded('ENETUNREACH')]), 'net.refused', false, 'nothing listens'],
    [new Error('fetch failed', { cause: coded('ETIMEDOUT') }), 'net.timeout', false, 'timed out'],
    [coded('EODD', 'odd\nthings'), 'net.other', false, 'odd things EODD'],
    [coded('ERR_INVALID_ARG_TYPE', 'a defect'), 'net.other', false, 'a defect'],
    [new Error(''), 'net.other', false, 'Error'],
    ['odd', 'net.other', false, 'odd'],
    [undefined, 'net.other', false, 'the connection failed'],
    // A code of 407 somewhere else is no proxy's.
    [coded('ECONNREFUSED', 'connect ECONNREFUSED 127.0.0.1:407'), 'net.refused', false, 'nothing listens'],
  ])('%s is %s', async (thrown, code, configured, inEnglish) => {
    const fault = linkFault(thrown);
    expect(fault.code).toBe(code);
    expect(isConfigured(fault)).toBe(configured);
    const why = linkReason(fault, keys);
    expect(sayIn(await catalogue('en'))(why)).toContain(inEnglish);
    if (code !== 'net.other') expect(sayIn(await catalogue('zh'))(why)).toMatch(/[\u4e00-\u9fff]{2}/);
  });

  test('is told from real sockets: a closed port, and a port without TLS', async () => {
    // It answers what it gets, and leaves the end to the client.
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => socket.write('220 not TLS at all\r\n'));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const failureOf = (socket: Socket) => new Promise((resolve) => socket.once('error', resolve));
    expect(linkFault(await failureOf(connectTls({ host: '127.0.0.1', port }))).code).toBe('net.not-tls');
    server.close();
    await once(server, 'close');
    expect(linkFault(await failureOf(connect({ host: '127.0.0.1', port }))).code).toBe('net.refused');
  });
});
