import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Certificates, makeCertificates, type ServerCertificate } from './certificates.ts';
import { owned } from './cleanup.ts';
import { freePort } from './port.ts';
import { tempDir } from './tmp.ts';
import { within } from './wait.ts';

/** How a test wants its mosquitto; without any, one plain listener open to all, with persistence. */
export interface MosquittoOptions {
  /** Whether queued messages and sessions are written to disk, each second and at a stop; true by default. */
  readonly persistence?: boolean;
  /** How many QoS 1 messages may be on their way to one client; mosquitto's own 20 by default. */
  readonly maxInflight?: number;
  /** Passwords by user; nobody else may connect then. */
  readonly users?: Readonly<Record<string, string>>;
  /** The text of an ACL file. */
  readonly acl?: string;
  /** A TLS listener beside the plain one; `client` wants a certificate of the client too. */
  readonly tls?: 'server' | 'client';
  /** What is odd about its certificate. */
  readonly certificate?: ServerCertificate;
  /** A websockets listener beside the plain one, and where there is TLS one with it. */
  readonly websockets?: boolean;
  /** Further lines for mosquitto.conf, put before the listeners. */
  readonly lines?: readonly string[];
}

/** A broker for a test. Everything survives `restart` but what only mosquitto's memory had at a `kill`. */
export interface Broker {
  readonly kind: 'mosquitto' | 'aedes';
  /** What to put into the config: the embedded one speaks no MQTT 5. */
  readonly protocol: 5 | '3.1.1';
  /** `mqtt://127.0.0.1:PORT` */
  readonly url: string;
  readonly port: number;
  /** `mqtts://…`, `ws://…`, `wss://…` and the certificates, where they were asked for. */
  readonly tlsUrl?: string;
  readonly wsUrl?: string;
  readonly wssUrl?: string;
  readonly certificates?: Certificates;
  /** What the broker has logged so far, over all its starts. */
  readonly log: readonly string[];
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  /** SIGTERM; resolves when it is gone, its store written. */
  stop(): Promise<void>;
  /** Starts again on the same port and store; stops it first where it runs. */
  restart(): Promise<void>;
  /** Sends a signal, where it is a process of its own: SIGSTOP and SIGCONT. */
  signal?(signal: NodeJS.Signals): void;
}

// Debian puts it where a user's PATH does not look.
const PATH = `${process.env['PATH'] ?? ''}:/usr/sbin:/usr/local/sbin`;

/** Whether a mosquitto binary is installed here; `PILEGATE_TEST_BROKER=embedded` acts as if not. */
export function mosquittoAvailable(): boolean {
  if (process.env['PILEGATE_TEST_BROKER'] === 'embedded') return false;
  return spawnSync('mosquitto', ['-h'], { env: { ...process.env, PATH } }).error === undefined;
}

/** Starts a real mosquitto on a free port of 127.0.0.1, and resolves once it accepts connections. */
export async function startMosquitto(options: MosquittoOptions = {}): Promise<Broker> {
  // A port found free may be taken by the time mosquitto binds it: another one, then.
  for (let left = 3; ; left -= 1) {
    try {
      return await startOnce(options);
    } catch (error) {
      if (left === 0 || !String(error).includes('Address already in use')) throw error;
    }
  }
}

async function startOnce(options: MosquittoOptions): Promise<Broker> {
  const dir = tempDir();
  const port = await freePort();
  const tlsPort = options.tls ? await freePort() : undefined;
  const wsPort = options.websockets ? await freePort() : undefined;
  const wssPort = options.tls && options.websockets ? await freePort() : undefined;
  const certificates = options.tls ? makeCertificates(dir, options.certificate) : undefined;
  const conf = [...settings(options, dir), `listener ${port} 127.0.0.1`];
  if (wsPort) conf.push(`listener ${wsPort} 127.0.0.1`, 'protocol websockets');
  for (const [secure, protocol] of [[tlsPort, 'mqtt'] as const, [wssPort, 'websockets'] as const]) {
    if (secure === undefined || certificates === undefined) continue;
    conf.push(`listener ${secure} 127.0.0.1`, `protocol ${protocol}`, `cafile ${certificates.ca}`);
    conf.push(`certfile ${certificates.serverCert}`, `keyfile ${certificates.serverKey}`);
    if (options.tls === 'client') conf.push('require_certificate true');
  }
  const confPath = join(dir, 'mosquitto.conf');
  writeFileSync(confPath, `${conf.join('\n')}\n`);

  const log: string[] = [];
  let child = await launch(confPath, log);
  const end = (signal: NodeJS.Signals): Promise<void> => endChild(child, signal);
  return {
    kind: 'mosquitto',
    protocol: 5,
    url: `mqtt://127.0.0.1:${port}`,
    port,
    ...(tlsPort && certificates ? { tlsUrl: `mqtts://127.0.0.1:${tlsPort}`, certificates } : {}),
    ...(wsPort ? { wsUrl: `ws://127.0.0.1:${wsPort}` } : {}),
    ...(wssPort ? { wssUrl: `wss://127.0.0.1:${wssPort}` } : {}),
    log,
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
    restart: async () => {
      await end('SIGTERM');
      child = await launch(confPath, log);
    },
    signal: (signal) => void child.kill(signal),
  };
}

function settings(options: MosquittoOptions, dir: string): string[] {
  const conf = [
    'log_dest stderr',
    'log_type all',
    'max_queued_messages 0',
    `allow_anonymous ${!options.users}`,
  ];
  // Started as root it would become user mosquitto, who may not write here.
  if (process.getuid?.() === 0) conf.push('user root');
  if (options.persistence ?? true) {
    conf.push('persistence true', `persistence_location ${dir}/`, 'autosave_interval 1');
  }
  if (options.maxInflight !== undefined) conf.push(`max_inflight_messages ${options.maxInflight}`);
  if (options.users) {
    const passwords = join(dir, 'passwords');
    const plain = Object.entries(options.users).map(([user, password]) => `${user}:${password}\n`);
    writeFileSync(passwords, plain.join(''), { mode: 0o600 });
    execFileSync('mosquitto_passwd', ['-U', passwords]);
    conf.push(`password_file ${passwords}`);
  }
  if (options.acl !== undefined) {
    writeFileSync(join(dir, 'acl'), options.acl, { mode: 0o600 });
    conf.push(`acl_file ${join(dir, 'acl')}`);
  }
  return [...conf, ...(options.lines ?? [])];
}

async function launch(confPath: string, log: string[]): Promise<ChildProcess> {
  const child = spawn('mosquitto', ['-c', confPath], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, PATH },
  });
  owned(child);
  const from = log.length;
  const running = new Promise<void>((resolve, reject) => {
    createInterface({ input: child.stderr }).on('line', (line) => {
      log.push(line);
      if (/version \S+ running/.test(line)) resolve();
    });
    child.once('error', reject);
    child.once('close', (code) =>
      reject(new Error(`mosquitto exited (${code}): ${log.slice(from).join('\n')}`)),
    );
  });
  await within(running, 'mosquitto to run');
  return child;
}

async function endChild(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill(signal);
  await within(gone, `mosquitto to end on ${signal}`);
}
