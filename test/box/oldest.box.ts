import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { bootStation, config, delivered, KEY, type Station, startGate } from './station.ts';

const box = inject('box');

describe.skipIf(box === undefined)('the package on the oldest system that it is tried on', () => {
  let station: Station;

  beforeAll(async () => {
    if (box === undefined) throw new Error('no box');
    station = await bootStation({ root: box.oldest });
    await station.copy(box.packages.deb, '/root/pilegate.deb');
  });
  afterAll(() => station.stop());

  it('finds an older C library there than the one that SQLite is usually built for', async () => {
    const version = await station.sh('getconf GNU_LIBC_VERSION');
    expect(version).toMatch(/^glibc 2\.(?:2[89]|3[0-3])$/);
    console.log(version);
  });

  it('installs, starts, and brings an event to the gate', async () => {
    await station.sh('dpkg --install /root/pilegate.deb </dev/null');
    await station.write('/etc/pilegate/config.yaml', config('oldest'));
    await station.write('/etc/pilegate/gate.key', `${KEY}\n`, '600');
    await startGate(station);
    await station.sh('systemctl start pilegate');
    await station.publish('ORDER1');
    await delivered(station, 'ORDER1');
    expect((await station.status()).records.delivered).toBe(1);
  });

  it('gives the key to nobody but the service, and takes it back when that stops', async () => {
    const pid = await station.property('MainPID');
    const owner = await station.sh(`stat -c %u /proc/${pid}`);
    const key = '/run/pilegate-credentials/gate.key';
    expect(await station.sh(`stat -c '%u %a' ${key}`)).toBe(`${owner} 400`);
    expect(await station.sh(`cat /proc/${pid}/environ /proc/${pid}/cmdline | tr '\\0' '\\n'`)).not.toContain(
      KEY,
    );
    await station.sh('systemctl stop pilegate');
    expect((await station.attempt(`ls ${key}`)).code).not.toBe(0);
  });
});
