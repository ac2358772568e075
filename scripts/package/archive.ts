import { readFileSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { run } from './run.ts';

/** The same tree at the same commit gives the same bytes: order, owners, modes and times are fixed. */
const SAME = [
  '--sort=name',
  '--owner=0',
  '--group=0',
  '--numeric-owner',
  '--mode=u=rwX,go=rX',
  '--format=gnu',
];

/**
 * Packs paths of a folder.
 * @param time of every entry, seconds since 1970
 */
function tar(folder: string, paths: readonly string[], to: string, time: number): void {
  run('tar', ['-C', folder, ...SAME, `--mtime=@${time}`, '-cf', to, ...paths]);
}

/**
 * Packs a folder's contents into `to`, which ends in `.tar.xz`. One thread: more would give other bytes.
 * @param level of compression, 0 to 9
 */
export function tarXz(folder: string, to: string, time: number, level = 6): void {
  const plain = to.replace(/\.xz$/, '');
  tar(folder, ['.'], plain, time);
  run('xz', [`-${level}`, '--threads=1', '--check=crc32', '--force', plain]);
}

/** Packs one folder inside `parent`, under its own name, into `to`. */
export function tarGz(parent: string, name: string, to: string, time: number): void {
  tar(parent, [name], to, time);
  writeFileSync(to, gzipSync(readFileSync(to), { level: 9 }));
}

/** Writes the ar archive that a Debian package is: each member with a fixed head. */
export function ar(
  members: readonly { readonly name: string; readonly file: string }[],
  to: string,
  time: number,
): void {
  const parts: Buffer[] = [Buffer.from('!<arch>\n')];
  for (const { name, file } of members) {
    const data = readFileSync(file);
    const head = [
      name.padEnd(16),
      String(time).padEnd(12),
      '0'.padEnd(6),
      '0'.padEnd(6),
      '100644'.padEnd(8),
      String(data.length).padEnd(10),
      '`\n',
    ];
    parts.push(Buffer.from(head.join('')), data);
    if (data.length % 2 === 1) parts.push(Buffer.from('\n'));
  }
  writeFileSync(to, Buffer.concat(parts));
}
