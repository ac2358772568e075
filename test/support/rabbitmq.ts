import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { atEnd } from './cleanup.ts';
import { freePort } from './port.ts';
import { tempDir } from './tmp.ts';
import { until } from './wait.ts';

/** The start script of Debian's package; the one in the PATH would change to another user. */
const SERVER = '/usr/lib/rabbitmq/bin/rabbitmq-server';

/** How a test wants its RabbitMQ. */
export interface RabbitOptions {
  /** Users by name; all may subscribe to everything. */
  readonly users: Readonly<Record<string, RabbitUser>>;
  /** Whether retained messages are kept; true by default. */
  readonly retained?: boolean;
}

/** A user of RabbitMQ. */
export interface RabbitUser {
  readonly password: string;
  /** A regular expression over the topics that it may publish on, dots instead of slashes; all by default. */
  readonly write?: string;
}

/** Whether RabbitMQ is installed; where it is not, it is said on stderr. */
export function rabbitAvailable(): boolean {
  if (existsSync(SERVER)) return true;
  process.stderr.write(
    'no RabbitMQ here: its tests are left out. To run them: apt-get install rabbitmq-server\n',
  );
  return false;
}

/** Starts a RabbitMQ with its MQTT plugin on loopback, and resolves to `mqtt://127.0.0.1:PORT` once it accepts connections. */
export async function startRabbit({ users, retained = true }: RabbitOptions): Promise<string> {
  const dir = tempDir();
  const [port, epmdPort, distPort] = [await freePort(), await freePort(), await freePort()];
  const definitions = join(dir, 'definitions.json');
  writeFileSync(definitions, JSON.stringify(definitionsOf(users)));
  writeFileSync(join(dir, 'plugins'), '[rabbitmq_mqtt].\n');
  const conf = [
    'listeners.tcp = none',
    'loopback_users = none',
    `mqtt.listeners.tcp.1 = 127.0.0.1:${port}`,
    'mqtt.allow_anonymous = false',
    `load_definitions = ${definitions}`,
    'log.console = true',
    'log.file = false',
    ...(retained ? [] : ['mqtt.retained_message_store = rabbit_mqtt_retained_msg_store_noop']),
  ];
  writeFileSync(join(dir, 'rabbitmq.conf'), `${conf.join('\n')}\n`);
  const env = {
    ...process.env,
    HOME: dir,
    RABBITMQ_NODENAME: `pilegate-${port}@localhost`,
    RABBITMQ_MNESIA_BASE: join(dir, 'mnesia'),
    RABBITMQ_LOG_BASE: join(dir, 'log'),
    RABBITMQ_PID_FILE: join(dir, 'pid'),
    RABBITMQ_CONFIG_FILE: join(dir, 'rabbitmq'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(dir, 'plugins'),
    RABBITMQ_DIST_PORT: String(distPort),
    ERL_EPMD_PORT: String(epmdPort),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    // Lets it be ended while it still counts the node as there.
    ERL_EPMD_RELAXED_COMMAND_CHECK: 'true',
  };
  const child = spawn(SERVER, { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (said += data));
  atEnd(() => stop(child, env));
  await until(
    async () => {
      if (child.exitCode !== null)
        throw new Error(`RabbitMQ ended (${child.exitCode}): ${said.slice(-2_000)}`);
      return await accepts(port);
    },
    `RabbitMQ to run; ${said.slice(-500)}`,
    90_000,
  );
  return `mqtt://127.0.0.1:${port}`;
}

function definitionsOf(users: RabbitOptions['users']): object {
  const names = Object.entries(users);
  const all = { vhost: '/', configure: '.*', write: '.*', read: '.*' };
  return {
    vhosts: [{ name: '/' }],
    users: names.map(([name, { password }]) => ({ name, password, tags: '' })),
    permissions: names.map(([user]) => ({ user, ...all })),
    topic_permissions: names.flatMap(([user, { write }]) =>
      write === undefined ? [] : [{ user, vhost: '/', exchange: 'amq.topic', write, read: '.*' }],
    ),
  };
}

async function stop(child: ChildProcess, env: NodeJS.ProcessEnv): Promise<void> {
  if (child.pid !== undefined && child.exitCode === null) {
    const gone = new Promise((resolve) => child.once('exit', resolve));
    // The start script and the virtual machine below it.
    process.kill(-child.pid, 'SIGKILL');
    await gone;
  }
  // Erlang's name server, started for this node, is a daemon of its own.
  spawnSync('epmd', ['-port', env['ERL_EPMD_PORT'] ?? '', '-kill'], { env, timeout: 5_000 });
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
