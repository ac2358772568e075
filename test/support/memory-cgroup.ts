import { randomUUID } from 'node:crypto';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { atEnd } from './cleanup.ts';

/** A cgroup that ends its processes where they take more memory, page cache included, than its limit. */
export interface MemoryCgroup {
  /** Calls `start`; what it spawns before it returns is in the cgroup, and all that this spawns. */
  spawning<T>(start: () => T): T;
  /** The most memory that was ever in use at once, bytes. */
  peak(): number;
}

const ROOT = '/sys/fs/cgroup';

/** How the two versions of cgroups name things. */
const V1 = {
  folder: join(ROOT, 'memory'),
  limit: 'memory.limit_in_bytes',
  peak: 'memory.max_usage_in_bytes',
};
const V2 = { folder: ROOT, limit: 'memory.max', peak: 'memory.peak' };

/**
 * Makes one, removed when the test file ends.
 * @param limit bytes
 * @returns undefined where this user or system does not allow it, which is said on stderr
 */
export function memoryCgroup(limit: number): MemoryCgroup | undefined {
  const names = existsSync(join(V1.folder, V1.limit)) ? V1 : V2;
  const pattern = names === V1 ? /^\d+:memory:(.*)$/m : /^0::(.*)$/m;
  const [, home = '/'] = pattern.exec(readFileSync('/proc/self/cgroup', 'utf8')) ?? [];
  const homeProcs = join(names.folder, home, 'cgroup.procs');
  const folder = join(names.folder, `pilegate-test-${randomUUID()}`);
  try {
    accessSync(homeProcs, constants.W_OK);
    if (names === V2) writeFileSync(join(ROOT, 'cgroup.subtree_control'), '+memory');
    mkdirSync(folder);
    writeFileSync(join(folder, names.limit), String(limit));
  } catch (error) {
    process.stderr.write(`no memory cgroup here (${String(error)}): the limit is left out of this test\n`);
    return undefined;
  }
  atEnd(() => rmdirSync(folder));
  return {
    spawning: (start) => {
      writeFileSync(join(folder, 'cgroup.procs'), String(process.pid));
      try {
        return start();
      } finally {
        writeFileSync(homeProcs, String(process.pid));
      }
    },
    peak: () => Number(readFileSync(join(folder, names.peak), 'utf8')),
  };
}
