import type { Connection } from './connection.ts';
import type { Echo } from './echo.ts';
import { askFor } from './subscriptions.ts';

/**
 * Proves that the broker knows shared subscriptions: what is published on a topic must come back on a share of it.
 * A broker that knows none takes `$share/…` for an ordinary filter, grants it, and delivers nothing for ever (RabbitMQ
 * and aedes on 3.1.1, where CONNACK has no word about it).
 * @param topic one that this login may publish on; it gets `payload` as its retained message
 * @param limitMs for the message to come back, milliseconds
 * @returns what is wrong, undefined where it came back
 * @throws where the connection is lost, or the broker refuses the publish
 */
export async function proveShare(
  connection: Connection,
  echo: Echo,
  { topic, payload, limitMs }: { topic: string; payload: string; limitMs: number },
): Promise<'refused' | 'undelivered' | undefined> {
  const filter = `$share/proof-${connection.clientId.replace(/[+#/]/g, '_')}/${topic}`;
  if ((await askFor(connection.client, filter, 2)) >= 128) return 'refused';
  const comesBack = echo.comesBack(payload, limitMs);
  await connection.publish(topic, payload, true);
  const came = await comesBack;
  if (connection.client.connected) await connection.client.unsubscribeAsync(filter);
  return came ? undefined : 'undelivered';
}

/** Whether a message on this topic can have come by a shared subscription only. */
export function onlyShared(filters: readonly string[], topic: string): boolean {
  return !filters.some((filter) => !filter.startsWith('$share/') && matches(filter, topic));
}

/** Whether a topic filter takes a topic (MQTT 5, 4.7.1). */
function matches(filter: string, topic: string): boolean {
  const levels = topic.split('/');
  const wanted = filter.split('/');
  const rest = wanted.indexOf('#');
  if (rest < 0 ? wanted.length !== levels.length : levels.length < rest) return false;
  return wanted.every((level, at) => level === '+' || level === '#' || level === levels[at]);
}
