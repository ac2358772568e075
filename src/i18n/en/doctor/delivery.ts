import type { Reason } from '../../../domain/reason.ts';
import type { ProblemVoice } from '../../texts.ts';
import { duration } from '../time.ts';

const JOURNAL = 'journalctl -u pilegate -n 30';

const listenFor = (listen: string) =>
  `end a session and listen: ${listen}; if nothing comes, the pile does not publish; if something does, compare its topic with sources[].topic (mosquitto grants a subscription even where its acl_file forbids to read)`;

type Held = { readonly since: number; readonly reason: Reason };
const held = (text: string, { since, reason }: Held, { local, say }: ProblemVoice) =>
  `${text} (since ${local(since)}: ${say(reason)})`;

/** What the daemon and the outbox's rows say. Times are epoch milliseconds. */
export const delivery = {
  'daemon.unknown': (_: object) => ({
    text: 'whether the daemon runs cannot be told',
    remedy: 'systemctl status pilegate; look with enough rights: sudo pilegate doctor',
  }),
  'no-daemon': (_: object) => ({
    text: 'no daemon runs: events stay with the broker, and nothing reaches the gate',
    remedy: `systemctl start pilegate; where it does not stay up: ${JOURNAL}`,
  }),
  'daemon.running': (
    { version, pid, since }: { version: string; pid: number; since: number },
    { local }: ProblemVoice,
  ) => ({
    text: `it runs (version ${version}, process ${pid}), connected to the broker since ${local(since)}`,
    remedy: '',
  }),
  'daemon.running-unseen': (_: object) => ({ text: 'it runs', remedy: '' }),
  'broker-down': ({ since }: { since: number }, { local }: ProblemVoice) => ({
    text: `it runs, but is not connected to the broker since ${local(since)}`,
    remedy: `see "broker" here, and what the daemon says: ${JOURNAL}`,
  }),
  'gate-down': ({ since, reason }: Held, { local, say }: ProblemVoice) => ({
    text: `it runs, but cannot reach the gate since ${local(since)} (${say(reason)})`,
    remedy: 'see "gate" here; it tries again by itself (delivery.outage.max)',
  }),
  'daemon.version': ({ running, installed }: { running: string; installed: string }) => ({
    text: `it runs version ${running}, and ${installed} is installed`,
    remedy: 'systemctl restart pilegate',
  }),
  'events.recent': ({ ms, at }: { ms: number; at: number }, { local }: ProblemVoice) => ({
    text: `the last one came ${duration(ms)} ago, at ${local(at)}`,
    remedy: '',
  }),
  'events.none': ({ listen }: { listen: string }) => ({
    text: 'none is on record',
    remedy: listenFor(listen),
  }),
  'events.quiet': (
    { ms, at, listen }: { ms: number; at: number; listen: string },
    { local }: ProblemVoice,
  ) => ({
    text: `none came for ${duration(ms)}, since ${local(at)}`,
    remedy: listenFor(listen),
  }),
  'refusals.none': (_: object) => ({
    text: 'none on record that speaks of the key or the park id',
    remedy: '',
  }),
  'refusals.key': ({ keyOrigin, ...why }: Held & { readonly keyOrigin: string }, voice: ProblemVoice) => ({
    text: held('the key is wrong: the gate refuses the signature', why, voice),
    remedy: `compare the key in ${keyOrigin} with the one that the gate platform gave, letter by letter; then: systemctl restart pilegate`,
  }),
  'refusals.park': ({ account, ...why }: Held & { readonly account: string }, voice: ProblemVoice) => ({
    text: held('the park id is wrong, or not admitted for this account', why, voice),
    remedy: `compare ${account} with what the gate platform gave; then: systemctl reload pilegate`,
  }),
  'refusals.all': (why: Held, voice: ProblemVoice) => ({
    text: held('the gate refuses all records because of a configuration error', why, voice),
    remedy: 'see "gate" here; else ask the gate platform what that means',
  }),
  'backlog.none': ({ count }: { count: number }) => ({ text: `${count} pending`, remedy: '' }),
  backlog: ({ count, ms }: { count: number; ms: number }) => ({
    text: `${count} pending, the oldest for ${duration(ms)}`,
    remedy:
      'fix what is red here; delivery then resumes by itself. See why: pilegate records list --state pending',
  }),
  'parked.none': (_: object) => ({ text: 'none', remedy: '' }),
  parked: ({ count }: { count: number }) => ({
    text: `${count} parked record(s) wait for a person`,
    remedy:
      'see why: pilegate records list --state parked; once that is fixed: pilegate records retry --parked',
  }),
  'quarantine.none': (_: object) => ({ text: 'empty', remedy: '' }),
  quarantine: ({ count }: { count: number }) => ({
    text: `${count} event(s) in quarantine wait for a person`,
    remedy:
      'see why: pilegate quarantine list; once the rules are corrected: pilegate quarantine replay --all',
  }),
  dropped: ({ count }: { count: number }) => ({
    text: `${count} event(s) were dropped when quarantine was full`,
    remedy:
      'see which: pilegate quarantine list --state dropped; let it hold more: quarantine.maxRows, quarantine.maxBytes',
  }),
};
