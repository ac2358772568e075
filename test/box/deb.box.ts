import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { PREVIOUS } from './packages.ts';
import { bootStation, config, delivered, KEY, left, type Station, startGate } from './station.ts';

const box = inject('box');

/** One box from its first day to its last: each test goes on where the one before it ended. */
describe.skipIf(box === undefined)('the Debian package on a booted box', () => {
  let station: Station;

  const install = async (file: string): Promise<string> => {
    await station.copy(file, '/root/pilegate.deb');
    return station.sh('dpkg --install /root/pilegate.deb </dev/null');
  };

  beforeAll(async () => {
    if (box === undefined) throw new Error('no box');
    station = await bootStation(box);
  });
  afterAll(() => station.stop());

  it('installs without starting anything, and says what to do', async () => {
    const said = await install(box?.packages.previous ?? '');
    expect(said).toContain('/etc/pilegate/gate.key');
    expect(said).toContain('systemctl enable --now pilegate');
    expect(await station.property('ActiveState')).toBe('inactive');
    expect(await station.property('UnitFileState')).toBe('disabled');
  });

  it('puts the program on the path, with its manual and completions', async () => {
    expect(await station.sh('pilegate --version')).toBe(PREVIOUS);
    expect(await station.sh('zcat /usr/share/man/man1/pilegate.1.gz')).toMatch(/^\.TH /m);
    expect(await station.sh('bash -n /usr/share/bash-completion/completions/pilegate')).toBe('');
    expect(await station.sh('head -1 /usr/share/zsh/vendor-completions/_pilegate')).toBe('#compdef pilegate');
  });

  it('has a unit that systemd finds no fault with, and no exposure beyond 1.1', async () => {
    expect(await station.sh('systemd-analyze verify --man=no pilegate.service')).toBe('');
    const security = await station.sh('systemd-analyze security --no-pager pilegate.service');
    const score = /exposure level for pilegate\.service: ([\d.]+)/.exec(security)?.[1];
    expect(Number(score)).toBeLessThanOrEqual(1.1);
  });

  it('ends with 78 before it is configured, says each thing that is missing, and is not tried again', async () => {
    const { code } = await station.attempt('systemctl start pilegate');
    expect(code).not.toBe(0);
    expect(await station.property('ExecMainStatus')).toBe('78');
    expect(await station.property('ActiveState')).toBe('failed');
    expect(await station.property('NRestarts')).toBe('0');
    const said = await station.journal('-p err');
    for (const key of ['station.id', 'gate.baseUrl', 'gate.keyFile']) expect(said).toContain(key);
  });

  it('ends with 78 and a line of its own where only the key is missing', async () => {
    await station.write('/etc/pilegate/config.yaml', config('first'));
    await station.attempt('systemctl start pilegate');
    expect(await station.property('ExecMainStatus')).toBe('78');
    expect(await station.journal('-p err -n 5')).toContain(
      'no key anywhere: put it into /etc/pilegate/gate.key',
    );
  });

  it('starts once it is configured, and tells systemd how it is', async () => {
    await startGate(station);
    await station.write('/etc/pilegate/gate.key', `${KEY}\n`, '600');
    await station.sh('pilegate check && systemctl enable --now pilegate');
    expect(await station.property('ActiveState')).toBe('active');
    expect(await station.property('StatusText')).toContain('broker connected');
  });

  it('brings an event from the broker to the gate', async () => {
    await station.publish('ORDER1');
    await delivered(station, 'ORDER1');
    expect((await station.status()).records.delivered).toBe(1);
  });

  it('runs without rights, and writes nowhere but where its state is', async () => {
    const pid = await station.property('MainPID');
    const process = await station.sh(`cat /proc/${pid}/status`);
    expect(process).toMatch(/^Uid:\t[1-9]\d{4}\t/m);
    expect(process).toMatch(/^CapBnd:\t0+$/m);
    expect(process).toMatch(/^NoNewPrivs:\t1$/m);
    expect(process).toMatch(/^Seccomp:\t2$/m);
    const uid = /^Uid:\t(\d+)/m.exec(process)?.[1];
    const write = (path: string) =>
      station.attempt(`nsenter -t ${pid} -m -S ${uid} -G ${uid} sh -c 'echo >${path}'`);
    expect((await write('/var/lib/pilegate/trial')).code).toBe(0);
    for (const path of ['/etc/pilegate/trial', '/usr/lib/pilegate/trial', '/var/lib/trial', '/root/trial'])
      expect((await write(path)).code, path).not.toBe(0);
    await station.sh('rm /var/lib/pilegate/trial');
  });

  it('shows the key in no environment, command line or journal', async () => {
    const pid = await station.property('MainPID');
    expect(await station.sh(`cat /proc/${pid}/environ /proc/${pid}/cmdline | tr '\\0' '\\n'`)).not.toContain(
      KEY,
    );
    expect(await station.journal()).not.toContain(KEY);
  });

  it('takes a changed config over at a reload', async () => {
    await station.write('/etc/pilegate/config.yaml', config('second'));
    await station.sh('systemctl reload pilegate');
    await station.until('journalctl -u pilegate -o cat | grep -q config.reloaded');
    await station.until('pilegate status | grep -q second');
  });

  it('keeps the old config at a reload of a wrong one, and says so as an error', async () => {
    const pid = await station.property('MainPID');
    await station.write('/etc/pilegate/config.yaml', config('third', undefined, 'nonsense: 1\n'));
    await station.sh('systemctl reload pilegate');
    await station.until('journalctl -u pilegate -p err -o cat | grep config.rejected | grep -q nonsense');
    expect(await station.property('MainPID')).toBe(pid);
    await station.publish('ORDER2');
    await delivered(station, 'ORDER2');
    await station.write('/etc/pilegate/config.yaml', config('second'));
  });

  it('is killed by the watchdog when it stands still, and started again', async () => {
    expect(await station.property('WatchdogUSec')).toBe('1min');
    await station.sh(`mkdir -p /run/systemd/system/pilegate.service.d
      printf '[Service]\\nWatchdogSec=3\\nTimeoutAbortSec=1\\n' >/run/systemd/system/pilegate.service.d/trial.conf
      systemctl daemon-reload && systemctl restart pilegate`);
    const pid = await station.property('MainPID');
    await station.sh(`kill -STOP ${pid}`);
    await station.until('journalctl -u pilegate -o cat | grep -qi "watchdog timeout"');
    await station.until(
      `[ "$(systemctl show --value -p MainPID pilegate)" != ${pid} ] && systemctl is-active pilegate`,
    );
    await station.publish('ORDER3');
    await delivered(station, 'ORDER3');
    expect(Number(await station.property('NRestarts'))).toBeGreaterThan(0);
    await station.sh(
      'rm -r /run/systemd/system/pilegate.service.d; systemctl daemon-reload; systemctl restart pilegate',
    );
  });

  it('goes on in the new version after an upgrade, with its config and its pending records', async () => {
    await station.sh('systemctl stop gate');
    for (const order of ['ORDER4', 'ORDER5', 'ORDER6']) await station.publish(order);
    await station.until(`pilegate status --json | grep -q '"pending":3'`);
    const pid = await station.property('MainPID');
    await install(box?.packages.deb ?? '');
    await station.until(
      `[ "$(systemctl show --value -p MainPID pilegate)" != ${pid} ] && systemctl is-active pilegate`,
    );
    expect(await station.sh('cat /etc/pilegate/config.yaml')).toContain('second');
    const { version, records } = await station.status();
    expect({ version, pending: records.pending }).toEqual({ version: box?.packages.version, pending: 3 });
    await startGate(station);
    for (const order of ['ORDER4', 'ORDER5', 'ORDER6']) await delivered(station, order);
  });

  it('refuses an outbox of a newer version with a clear line, and leaves it as it is', async () => {
    const outbox = (code: string) =>
      station.sh(
        `cd /usr/lib/pilegate && bin/node -e "const db = require('better-sqlite3')('/var/lib/pilegate/outbox.db'); ${code}"`,
      );
    await station.sh('systemctl stop pilegate');
    const version = await outbox("console.log(db.pragma('user_version', { simple: true }))");
    await outbox("db.pragma('user_version = 999')");
    await station.attempt('systemctl start pilegate');
    expect(await station.journal('-p err -n 5')).toContain('is from a newer pilegate (outbox version 999');
    await station.sh('systemctl stop pilegate');
    expect(await outbox("console.log(db.pragma('user_version', { simple: true }))")).toBe('999');
    await outbox(`db.pragma('user_version = ${version}')`);
    await station.sh('systemctl reset-failed pilegate; systemctl start pilegate');
    expect((await station.status()).records.delivered).toBe(6);
  });

  it('keeps config, key and state when it is removed, and says what to do when it comes again', async () => {
    await station.sh('dpkg --remove pilegate');
    expect((await station.attempt('command -v pilegate; pgrep node')).code).not.toBe(0);
    await station.sh('ls /etc/pilegate/config.yaml /etc/pilegate/gate.key /var/lib/pilegate/outbox.db');
    expect(await install(box?.packages.deb ?? '')).toContain('systemctl enable --now pilegate');
    await station.sh('systemctl enable --now pilegate');
    expect((await station.status()).records.delivered).toBe(6);
  });

  it('leaves nothing behind when it is purged, and asks nothing', async () => {
    await station.sh('dpkg --purge pilegate </dev/null');
    expect(await left(station, '/usr/lib/pilegate', '/usr/bin/pilegate', '/run/pilegate')).toBe('');
    expect((await station.attempt('systemctl cat pilegate')).code).not.toBe(0);
  });
});
