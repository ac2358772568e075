import type { Reason } from '../../../domain/reason.ts';
import type { ProblemVoice } from '../../texts.ts';
import { duration } from '../time.ts';

const FAILING = 'the disk may be failing: dmesg | tail; smartctl -a; replace it';
const freeSpace = (folder: string) =>
  `free some space: df -h ${folder}; journalctl --vacuum-size=100M; or shorten outbox.keepDelivered`;

const SET_CLOCK =
  'set it: timedatectl set-ntp true; timedatectl; where there is no time server: date -s "YYYY-MM-DD hh:mm:ss"';

type In = { readonly folder: string };
/** `median` and `longest` as `5.0 ms`. */
type Fsyncs = In & { readonly median: string; readonly longest: string; readonly count: number };

const fsyncs = ({ folder, median, longest, count }: Fsyncs) =>
  `write + fsync takes ${median} (median of ${count}, at most ${longest}) in ${folder}`;

/** What writing beside the outbox, and what looking at the outbox file, the daemon and the clock came to. */
export const storage = {
  'storage.fsync': (tried: Fsyncs) => ({ text: fsyncs(tried), remedy: '' }),
  'storage.slow': (tried: Fsyncs) => ({
    text: `slow: ${fsyncs(tried)}`,
    remedy:
      'see what else writes (iotop -oa), and whether the card or disk wears out (dmesg, smartctl -a); put outbox.path on a faster disk',
  }),
  'storage.read-only': ({ folder }: In) => ({
    text: `read-only: nothing can be written in ${folder}`,
    remedy: `mount -o remount,rw "$(findmnt -n -o TARGET -T ${folder})"; where it became read-only by itself the disk may be failing: dmesg | tail`,
  }),
  'storage.full': ({ folder }: In) => ({
    text: `full: no room for a page in ${folder}`,
    remedy: freeSpace(folder),
  }),
  'storage.denied': ({ folder, user }: In & { readonly user: string }) => ({
    text: `${user} may not write in ${folder}`,
    remedy: `try again as root: sudo pilegate doctor; where root may not either: ls -ld ${folder}; lsattr -d ${folder}`,
  }),
  'storage.hangs': ({ folder, seconds }: In & { readonly seconds: number }) => ({
    text: `a write with its fsync did not end within ${seconds} s in ${folder}`,
    remedy: FAILING,
  }),
  'storage.write-failed': ({ folder, error }: In & { readonly error: string }) => ({
    text: `writing in ${folder} failed: ${error}`,
    remedy: FAILING,
  }),
  'storage.free': ({ free }: { free: string }) => ({ text: `${free} free`, remedy: '' }),
  'storage.almost-full': ({ free, folder }: In & { readonly free: string }) => ({
    text: `almost full: ${free} free in ${folder}`,
    remedy: freeSpace(folder),
  }),
  'storage.no-inodes': ({ folder }: In) => ({
    text: `full: no file can be made in ${folder} (no inodes left)`,
    remedy: freeSpace(folder),
  }),
  'outbox.absent': ({ path }: { path: string }) => ({
    text: `there is no outbox at ${path} yet: the daemon makes it at its first start`,
    remedy: 'systemctl start pilegate',
  }),
  'outbox.closed': ({ path }: { path: string }) => ({
    text: `this user may not look at ${path}`,
    remedy: 'look with enough rights: sudo pilegate doctor',
  }),
  'outbox.sound': ({ path, version, size }: { path: string; version: number; size: string }) => ({
    text: `sound: ${path}, version ${version}, ${size}`,
    remedy: '',
  }),
  'outbox.partly-examined': ({
    path,
    version,
    size,
    limit,
  }: {
    path: string;
    version: number;
    size: string;
    limit: string;
  }) => ({
    text: `${path}, version ${version}, ${size}: no damage found within ${limit}, the rest was not examined`,
    remedy: '',
  }),
  'outbox.damaged': ({ found, path }: { found: Reason; path: string }, { say }: ProblemVoice) => ({
    text: `damaged: ${say(found)}`,
    remedy: `systemctl restart pilegate: it saves all that can be read into a new outbox and keeps the damaged one beside it (${path}.damaged-…); then look for the cause: dmesg | tail`,
  }),
  'outbox.unreadable': ({ found, path }: { found: Reason; path: string }, { say }: ProblemVoice) => ({
    text: say(found),
    remedy: `compare the versions: pilegate --version; and the owner: ls -l ${path}; the daemon brings an older outbox up to date by itself: systemctl restart pilegate`,
  }),
  'outbox.full': ({ path, maxSize }: { path: string; maxSize: string }) => ({
    text: `full: ${path} has reached outbox.maxSize (${maxSize}), and every record in it is still needed: events stay with the broker`,
    remedy: 'restore the way to the gate, or raise outbox.maxSize; then: systemctl restart pilegate',
  }),
  'clock.never-set': ({ now }: { now: number }, { local }: ProblemVoice) => ({
    text: `the clock here says ${local(now)}, which is before this program was made: it was never set`,
    remedy: SET_CLOCK,
  }),
  'clock.alone': ({ now }: { now: number }, { local }: ProblemVoice) => ({
    text: `the clock here says ${local(now)}; no other clock could be asked`,
    remedy: 'compare it with your watch: date; timedatectl',
  }),
  'clock.agrees': ({ against }: { against: 'gate' | 'broker' }) => ({
    text: `the clock here agrees with the ${against}'s`,
    remedy: '',
  }),
  'clock.signed-off': ({ against, ms }: { against: 'gate' | 'broker'; ms: number }) => ({
    text: `the clock here is ${duration(Math.abs(ms))} ${ms > 0 ? 'ahead of' : 'behind'} the ${against}'s; every request carries the time, and a gate platform may refuse one that is some minutes off`,
    remedy: SET_CLOCK,
  }),
  'clock-off': ({ against, ms }: { against: 'gate' | 'broker'; ms: number }) => ({
    text: `the clock here is ${duration(Math.abs(ms))} ${ms > 0 ? 'ahead of' : 'behind'} the ${against}'s`,
    remedy: SET_CLOCK,
  }),
};
