import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { connectAsync, type IClientOptions } from 'mqtt';

/** One message to publish. */
export interface Message {
  readonly topic: string;
  readonly payload: string | Uint8Array;
}

/** How {@link publishAll} connects. */
export interface PublishOptions extends Pick<IClientOptions, 'username' | 'password' | 'protocolVersion'> {
  /** How many messages may be without their PUBACK at a time; 500 by default. */
  readonly window?: number;
  readonly retain?: boolean;
  /** Called with each message as its PUBACK arrives. */
  readonly onPublished?: (message: Message) => void;
}

/**
 * Publishes in order over one connection at QoS 1 and resolves when each has its PUBACK. Where the broker goes
 * away meanwhile it connects again and sends what was not acknowledged once more.
 */
export async function publishAll(
  url: string,
  messages: Iterable<Message>,
  options: PublishOptions = {},
): Promise<number> {
  const { window = 500, retain = false, onPublished, ...connection } = options;
  const client = await connectAsync(url, { protocolVersion: 4, reconnectPeriod: 50, ...connection });
  // Without a listener a refused reconnect would end the process; the reconnect itself goes on.
  client.on('error', () => {});
  const open = new Set<Promise<void>>();
  let count = 0;
  try {
    for (const message of messages) {
      while (open.size >= window) await Promise.race(open);
      const sent = client
        .publishAsync(message.topic, Buffer.from(message.payload), { qos: 1, retain })
        .then(() => onPublished?.(message));
      open.add(sent);
      sent.then(
        () => open.delete(sent),
        () => {},
      );
      count += 1;
    }
    await Promise.all(open);
    return count;
  } finally {
    await client.endAsync(true);
  }
}

const run = promisify(execFile);

/** Publishes one message at QoS 1 by the real mosquitto_pub, and resolves when the broker has acknowledged it. */
export async function mosquittoPub(url: string, topic: string, payload: string): Promise<void> {
  const { hostname, port } = new URL(url);
  await run('mosquitto_pub', ['-h', hostname, '-p', port, '-q', '1', '-t', topic, '-m', payload]);
}

/** Publishes each line as one message at QoS 1 by one real mosquitto_pub; a payload may hold no newline. */
export async function mosquittoPubLines(
  url: string,
  topic: string,
  payloads: readonly string[],
): Promise<void> {
  const { hostname, port } = new URL(url);
  const running = run('mosquitto_pub', ['-h', hostname, '-p', port, '-q', '1', '-t', topic, '-l']);
  running.child.stdin?.end(`${payloads.join('\n')}\n`);
  await running;
}
