import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { sessionEnd } from '../support/session.ts';
import { boot, type Container } from './container.ts';
import { cacheDir } from './host.ts';
import type { Box } from './setup.ts';

/** The key of the interface document's example. */
export const KEY = '192006250b4c09247ec02edce69f6a2d';

/** A config that `extra` YAML lines may follow. */
export function config(name: string, mqtt = 'url: mqtt://127.0.0.1:1883', extra = ''): string {
  return `station: { id: S1, name: ${name} }
gate: { baseUrl: "http://127.0.0.1:9650/", portName: account, parkId: "3302122004" }
mqtt: { ${mqtt} }
sources:
  - { name: session-end, topic: "piles/{deviceId}/session/end", profile: pilegate }
${extra}`;
}

/** A box with a broker and a gate, on which pilegate is to be installed. */
export interface Station extends Container {
  /** Writes a text into a file of the box. */
  write(path: string, text: string, mode?: string): Promise<void>;
  /** Has a pile publish the end of a session, by a client that waits for the broker's acknowledgement. */
  publish(order: string, ...options: readonly string[]): Promise<void>;
  /** What `pilegate status --json` says. */
  status(): Promise<z.infer<typeof STATUS>>;
  /** What systemd says of a property of the service. */
  property(name: string): Promise<string>;
  /** What the service has written to the journal since its last start, or `--lines` of it. */
  journal(...options: readonly string[]): Promise<string>;
}

const STATUS = z.looseObject({
  version: z.string(),
  mqtt: z.looseObject({ connected: z.boolean() }),
  records: z.looseObject({ pending: z.number(), delivered: z.number() }),
});

/** Boots one, of this machine's own release unless another root folder is given. */
export async function bootStation({ root }: Pick<Box, 'root'>): Promise<Station> {
  const container = await boot(root);
  const write = async (path: string, text: string, mode = '644') => {
    const dir = mkdtempSync(join(cacheDir(), 'file-'));
    writeFileSync(join(dir, 'text'), text);
    await container.copy(join(dir, 'text'), path);
    rmSync(dir, { recursive: true });
    await container.sh(`chmod ${mode} ${path}; chown root:root ${path}`);
  };
  return {
    ...container,
    write,
    publish: async (order, ...options) => {
      const to = `-h 127.0.0.1 -q 1 -t piles/D001/session/end ${options.join(' ')}`;
      await container.until(`mosquitto_pub ${to} -m '${sessionEnd(order)}'`);
    },
    status: async () =>
      STATUS.parse(JSON.parse(await container.sh('pilegate status --json 2>/dev/null || true'))),
    property: (name) => container.sh(`systemctl show --value -p ${name} pilegate`),
    journal: (...options) => container.sh(`journalctl -u pilegate -o cat --no-pager ${options.join(' ')}`),
  };
}

/** Starts the simulated gate as a service of the box; `systemctl stop gate` ends it. */
export async function startGate(station: Station): Promise<void> {
  await station.write('/root/simulated.key', `${KEY}\n`, '600');
  await station.sh(
    'systemd-run --quiet --unit=gate pilegate simulate gate --json --key-file /root/simulated.key --park-id 3302122004',
  );
  await station.until('journalctl -u gate -o cat --no-pager | grep -q listening');
}

/** Waits until the gate has taken an order. */
export async function delivered(station: Station, order: string): Promise<void> {
  await station.until(
    `journalctl -u gate -o cat --no-pager | grep accepted | grep -q '"orderNo":"${order}"'`,
  );
}

/** Which of a removed installation's config and state, and of some more paths, are still there. */
export function left(station: Station, ...more: readonly string[]): Promise<string> {
  const paths = ['/etc/pilegate', '/var/lib/pilegate', '/var/lib/private/pilegate', ...more];
  return station.sh(`for path in ${paths.join(' ')}; do ! [ -e $path ] || find $path; done`);
}
