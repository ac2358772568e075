import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { bootStation, config, delivered, KEY, type Station, startGate } from './station.ts';

const box = inject('box');
/** How long it is watched, seconds. */
const WATCHED = 60;

describe.skipIf(box === undefined)('the service at rest on a booted box', () => {
  let station: Station;
  let pid: string;

  beforeAll(async () => {
    if (box === undefined) throw new Error('no box');
    station = await bootStation(box);
    await station.copy(box.packages.deb, '/root/pilegate.deb');
    await station.sh('dpkg --install /root/pilegate.deb');
    await station.write('/etc/pilegate/config.yaml', config('resting'));
    await station.write('/etc/pilegate/gate.key', `${KEY}\n`, '600');
    await startGate(station);
    await station.sh('systemctl start pilegate');
    await station.publish('ORDER1');
    await delivered(station, 'ORDER1');
    pid = await station.property('MainPID');
  });
  afterAll(() => station.stop());

  it('takes little of the processor, and writes nothing', async () => {
    // Its start is over when the record's answer is settled and the compiler is done.
    await sleep(5_000);
    const before = await usage();
    await sleep(WATCHED * 1000);
    const after = await usage();
    const share = (after.cpu - before.cpu) / WATCHED;
    console.log(
      `at rest: ${(share * 100).toFixed(2)} % of a core, ${after.written - before.written} bytes written in ${WATCHED} s`,
    );
    expect(share).toBeLessThan(0.02);
    expect(after.written - before.written).toBe(0);
  });

  it('holds little memory', async () => {
    const rollup = await station.sh(`cat /proc/${pid}/smaps_rollup`);
    const mib = (...names: string[]) =>
      names.reduce(
        (sum, name) => sum + Number(new RegExp(`^${name}: +(\\d+) kB$`, 'm').exec(rollup)?.[1]),
        0,
      ) / 1024;
    const [resident, own] = [mib('Rss'), mib('Private_Clean', 'Private_Dirty')];
    console.log(
      `at rest: ${resident.toFixed(1)} MiB resident, ${own.toFixed(1)} private, ${mib('Anonymous').toFixed(1)} anonymous`,
    );
    expect(resident).toBeLessThan(100);
    expect(own).toBeLessThan(50);
  });

  /** Seconds of processor time, and bytes that went to storage. */
  async function usage(): Promise<{ cpu: number; written: number }> {
    const stat = (await station.sh(`cat /proc/${pid}/stat`)).replace(/^.*\) /, '').split(' ');
    const written = /^write_bytes: (\d+)$/m.exec(await station.sh(`cat /proc/${pid}/io`))?.[1];
    return { cpu: (Number(stat[11]) + Number(stat[12])) / 100, written: Number(written) };
  }
});
