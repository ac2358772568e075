import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { run } from './run.ts';

/**
 * An apt repository as a folder, to be served by any web server or copied to a stick: `deb [signed-by=…] URL stable
 * main` (Debian's repository format). What lies in its pool already stays, so that a box can go back a version.
 */
export interface Repository {
  readonly folder: string;
  /** The packages to put in. */
  readonly debs: readonly string[];
  /** Of the release, seconds since 1970. */
  readonly time: number;
  /** Which key of the caller's gpg signs it. */
  readonly key: string;
}

const SUITE = 'stable';
const POOL = 'pool/main/p/pilegate';
const ARCHITECTURES = ['amd64', 'arm64'];

/**
 * Writes or extends the repository; the indexes are signed last, so that what is cut off before is refused by apt.
 * @throws where a package is not readable or gpg has no such key
 */
export function writeRepository({ folder, debs, time, key }: Repository): void {
  const pool = join(folder, POOL);
  mkdirSync(pool, { recursive: true });
  for (const deb of debs) copyFileSync(deb, join(pool, poolName(deb)));
  const dist = join(folder, 'dists', SUITE);
  rmSync(dist, { recursive: true, force: true });
  for (const arch of ARCHITECTURES) {
    const index = packagesOf(pool, arch);
    const at = join(dist, `main/binary-${arch}`);
    mkdirSync(at, { recursive: true });
    writeFileSync(join(at, 'Packages'), index);
    writeFileSync(join(at, 'Packages.gz'), gzipSync(index, { level: 9 }));
  }
  writeFileSync(join(dist, 'Release'), releaseOf(dist, time));
  sign(key, join(dist, 'Release'), join(dist, 'InRelease'), '--clearsign');
  sign(key, join(dist, 'Release'), join(dist, 'Release.gpg'), '--detach-sign');
  const publicKey = run('gpg', ['--batch', '--armor', '--export', key]);
  if (publicKey === '') throw new Error(`gpg has no public key ${key}`);
  writeFileSync(join(folder, 'pilegate.asc'), publicKey);
}

/** Signs a file with a key of the caller's gpg, armoured. @throws where gpg cannot: an unknown key, no agent */
export function sign(key: string, file: string, to: string, how: '--clearsign' | '--detach-sign'): void {
  run('gpg', [
    '--batch',
    '--yes',
    '--armor',
    '--digest-algo',
    'SHA512',
    '-u',
    key,
    how,
    '--output',
    to,
    file,
  ]);
}

/** A package's name in the pool, whatever its file is called. */
function poolName(deb: string): string {
  const field = (name: string) => run('dpkg-deb', ['--field', deb, name]).trim();
  return `${field('Package')}_${field('Version')}_${field('Architecture')}.deb`;
}

function packagesOf(pool: string, arch: string): string {
  return readdirSync(pool)
    .filter((name) => name.endsWith(`_${arch}.deb`))
    .toSorted()
    .map((name) => {
      const file = join(pool, name);
      const data = readFileSync(file);
      const control = run('dpkg-deb', ['--field', file]).trimEnd();
      const sums = [
        `Filename: ${POOL}/${name}`,
        `Size: ${data.length}`,
        `SHA256: ${createHash('sha256').update(data).digest('hex')}`,
      ];
      return `${control}\n${sums.join('\n')}\n\n`;
    })
    .join('');
}

function releaseOf(dist: string, time: number): string {
  const files = ARCHITECTURES.flatMap((arch) =>
    ['Packages', 'Packages.gz'].map((name) => `main/binary-${arch}/${name}`),
  );
  const sums = files.map((name) => {
    const data = readFileSync(join(dist, name));
    return ` ${createHash('sha256').update(data).digest('hex')} ${data.length} ${name}`;
  });
  return `Origin: pilegate
Label: pilegate
Suite: ${SUITE}
Codename: ${SUITE}
Date: ${new Date(time * 1000).toUTCString().replace('GMT', 'UTC')}
Architectures: ${ARCHITECTURES.join(' ')}
Components: main
Description: pilegate, the edge gateway adapter of charging stations
SHA256:
${sums.join('\n')}
`;
}
