import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { bootStation, config, delivered, KEY, left, type Station, startGate } from './station.ts';

const box = inject('box');
const PASSWORD = 'open-sesame';

describe.skipIf(box === undefined)('the tar.gz on a booted box', () => {
  let station: Station;
  const install = (what = '') => station.sh(`cd /root/pilegate-* && sh install.sh ${what} </dev/null`);

  beforeAll(async () => {
    if (box === undefined) throw new Error('no box');
    station = await bootStation(box);
    await station.copy(box.packages.tarball, '/root/pilegate.tar.gz');
    await station.sh('cd /root && tar -xf pilegate.tar.gz');
  });
  afterAll(() => station.stop());

  it('installs without starting anything, and says what to do', async () => {
    expect(await install()).toContain('systemctl enable --now pilegate');
    expect(await station.property('ActiveState')).toBe('inactive');
    expect(await station.sh('pilegate --version')).toBe(box?.packages.version);
    expect(await station.sh('systemd-analyze verify --man=no pilegate.service')).toBe('');
  });

  it("takes the gate's key and the broker's password as credentials", async () => {
    await station.write(
      '/etc/mosquitto/conf.d/login.conf',
      'listener 1884 127.0.0.1\npassword_file /etc/mosquitto/passwords\n',
    );
    await station.sh(`mosquitto_passwd -b -c /etc/mosquitto/passwords adapter ${PASSWORD}
      chmod 644 /etc/mosquitto/passwords && systemctl restart mosquitto`);
    await startGate(station);
    await station.write(
      '/etc/pilegate/config.yaml',
      config('first', 'url: mqtt://127.0.0.1:1884, username: adapter'),
    );
    await station.write('/etc/pilegate/gate.key', `${KEY}\n`, '600');
    await station.write('/etc/pilegate/mqtt.password', `${PASSWORD}\n`, '600');
    await station.sh('systemctl enable --now pilegate');
    await station.publish('ORDER1', `-p 1884 -u adapter -P ${PASSWORD}`);
    await delivered(station, 'ORDER1');
    const pid = await station.property('MainPID');
    const shown = await station.sh(`cat /proc/${pid}/environ /proc/${pid}/cmdline | tr '\\0' '\\n'`);
    expect(shown).not.toContain(PASSWORD);
  });

  it('goes on after another installation over it, with its config and state', async () => {
    const pid = await station.property('MainPID');
    await install();
    await station.until(
      `[ "$(systemctl show --value -p MainPID pilegate)" != ${pid} ] && systemctl is-active pilegate`,
    );
    expect((await station.status()).records.delivered).toBe(1);
    expect(await station.sh('ls -d /usr/lib/pilegate*')).toBe('/usr/lib/pilegate');
  });

  it('says what a box lacks before it changes anything', async () => {
    const { code, output } = await station.attempt(
      'mv /usr/bin/xz /usr/bin/away; cd /root/pilegate-* && sh install.sh',
    );
    await station.sh('mv /usr/bin/away /usr/bin/xz; systemctl is-active pilegate');
    expect(code).toBe(1);
    expect(output).toContain('pilegate needs xz');
  });

  it('keeps config and state when it is removed, and nothing when it is purged', async () => {
    await install('remove');
    expect((await station.attempt('command -v pilegate')).code).not.toBe(0);
    await station.sh('ls /etc/pilegate/config.yaml /var/lib/pilegate/outbox.db');
    await install('purge');
    expect(await left(station, '/usr/share/doc/pilegate')).toBe('');
  });
});
