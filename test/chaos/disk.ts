import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { atEnd } from '../support/cleanup.ts';

/** The box's disk. */
export interface Disk {
  /** Where the outbox lies. */
  readonly path: string;
  /** To the last page. */
  fill(): void;
  empty(): void;
}

/** A disk that cannot be filled: what is left where none of its own can be mounted. */
export function plainDisk(dir: string): Disk {
  const path = join(dir, 'disk');
  mkdirSync(path);
  return { path, fill: () => {}, empty: () => {} };
}

/** A small disk of its own, unmounted at the end of the run. Throws where none can be mounted. */
export function mountDisk(dir: string, megabytes: number): Disk {
  const disk = plainDisk(dir);
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=700`, 'tmpfs', disk.path], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  atEnd(() => void execFileSync('umount', [disk.path]));
  const ballast = join(disk.path, 'ballast');
  return {
    path: disk.path,
    fill: () => {
      for (let size = 4 * 1_048_576; size >= 4_096; )
        try {
          writeFileSync(ballast, Buffer.alloc(size), { flag: 'a' });
        } catch {
          size /= 2;
        }
    },
    empty: () => rmSync(ballast, { force: true }),
  };
}
