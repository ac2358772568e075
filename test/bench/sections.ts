/** What docs/performance.md says about the figures: a section for each part of the bench. */
export interface Section {
  readonly title: string;
  /** How its groups begin. */
  readonly groups: readonly string[];
  readonly text: string;
  /** The title and the text in one sentence, in Chinese. */
  readonly chinese: readonly [title: string, text: string];
  /** The chart's file in docs/images, its title, and what its bars are where that is not all lines. */
  readonly chart?: { readonly file: string; readonly title: string; readonly only?: RegExp };
}

/** The sections in their order. */
export const SECTIONS: readonly Section[] = [
  {
    title: 'Intake: from the broker to the disk',
    chinese: [
      '接收：从 broker 到磁盘',
      '同一批事件由同一个客户端取走：只收不存、只映射、每条事件单独提交，以及本程序（多条事件共用一次 fsync，落盘后才确认）；第二组里每次 fsync 都慢 5 毫秒。先取三分之一（至多 2 万条）预热，再开始计时。',
    ],
    groups: ['intake'],
    chart: { file: 'bench-intake', title: 'Events taken in' },
    text: `mosquitto has queued the same events for several sessions. A client drains each: one that drops what comes
(\`nothing mapped or stored\`), one that also maps, one that commits and fsyncs each event by itself before it takes the
next, and ours, which acknowledges after the fsync too, but of many events at once. The second group does it on a disk
whose every fsync takes 5 ms longer, as on an SD card or eMMC. The clock starts when a third of the events are taken
(20,000 at most), so that the compiler's warm-up is not what is measured. _Ours to this_ is our rate divided by that
line's, the median of pairs that ran one after the other. The client that does nothing is as fast as the broker; ours
maps each event, hashes it, and writes a row and three indexes of it, so the faster the broker, the smaller the ratio.`,
  },
  {
    title: 'Delivery: from the disk to the gate',
    chinese: [
      '上报：从磁盘到平台',
      '下限只用 undici 签名并 POST，什么都不存；本程序从 outbox 读取，每个结果都落盘（两者都先用 5,000 条预热），所以比值取决于磁盘的 fsync 时间（最后一行）。',
    ],
    groups: ['delivery, '],
    chart: { file: 'bench-delivery', title: 'Posts to the gate', only: /floor|ours/ },
    text: `The floor is undici with as many connections, which signs and posts records that it has in memory and writes
nothing down. Ours reads them from the outbox, has every outcome on disk, writes its log and counts its metrics. The
gate is a bare HTTP server in a process of its own that reads the body and says yes. The clock starts after 5,000 posts
that warm the process up, in both. The last group posts to the strict
simulator, which checks every field and signature: there the gate sets the pace. Ours waits for the disk, the floor does
not, so the ratio is of this disk: at 4 at once a commit serves 4 posts at most, since no more may be sent again after a
SIGKILL.`,
  },
  {
    title: 'Delivery out of a long backlog',
    chinese: ['积压很长时的上报', 'outbox 里待上报的记录从 1,000 条到 1,000,000 条，速度不应变慢。'],
    groups: ['delivery out of a backlog'],
    chart: { file: 'bench-backlog', title: 'Posts out of a backlog' },
    text: `The same with outboxes of several sizes, 5,000 posts of each (or all, where there are fewer), after 5,000 others
that warm the process up. A long backlog must not slow delivery.`,
  },
  {
    title: 'From publish to the gate',
    chinese: [
      '从发布到平台收到',
      '与最简单的桥（写一行文件、fsync、确认、原样 POST）相比，空闲时和每秒 200 条事件时的中位数、p99 和最大值。',
    ],
    groups: ['publish to gate'],
    chart: { file: 'bench-latency', title: 'Publish to gate', only: /median|p99/ },
    text: `The time from an event's publish to the gate's receipt of its POST, both told by one clock. _At rest_: one
event at a time. _200 events/s_: at random moments, 200 a second on average. The bridge is the least that could be
called one: an event's bytes become a line of a file, are fsynced, acknowledged and posted as they are: no reading,
mapping, signing, or trying again. Each runs by itself, in turn, between the same broker and gate, and is timed once
it has carried some hundred events.`,
  },
  {
    title: 'What the daemon costs',
    chinese: [
      '守护进程的开销',
      '启动时间、空闲时的内存和处理器、每条记录写盘的字节数和 fsync 次数，以及一百万条积压时新事件的等待时间。',
    ],
    groups: ['start of the process', 'at rest', 'written for a record', 'a fresh event'],
    text: `The whole daemon, compiled and with the memory limits of the package unless it says otherwise. _Start_: from
the process's start to its subscription. _At rest_: twelve seconds after a start, resident memory (all of it, libraries
and node included), processor time and bytes written to the outbox while nothing happens; with a backlog, the gate is
not there, and a probe goes out now and then. _Written for a record_: fsyncs and bytes of the outbox's files from the
arrival to the stored outcome, checkpoints included; at rest an event is acknowledged alone and its outcome stored
alone, in a burst they share. _A fresh event_: an event is published while a backlog is delivered, 4 at once, to a gate
that takes 5 ms: newest first means that it does not wait for the others.`,
  },
  {
    title: 'Beside others that install from npm',
    chinese: [
      '与 npm 上其他方案比较',
      '同样的事件、broker 和平台；最后一列是进程在中途被 SIGKILL 后丢失和重复的数量。',
    ],
    groups: ['broker to gate'],
    chart: { file: 'bench-peers', title: 'Broker to gate' },
    text: `The same events, broker (mosquitto) and gate. Events are published at QoS 1 as fast as the broker takes them,
after 1,000 that warm the process up; the rate is from the first publish to the last receipt at the gate. At most 4
posts at once, but for Node-RED, whose node has no such setting.

_At SIGKILL_: in three runs of their own, of 2,000 events each, the process is killed (\`kill -9\`) once a random share of the orders, by a seed, has
come to the gate, and is started again on the same files. When nothing has come for 9 seconds, the orders that never
came are counted, and those that came more than once.

- **Node-RED**: \`mqtt in\` (QoS 1, a fixed client id, a session that the broker keeps, no unsubscribing at the end) into
  \`http request\` (POST, kept-alive connections), without the editor. It acknowledges an event when it has it in memory.
- **plainjob**: a queue and 4 workers as its README has them, in one process with an MQTT client that acknowledges each
  event once \`add\` has returned. It polls every 100 ms (1 s by default) and takes up again what was under way after
  5 s (30 minutes by default).
- **liteque**: a queue and a runner as its README has them, the order number as the idempotency key, the
  acknowledgement once \`enqueue\` has resolved. It polls every 100 ms (1 s in its README) and takes up again what was
  under way after 5 s (60 s there). Its transaction is asynchronous, which the better-sqlite3 used here (ours) refuses,
  so it runs without one, as it did in effect with older ones.
- **ours**: the daemon, compiled, with its defaults. It also maps, checks and signs each record, and logs it twice; the
  others post the event as it came.

What a SIGKILL does not show: it leaves the kernel's cache alone. plainjob and liteque run SQLite in WAL mode with
\`synchronous = NORMAL\`, which fsyncs only at checkpoints: a power cut can take events that they have acknowledged. Ours
acknowledges after the fsync (\`test/outbox/flash.test.ts\` counts them). Nor does it show a gate that is away:
Node-RED's flow drops what it could not post, plainjob marks such a job as failed and leaves it, liteque tries as often
as it is told, at once.`,
  },
];
