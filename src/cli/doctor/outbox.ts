import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { Failure } from '../../domain/failure.ts';
import type { Reason } from '../../domain/reason.ts';
import { inChinese } from '../../ops/chinese/chinese.ts';
import { StorageError } from '../../outbox/errors.ts';
import { isLocked } from '../../outbox/lock.ts';
import { type Health, OutboxReader } from '../../outbox/reader/reader.ts';
import type { Examination } from '../../outbox/recovery/integrity-check.ts';
import { safe, shellWord } from '../payload.ts';
import { both, byteSize, green, milliseconds, red, type Verdict, yellow } from './verdict.ts';

/** What the outbox file and its lock tell. Times are epoch milliseconds. */
export interface OutboxFacts {
  /** Whether its folder is there. */
  readonly folder: boolean;
  /** Whether there is a file. */
  readonly there: boolean;
  /** Whether a daemon has it; undefined where that cannot be told. */
  readonly running: boolean | undefined;
  /** Undefined where the file is not there or cannot be read. */
  readonly read: Read | undefined;
}

/** What was read of the rows. */
export interface Read {
  readonly health: Health;
  /** When the newest event arrived, of those that are still there. */
  readonly newestEvent: number | undefined;
  /** What the gate said to pending records at their last attempt, where no other was delivered since. */
  readonly refusals: readonly { readonly at: number; readonly reason: Reason }[];
}

/** Reads it beside a daemon or without one. Never throws for the file's sake. */
export function lookAtOutbox(path: string): OutboxFacts {
  const there = existsSync(path);
  return {
    folder: existsSync(dirname(path)),
    there,
    running: tellRunning(path),
    read: there ? readAll(path) : undefined,
  };
}

function tellRunning(path: string): boolean | undefined {
  try {
    return isLocked(path);
  } catch (error) {
    if (error instanceof StorageError) return undefined;
    throw error;
  }
}

function readAll(path: string): Read | undefined {
  let reader: OutboxReader | undefined;
  try {
    reader = new OutboxReader(path);
    const health = reader.health();
    return {
      health,
      newestEvent: newestEvent(reader),
      refusals: refusalsSince(reader, health.lastDelivery ?? 0),
    };
  } catch (error) {
    // What is wrong with the file is told by its examination.
    if (error instanceof Failure || error instanceof StorageError || error instanceof SyntaxError)
      return undefined;
    throw error;
  } finally {
    reader?.close();
  }
}

function newestEvent(reader: OutboxReader): number | undefined {
  const [record] = first(reader.records({}, 'newest-first'));
  const [event] = first(reader.events({}, 'newest-first'));
  const times = [record?.receivedAt, event?.receivedAt].filter((at) => at !== undefined);
  return times.length === 0 ? undefined : Math.max(...times);
}

function refusalsSince(reader: OutboxReader, since: number): { at: number; reason: Reason }[] {
  return first(reader.stories({ states: ['pending'] }, 'newest-first')).flatMap(({ history }) => {
    const last = history.at(-1);
    return last?.means === 'setup' && last.at >= since ? [{ at: last.at, reason: last.reason }] : [];
  });
}

/** The rows of the first batch that has any. */
function first<T>(batches: Iterable<{ readonly rows: readonly T[] }>): readonly T[] {
  for (const { rows } of batches) if (rows.length > 0) return rows;
  return [];
}

/** How much room the outbox has left by its own limit. */
export interface Room {
  /** `outbox.maxSize`, bytes. */
  readonly maxSize: number;
  /** Delivered records, the oldest of which make room where there is none; undefined where that is not known. */
  readonly delivered: number | undefined;
}

/** What SQLite's check says about the file. @param limitMs how long it was given */
export function fileVerdict(
  examination: Examination,
  path: string,
  limitMs: number,
  { maxSize, delivered }: Room,
): Verdict {
  if ('bytes' in examination && examination.bytes >= maxSize && delivered === 0)
    return fullVerdict(path, maxSize);
  switch (examination.kind) {
    case 'sound':
      return green(
        both(
          `sound: ${path}, version ${examination.version}, ${byteSize(examination.bytes)}`,
          `完好：${path}，格式 ${examination.version}，${byteSize(examination.bytes)}`,
        ),
      );
    case 'unfinished':
      return green(
        both(
          `${path}, version ${examination.version}, ${byteSize(examination.bytes)}: no damage found within ${milliseconds(limitMs)}, the rest was not looked at`,
          `${path}，格式 ${examination.version}，${byteSize(examination.bytes)}：${milliseconds(limitMs)} 内未发现损坏，其余未检查`,
        ),
      );
    case 'damaged':
      return red(
        both(`damaged: ${safe(examination.found)}`, `已损坏：${safe(inChinese(examination.found))}`),
        both(
          `systemctl restart pilegate: it saves all that can be read into a new outbox and keeps the damaged one beside it (${path}.damaged-…); then look for the cause: dmesg | tail`,
          `systemctl restart pilegate：启动时会把可读内容救到新的记录库，损坏的文件保留在旁边（${path}.damaged-…）；然后查找原因：dmesg | tail`,
        ),
      );
    case 'unreadable':
      return red(
        both(safe(examination.found), safe(inChinese(examination.found))),
        both(
          `compare the versions: pilegate --version; and the owner: ls -l ${shellWord(path)}; the daemon brings an older outbox up to date by itself: systemctl restart pilegate`,
          `请核对版本：pilegate --version；以及属主：ls -l ${shellWord(path)}；旧格式由守护进程自动升级：systemctl restart pilegate`,
        ),
      );
  }
}

function fullVerdict(path: string, maxSize: number): Verdict {
  return red(
    both(
      `full: ${path} has reached outbox.maxSize (${byteSize(maxSize)}), and every record in it is still needed: events stay with the broker`,
      `已满：${path} 达到 outbox.maxSize（${byteSize(maxSize)}），其中记录都尚未送达：事件滞留在 MQTT 服务器`,
    ),
    both(
      'mend the way to the gate, or raise outbox.maxSize; then: systemctl restart pilegate',
      '请先恢复与道闸平台的连接，或调大 outbox.maxSize；然后：systemctl restart pilegate',
    ),
  );
}

/** There is none yet. */
export function absentVerdict(path: string): Verdict {
  return yellow(
    both(
      `there is no outbox at ${path} yet: the daemon makes it at its first start`,
      `${path} 尚不存在：守护进程首次启动时创建`,
    ),
    both('systemctl start pilegate'),
  );
}

/** The folder cannot be looked into by this user. */
export function closedVerdict(path: string): Verdict {
  return yellow(
    both(`this user may not look at ${path}`, `当前用户无权查看 ${path}`),
    both('look with enough rights: sudo pilegate doctor', '请用足够的权限检查：sudo pilegate doctor'),
  );
}
