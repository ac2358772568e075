import { constants } from 'node:fs';
import { access, type FileHandle, open, rm, stat, statfs } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { dirname } from 'node:path';
import { shellWord } from '../payload.ts';
import { bounded } from './bounded.ts';
import { both, byteSize, combined, green, milliseconds, red, type Verdict, yellow } from './verdict.ts';

/** What came of writing beside the outbox. */
export interface DiskTry {
  /** Milliseconds of each write with its fsync; none where the first failed. */
  readonly fsyncs: readonly number[];
  /** Node's code where it failed: `EROFS`, `ENOSPC`, `EACCES` …; `HANGS` where the disk did not answer in time. */
  readonly failure: string | undefined;
  /** Undefined where it is not known. */
  readonly free: { readonly bytes: number; readonly files: number } | undefined;
}

/** Writes tried, milliseconds that all of them may take, and bytes of each: a page of the outbox. */
const WRITES = 10;
const BUDGET_MS = 3_000;
const PAGE = Buffer.alloc(4_096, 'pilegate');
/** A disk that does not answer for so long hangs, milliseconds. */
const HANGS_MS = 6_000;

/** From these medians on a write with its fsync is slow, and too slow, milliseconds. A station's flash takes 5. */
const SLOW_MS = 100;
const TOO_SLOW_MS = 1_000;
/** Below these free bytes there is little room, and too little. */
const LITTLE_ROOM = 256 * 2 ** 20;
const NO_ROOM = 16 * 2 ** 20;

/** Writes and fsyncs a file of its own beside the outbox, never the outbox, and removes it. Never rejects. */
export async function tryDisk(path: string): Promise<DiskTry> {
  const fsyncs: number[] = [];
  const failure = await bounded(writeBeside(path, fsyncs), HANGS_MS).then(
    (done) => (done === 'late' ? 'HANGS' : undefined),
    codeOf,
  );
  const room = await bounded(statfs(dirname(path)), HANGS_MS).catch(() => 'late' as const);
  return {
    fsyncs,
    failure,
    free:
      room === 'late'
        ? undefined
        : { bytes: room.bavail * room.bsize, files: room.files === 0 ? 1 : room.ffree },
  };
}

async function writeBeside(path: string, fsyncs: number[]): Promise<void> {
  const name = `${path}.doctor-${process.pid}`;
  let file: FileHandle | undefined;
  try {
    // The folder may be writable where the file is not.
    await access(path, constants.R_OK | constants.W_OK).catch((error: unknown) => {
      if (codeOf(error) !== 'ENOENT') throw error;
    });
    file = await open(name, 'wx', 0o600);
    const began = performance.now();
    for (let at = 0; at < WRITES && performance.now() - began < BUDGET_MS; at += 1) {
      const from = performance.now();
      await file.write(PAGE, 0, PAGE.length, at * PAGE.length);
      await file.sync();
      fsyncs.push(performance.now() - from);
    }
  } finally {
    await file?.close();
    if (file !== undefined) await rm(name, { force: true });
  }
}

