import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheDir, run } from './host.ts';

/** The files that the tests install. */
export interface Packages {
  readonly deb: string;
  readonly tarball: string;
  /** The version that both are. */
  readonly version: string;
  /** The same program as an older version's package. */
  readonly previous: string;
}

/** The version that a box is upgraded from. */
export const PREVIOUS = '0.0.1';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Builds this machine's packages from the checkout, lightly compressed. */
export async function buildPackages(): Promise<Packages> {
  const arch = (await run('dpkg', '--print-architecture')).trim();
  const script = join(ROOT, 'scripts/package.ts');
  const printed = await run(process.execPath, script, '--arch', arch, '--quick');
  const files = printed.split('\n').map((line) => join(ROOT, line.split(' ')[0] ?? ''));
  const find = (end: string) => files.find((file) => file.endsWith(end)) ?? '';
  const deb = find('.deb');
  const version = (await run('dpkg-deb', '--field', deb, 'Version')).trim();
  return { deb, tarball: find('.tar.gz'), version, previous: await older(deb, version) };
}

async function older(deb: string, version: string): Promise<string> {
  const dir = mkdtempSync(join(cacheDir(), 'repack-'));
  await run('dpkg-deb', '--raw-extract', deb, dir);
  for (const file of ['DEBIAN/control', 'usr/lib/pilegate/package.json']) {
    const path = join(dir, file);
    writeFileSync(path, readFileSync(path, 'utf8').replace(version, PREVIOUS));
  }
  const to = join(dirname(deb), 'pilegate-previous.deb');
  await run('dpkg-deb', '--root-owner-group', '-Znone', '--build', dir, to);
  rmSync(dir, { recursive: true });
  return to;
}
