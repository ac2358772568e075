import { connect } from 'mqtt';
import { Pool } from 'undici';
import { z } from 'zod';
import { task } from '../harness.ts';

/** What a consumer with somebody's queue is told. */
export function consumerTask() {
  return task(z.object({ url: z.string(), gateUrl: z.string(), path: z.string(), concurrency: z.number() }));
}

/** POSTs an event as it came; throws where the gate does not say yes. */
export function poster(gateUrl: string, concurrency: number): (body: string) => Promise<void> {
  const pool = new Pool(new URL(gateUrl).origin, { connections: concurrency });
  const headers = { 'content-type': 'application/json; charset=utf-8' };
  const path = '/chargePile/chargingRecord';
  return async (body) => {
    const response = await pool.request({ method: 'POST', path, headers, body });
    await response.body.text();
    if (response.statusCode !== 200) throw new Error(`HTTP ${response.statusCode}`);
  };
}

/**
 * Takes events at QoS 1 in a session that the broker keeps, and acknowledges each once it is queued.
 * @param enqueue resolves, or returns, when the queue has the event
 */
export async function consume(url: string, enqueue: (event: string) => unknown): Promise<void> {
  const client = connect(url, {
    clientId: 'bench-peer',
    clean: false,
    protocolVersion: 5,
    properties: { sessionExpiryInterval: 3600, receiveMaximum: 1000 },
  });
  client.handleMessage = (packet, acknowledge) => {
    if (packet.cmd !== 'publish') return acknowledge();
    Promise.resolve(enqueue(packet.payload.toString())).then(() => acknowledge(), acknowledge);
  };
  await client.subscribeAsync('piles/+/session/end', { qos: 1 });
  process.stdout.write('ready\n');
}
