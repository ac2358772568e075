import { readFileSync, writeFileSync } from 'node:fs';
import { run } from './run.ts';

/** The same tree at the same commit gives the same bytes: order, owner and times are fixed. */
const SAME = ['--sort=name', '--owner=0', '--group=0', '--numeric-owner', '--format=gnu'];

/**
 * Packs a folder's contents.
 * @param paths what of it, such as `.`
 * @param time of every entry, seconds since 1970
 */
export function tar(
  folder: string,
  paths: readonly string[],
  to: string,
  time: number,
  compress: 'xz' | 'gzip',
): void {
  const plain = `${to}.plain`;
  run('tar', ['-C', folder, ...SAME, `--mtime=@${time}`, '-cf', plain, ...paths]);
  const [program, ...args] =
    compress === 'xz' ? ['xz', '-6', '--threads=1', '--check=crc32'] : ['gzip', '-9n'];
  run(String(program), [...args, '--force', plain]);
  const packed = `${plain}.${compress === 'xz' ? 'xz' : 'gz'}`;
  run('mv', [packed, to]);
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