/** Whether the outbox's folder is there and may be looked into: `there`, `missing` or `closed` to this user. */
export async function folderState(path: string): Promise<'there' | 'missing' | 'closed'> {
  try {
    await stat(`${dirname(path)}/.`);
    await access(dirname(path), constants.X_OK);
    return 'there';
  } catch (error) {
    return codeOf(error) === 'ENOENT' ? 'missing' : 'closed';
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}

/** What a try says about the storage. Pure but for the user's name. */
export function diskVerdict({ fsyncs, failure, free }: DiskTry, path: string): Verdict {
  const folder = shellWord(dirname(path));
  if (failure !== undefined) return failureVerdict(failure, folder);
  const room = free === undefined ? [] : [roomVerdict(free, folder)];
  return combined([speedVerdict(fsyncs, folder), ...room]);
}

function failureVerdict(code: string, folder: string): Verdict {
  switch (code) {
    case 'EROFS':
      return red(
        both(`read-only: nothing can be written in ${folder}`, `只读：无法写入 ${folder}`),
        both(
          `mount -o remount,rw "$(findmnt -n -o TARGET -T ${folder})"; where it became read-only by itself the disk may be failing: dmesg | tail`,
          `mount -o remount,rw "$(findmnt -n -o TARGET -T ${folder})"；若是自行变为只读，磁盘可能损坏：dmesg | tail`,
        ),
      );
    case 'ENOSPC':
    case 'EDQUOT':
      return red(
        both(`full: no room for a page in ${folder}`, `已满：${folder} 无法再写入`),
        freeRemedy(folder),
      );
    case 'EACCES':
    case 'EPERM':
      return red(
        both(
          `${userInfo().username} may not write in ${folder}`,
          `用户 ${userInfo().username} 无权写入 ${folder}`,
        ),
        both(
          `try again as root: sudo pilegate doctor; where root may not either: ls -ld ${folder}; lsattr -d ${folder}`,
          `请用 root 再试：sudo pilegate doctor；若 root 也不行：ls -ld ${folder}; lsattr -d ${folder}`,
        ),
      );
    case 'HANGS':
      return red(
        both(
          `a write with its fsync did not end within ${HANGS_MS / 1000} s in ${folder}`,
          `在 ${folder} 写入并同步（fsync）${HANGS_MS / 1000} 秒仍未完成`,
        ),
        failingRemedy(),
      );
    default:
      return red(
        both(`writing in ${folder} failed: ${code}`, `写入 ${folder} 失败：${code}`),
        failingRemedy(),
      );
  }
}

function speedVerdict(fsyncs: readonly number[], folder: string): Verdict {
  const sorted = fsyncs.toSorted((a, b) => a - b);
  const median = sorted[sorted.length >> 1] ?? 0;
  const seen = both(
    `write + fsync takes ${milliseconds(median)} (median of ${fsyncs.length}, at most ${milliseconds(sorted.at(-1) ?? 0)}) in ${folder}`,
    `在 ${folder} 写入并同步（fsync）耗时 ${milliseconds(median)}（${fsyncs.length} 次的中位数，最长 ${milliseconds(sorted.at(-1) ?? 0)}）`,
  );
  if (median < SLOW_MS) return green(seen);
  const remedy = both(
    'see what else writes (iotop -oa), and whether the card or disk wears out (dmesg, smartctl -a); put outbox.path on a faster disk',
    '请查看还有谁在写盘（iotop -oa），以及存储卡或磁盘是否老化（dmesg、smartctl -a）；将 outbox.path 移到更快的磁盘',
  );
  const slow = both(`slow: ${seen.en}`, `过慢：${seen.zh}`);
  return median < TOO_SLOW_MS ? yellow(slow, remedy) : red(slow, remedy);
}

function roomVerdict({ bytes, files }: { bytes: number; files: number }, folder: string): Verdict {
  const seen = both(`${byteSize(bytes)} free`, `剩余空间 ${byteSize(bytes)}`);
  if (files === 0)
    return red(
      both(
        `full: no file can be made in ${folder} (no inodes left)`,
        `已满：${folder} 无法再建文件（inode 用尽）`,
      ),
      freeRemedy(folder),
    );
  if (bytes >= LITTLE_ROOM) return green(seen);
  const full = both(`almost full: ${seen.en} in ${folder}`, `即将写满：${folder} ${seen.zh}`);
  return bytes < NO_ROOM ? red(full, freeRemedy(folder)) : yellow(full, freeRemedy(folder));
}

function freeRemedy(folder: string) {
  return both(
    `free some space: df -h ${folder}; journalctl --vacuum-size=100M; or shorten outbox.keepDelivered`,
    `请清理空间：df -h ${folder}; journalctl --vacuum-size=100M；或缩短 outbox.keepDelivered`,
  );
}

function failingRemedy() {
  return both(
    'the disk may be failing: dmesg | tail; smartctl -a; replace it',
    '磁盘可能损坏：dmesg | tail；smartctl -a；请更换',
  );
}
