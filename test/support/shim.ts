import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tempDir } from './tmp.ts';

/** How a program's disk is to be; see shim.c. */
export interface ShimOptions {
  /** Only files whose path holds this text are slowed, failed and counted. */
  readonly only?: string;
  /** How much longer every fsync takes, microseconds. */
  readonly fsyncUs?: number;
  /** The number of the first fsync that fails with EIO, counted from 1. */
  readonly failFrom?: number;
  /** How many fail; 1 by default. */
  readonly failCount?: number;
}

/** What the shim counted so far. */
export interface DiskCounts {
  /** fsyncs and fdatasyncs asked for. */
  readonly syncs: number;
  /** Bytes written to files, sockets and pipes alike, unless `only` says which. */
  readonly bytes: number;
}

/** A fault that lasts until it is lifted. */
export type Fault = 'sync EIO' | 'write EIO' | 'write EROFS' | 'write ENOSPC';

/** A shim between one program and its disk. */
export interface Shim {
  /** To be laid over the program's environment. */
  readonly env: Readonly<Record<string, string>>;
  counts(): DiskCounts;
  /** From now on, until it is called without one. */
  fault(fault?: Fault): void;
}

/** Whether a shim can be built here: for `describe.runIf(canShim())`. Said on stderr where it cannot. */
export function canShim(): boolean {
  if (process.platform === 'linux' && spawnSync('gcc', ['--version']).error === undefined) return true;
  process.stderr.write(
    'no gcc here: the tests that fail or count fsyncs are left out (apt-get install gcc libc6-dev)\n',
  );
  return false;
}

let library: string | undefined;

/** Makes a shim for one program; the library is compiled once. */
export function makeShim(options: ShimOptions = {}): Shim {
  library ??= compile();
  const dir = tempDir();
  const [faultFile, countsFile] = [join(dir, 'fault'), join(dir, 'counts')];
  const settings = {
    PILEGATE_SHIM_ONLY: options.only,
    PILEGATE_SHIM_FSYNC_US: options.fsyncUs,
    PILEGATE_SHIM_FAIL_FROM: options.failFrom,
    PILEGATE_SHIM_FAIL_COUNT: options.failCount,
    PILEGATE_SHIM_FAULT: faultFile,
    PILEGATE_SHIM_COUNTS: countsFile,
    LD_PRELOAD: library,
  };
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(settings)) if (value !== undefined) env[name] = String(value);
  return {
    env,
    counts: () => {
      if (!existsSync(countsFile)) return { syncs: 0, bytes: 0 };
      const bytes = readFileSync(countsFile);
      return { syncs: Number(bytes.readBigUInt64LE(0)), bytes: Number(bytes.readBigUInt64LE(8)) };
    },
    fault: (fault) => {
      if (fault === undefined) rmSync(faultFile, { force: true });
      else writeFileSync(faultFile, fault);
    },
  };
}

function compile(): string {
  const source = fileURLToPath(new URL('./shim.c', import.meta.url));
  const built = join(tempDir(), 'shim.so');
  execFileSync('gcc', ['-O2', '-Wall', '-Werror', '-shared', '-fPIC', '-o', built, source, '-ldl']);
  return built;
}
