import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Paths of PEM files. */
export interface Certificates {
  readonly ca: string;
  /** For a server at 127.0.0.1 and localhost. */
  readonly serverCert: string;
  readonly serverKey: string;
  /** For a client that proves itself by certificate. */
  readonly clientCert: string;
  readonly clientKey: string;
}

/** What the server's certificate is to be like, where it is to be odd. */
export interface ServerCertificate {
  /** Its names, as openssl writes them; 127.0.0.1 and localhost by default. */
  readonly names?: string;
  /** For how many days from now it is good; 1 by default, below 0 it has expired. */
  readonly days?: number;
}

/** Makes an authority, and a server's and a client's certificate by it, in `dir` with openssl; good for a day. */
export function makeCertificates(
  dir: string,
  { names = 'IP:127.0.0.1,DNS:localhost', days = 1 }: ServerCertificate = {},
): Certificates {
  const at = (name: string): string => join(dir, name);
  const openssl = (...args: string[]): unknown =>
    execFileSync('openssl', args, { cwd: dir, stdio: ['ignore', 'ignore', 'pipe'] });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  writeFileSync(at('san.ext'), `subjectAltName=${names}\n`);

  openssl(
    'req',
    '-x509',
    ...key,
    '-keyout',
    'ca.key',
    '-out',
    'ca.crt',
    '-days',
    '1',
    '-subj',
    '/CN=test authority',
  );
  for (const name of ['server', 'client']) {
    openssl('req', ...key, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`);
    const signing = [
      'x509',
      '-req',
      '-in',
      `${name}.csr`,
      '-CA',
      'ca.crt',
      '-CAkey',
      'ca.key',
      '-CAcreateserial',
    ];
    const lasts = name === 'server' ? days : 1;
    openssl(...signing, '-out', `${name}.crt`, '-days', String(lasts), '-extfile', 'san.ext');
  }
  return {
    ca: at('ca.crt'),
    serverCert: at('server.crt'),
    serverKey: at('server.key'),
    clientCert: at('client.crt'),
    clientKey: at('client.key'),
  };
}
