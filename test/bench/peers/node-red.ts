import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Program, runProgram } from '../program.ts';
import { peerFile } from './install.ts';

/**
 * Starts Node-RED without its editor on a flow of two nodes, `mqtt in` and `http request`: QoS 1, a session that the
 * broker keeps, connections to the gate kept alive.
 * @param dir its user directory
 */
export function runNodeRed(
  dir: string,
  { url, gateUrl }: { url: string; gateUrl: string },
): Promise<Program> {
  const { hostname, port } = new URL(url);
  const broker = {
    id: 'broker',
    type: 'mqtt-broker',
    broker: hostname,
    port,
    clientid: 'bench-peer',
    protocolVersion: '5',
    cleansession: false,
    sessionExpiry: 3600,
    autoUnsubscribe: false,
    keepalive: 60,
  };
  const flow = [
    { id: 'flow', type: 'tab', label: 'bench' },
    broker,
    {
      id: 'in',
      type: 'mqtt in',
      z: 'flow',
      broker: 'broker',
      topic: 'piles/+/session/end',
      qos: '1',
      datatype: 'utf8',
      rap: true,
      rh: 0,
      inputs: 0,
      wires: [['post']],
    },
    {
      id: 'post',
      type: 'http request',
      z: 'flow',
      method: 'POST',
      ret: 'txt',
      url: `${gateUrl}chargePile/chargingRecord`,
      persist: true,
      headers: [{ keyType: 'Content-Type', keyValue: '', valueType: 'application/json', valueValue: '' }],
      wires: [[]],
    },
  ];
  const settings = {
    flowFile: 'flows.json',
    credentialSecret: false,
    httpAdminRoot: false,
    httpNodeRoot: false,
    uiHost: '127.0.0.1',
    uiPort: 0,
    telemetry: { enabled: false },
    logging: { console: { level: 'info' } },
  };
  writeFileSync(join(dir, 'flows.json'), JSON.stringify(flow));
  writeFileSync(join(dir, 'settings.js'), `module.exports = ${JSON.stringify(settings)};\n`);
  const argv = [peerFile('node-red/red.js'), '--userDir', dir, '--settings', join(dir, 'settings.js')];
  return runProgram(argv, 'Connected to broker');
}
