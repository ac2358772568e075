import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { sign, writeRepository } from '../../scripts/package/repository.ts';
import { cacheDir, run } from './host.ts';
import { PREVIOUS } from './packages.ts';
import { bootStation, type Station } from './station.ts';

const box = inject('box');
const SIGNER = 'releases@pilegate.invalid';

describe.skipIf(box === undefined)('the apt repository', () => {
  const dir = mkdtempSync(join(cacheDir(), 'repository-'));
  const folder = join(dir, 'repository');
  const gpgHome = join(dir, 'gpg');
  const previousHome = process.env['GNUPGHOME'];
  let station: Station;

  const publish = async (...debs: readonly string[]) => {
    writeRepository({ folder, debs, time: Math.floor(Date.now() / 1000), key: SIGNER });
    await station.sh('rm -rf /srv/repository');
    await run('cp', '-r', folder, join(station.root, 'srv/repository'));
  };
  const apt = (what: string) =>
    station.attempt(`DEBIAN_FRONTEND=noninteractive apt-get -q ${what} </dev/null`);

  beforeAll(async () => {
    if (box === undefined) throw new Error('no box');
    mkdirSync(gpgHome, { mode: 0o700 });
    process.env['GNUPGHOME'] = gpgHome;
    await run(
      'gpg',
      '--batch',
      '--quiet',
      '--passphrase',
      '',
      '--quick-generate-key',
      SIGNER,
      'ed25519',
      'sign',
    );
    station = await bootStation(box);
    await station.sh('rm -f /etc/apt/sources.list /etc/apt/sources.list.d/*; mkdir -p /etc/apt/keyrings');
    await station.sh(
      'echo "deb [signed-by=/etc/apt/keyrings/pilegate.asc] file:/srv/repository stable main" >/etc/apt/sources.list',
    );
  });
  afterAll(async () => {
    await station.stop();
    await run('gpgconf', '--kill', 'all');
    if (previousHome === undefined) delete process.env['GNUPGHOME'];
    else process.env['GNUPGHOME'] = previousHome;
    rmSync(dir, { recursive: true });
  });

  it('is refused while its key is not there', async () => {
    await publish(box?.packages.previous ?? '');
    expect((await apt('update')).output).toMatch(/NO_PUBKEY|not signed|no longer signed/);
    expect((await apt('install pilegate')).code).not.toBe(0);
  });

  it('installs', async () => {
    await station.sh('cp /srv/repository/pilegate.asc /etc/apt/keyrings/');
    expect(await apt('update')).toMatchObject({ code: 0 });
    expect(await apt('install -y pilegate')).toMatchObject({ code: 0 });
    expect(await station.sh('pilegate --version')).toBe(PREVIOUS);
  });

  it('upgrades', async () => {
    await publish(box?.packages.deb ?? '');
    expect(await apt('update')).toMatchObject({ code: 0 });
    expect(await apt('upgrade -y')).toMatchObject({ code: 0 });
    expect(await station.sh('pilegate --version')).toBe(box?.packages.version);
  });

  it('keeps the version before, to go back to', async () => {
    expect(await apt(`install -y --allow-downgrades pilegate=${PREVIOUS}`)).toMatchObject({ code: 0 });
    expect(await station.sh('pilegate --version')).toBe(PREVIOUS);
  });

  it('is refused where a package was tampered with', async () => {
    await station.sh('for deb in /srv/repository/pool/main/p/pilegate/*.deb; do printf x >>$deb; done');
    const { code, output } = await apt('upgrade -y');
    expect(code).not.toBe(0);
    expect(output).toMatch(/Hash Sum mismatch|unexpected size/i);
    expect(await station.sh('pilegate --version')).toBe(PREVIOUS);
  });

  it('is refused where its index was tampered with', async () => {
    await station.sh(
      "sed -i 's/^Version: .*/Version: 9.9.9/' /srv/repository/dists/stable/main/binary-*/Packages; rm /srv/repository/dists/stable/main/binary-*/Packages.gz; rm -rf /var/lib/apt/lists/*",
    );
    const { output } = await apt('update');
    expect(output).toMatch(/Hash Sum mismatch|unexpected size|do not match/i);
    expect((await station.attempt('apt-cache policy pilegate')).output).not.toContain('9.9.9');
  });

  it('signs what its key signs: another file with the same signature is refused by the archive’s installer', async () => {
    await station.copy(box?.packages.tarball ?? '', '/root/pilegate.tar.gz');
    await station.sh('cd /root && rm -rf pilegate-* && tar -xf pilegate.tar.gz');
    const sums = join(dir, 'SHA256SUMS');
    const inside = (await station.sh('ls -d /root/pilegate-*')).trim();
    await run('cp', join(station.root, inside, 'SHA256SUMS'), sums);
    sign(SIGNER, sums, `${sums}.asc`, '--detach-sign');
    const key = 'PILEGATE_KEY=/etc/apt/keyrings/pilegate.asc';
    const install = () => station.attempt(`cd ${inside} && ${key} sh install.sh </dev/null`);
    expect((await install()).output).toMatch(/needs gpg|is not signed/);
    await station.copy(`${sums}.asc`, `${inside}/SHA256SUMS.asc`);
    await station.sh(`printf x >>${inside}/data.tar.xz`);
    const { code, output } = await install();
    expect(code).toBe(1);
    expect(output).toContain('damaged');
  });
});
