import { randomBytes } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The car park of the demo, the interface document's example. */
export const PARK_ID = '3302122004';

/** The key that the demo's gate and daemon share: made up anew each time. */
export function makeKey(): string {
  return randomBytes(16).toString('hex').toUpperCase();
}

/** Makes a directory of the demo's own under the system's temp directory. */
export function makeDirectory(): string {
  return mkdtempSync(join(tmpdir(), 'pilegate-demo-'));
}

/**
 * Writes the daemon's config and key into `dir` as a person would, and gives the config's path. Everything is as
 * on a station but for the broker's protocol (the embedded one knows no MQTT 5) and the longest wait in an outage:
 * two minutes are more than a demo has.
 */
export function writeDemoConfig(dir: string, brokerUrl: string, gateUrl: string, key: string): string {
  const path = join(dir, 'config.yaml');
  writeFileSync(join(dir, 'gate.key'), `${key}\n`, { mode: 0o600 });
  writeFileSync(
    path,
    `station: { id: "3302120001", name: 示例充电站, timeZone: Asia/Shanghai }
gate: { baseUrl: "${gateUrl}", portName: example, parkId: "${PARK_ID}", keyFile: gate.key }
mqtt: { url: "${brokerUrl}", protocol: 3.1.1 }
sources: [{ name: session-end, topic: "piles/{deviceId}/session/end", profile: pilegate }]
delivery: { outage: { max: 2s } }
http: { listen: off }
`,
  );
  return path;
}
