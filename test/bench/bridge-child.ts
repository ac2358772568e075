/**
 * The least that could be called a bridge: an event's bytes become a line of a file, and once that is on disk they are
 * acknowledged and posted as they are. It reads nothing, maps nothing, signs nothing and tries nothing again.
 */
import { fdatasyncSync, openSync, writeSync } from 'node:fs';
import { connect } from 'mqtt';
import { Pool } from 'undici';
import { z } from 'zod';
import { task } from './harness.ts';

const { url, gateUrl, path } = task(z.object({ url: z.string(), gateUrl: z.string(), path: z.string() }));
const file = openSync(path, 'a');
const newline = Buffer.from('\n');
const pool = new Pool(new URL(gateUrl).origin, { connections: 4 });
const client = connect(url, { clientId: 'bench-bridge', protocolVersion: 5, clean: true });
client.handleMessage = (packet, acknowledge) => {
  if (packet.cmd !== 'publish') return acknowledge();
  const body = Buffer.from(packet.payload);
  writeSync(file, Buffer.concat([body, newline]));
  fdatasyncSync(file);
  acknowledge();
  void post(body);
};
await client.subscribeAsync('piles/+/session/end', { qos: 1 });
process.stdout.write('ready\n');

async function post(body: Buffer): Promise<void> {
  const headers = { 'content-type': 'application/json; charset=utf-8' };
  const path = '/chargePile/chargingRecord';
  const response = await pool.request({ method: 'POST', path, headers, body });
  await response.body.text();
}
