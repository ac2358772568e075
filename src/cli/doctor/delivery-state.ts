import type { LoadedConfig } from '../../config/loaded.ts';
import { refusalSubject } from '../../domain/outcome.ts';
import { duration as spelt } from '../../i18n/en/time.ts';
import { duration as speltInChinese } from '../../i18n/zh/time.ts';
import { safe } from '../payload.ts';
import type { Local } from '../voice.ts';
import type { ConfigReading } from './config.ts';
import type { OutboxFacts, Read } from './outbox.ts';
import { both, combined, green, type InBoth, red, told, type Verdict, yellow } from './verdict.ts';

/** Pending for so long is old, milliseconds; as `status` has it. */
const OLD_MS = 10 * 60_000;
/** So long without an event is worth a look, milliseconds. */
const QUIET_MS = 24 * 3_600_000;

const JOURNAL = 'journalctl -u pilegate -n 30';

/** Whether the daemon runs, and what it says of itself. @param version this program's */
export function daemonVerdict({ running, read }: OutboxFacts, version: string, local: Local): Verdict {
  if (running === undefined)
    return yellow(
      both('whether the daemon runs cannot be told', '无法判断守护进程是否在运行'),
      both(
        'systemctl status pilegate; look with enough rights: sudo pilegate doctor',
        'systemctl status pilegate；请用足够的权限检查：sudo pilegate doctor',
      ),
    );
  if (!running)
    return red(
      both(
        'no daemon runs: events stay with the broker, and nothing reaches the gate',
        '守护进程未运行：事件滞留在 MQTT 服务器，记录无法送达道闸平台',
      ),
      both(
        `systemctl start pilegate; where it does not stay up: ${JOURNAL}`,
        `systemctl start pilegate；若随即退出：${JOURNAL}`,
      ),
    );
  const daemon = read?.health.daemon;
  if (daemon === undefined) return green(both('it runs', '运行中'));
  const { mqtt, gate, pid } = daemon;
  const faults: Verdict[] = [];
  if (!mqtt.connected)
    faults.push(
      red(
        both(
          `it runs, but is not connected to the broker since ${local(mqtt.since)}`,
          `运行中，但自 ${local(mqtt.since)} 起未连接 MQTT 服务器`,
        ),
        both(
          `see "broker" here, and what the daemon says: ${JOURNAL}`,
          `见此处“MQTT 服务器”，以及日志：${JOURNAL}`,
        ),
      ),
    );
  if (gate.state === 'down')
    faults.push(
      yellow(
        both(
          `it runs, but cannot reach the gate since ${local(gate.since)} (${safe(told(gate.reason ?? '').en)})`,
          `运行中，但自 ${local(gate.since)} 起无法连接道闸平台（${safe(told(gate.reason ?? '').zh)}）`,
        ),
        both(
          'see "gate" here; it tries again by itself (delivery.outage.max)',
          '见此处“道闸平台”；会自动重试（delivery.outage.max）',
        ),
      ),
    );
  if (daemon.version !== version)
    faults.push(
      yellow(
        both(
          `it runs version ${daemon.version}, and ${version} is installed`,
          `运行的版本为 ${daemon.version}，已安装的是 ${version}`,
        ),
        both('systemctl restart pilegate'),
      ),
    );
  if (faults.length > 0) return combined(faults);
  return green(
    both(
      `it runs (version ${version}, process ${pid}), connected to the broker since ${local(mqtt.since)}`,
      `运行中（版本 ${version}，进程 ${pid}），自 ${local(mqtt.since)} 起已连接 MQTT 服务器`,
    ),
  );
}

/** When the last event came. @param listen the command that listens to the piles */
export function eventsVerdict({ newestEvent }: Read, listen: string, now: number, local: Local): Verdict {
  if (newestEvent !== undefined && now - newestEvent <= QUIET_MS)
    return green(
      both(
        `the last one came ${spelt(Math.max(0, now - newestEvent))} ago, at ${local(newestEvent)}`,
        `最近一条在 ${speltInChinese(Math.max(0, now - newestEvent))}前，${local(newestEvent)}`,
      ),
    );
  return yellow(
    newestEvent === undefined
      ? both('none is on record', '没有任何事件记录')
      : both(
          `none came for ${spelt(now - newestEvent)}, since ${local(newestEvent)}`,
          `已有 ${speltInChinese(now - newestEvent)}没有事件，最近一条 ${local(newestEvent)}`,
        ),
    both(
      `end a session and listen: ${listen}; if nothing comes, the pile does not publish; if something does, compare its topic with sources[].topic (mosquitto grants a subscription even where its acl_file forbids to read)`,
      `请结束一次充电并监听：${listen}；若无消息，则充电桩没有上报；若有，请与 sources[].topic 核对主题（即使 acl_file 禁止读取，mosquitto 也会同意订阅）`,
    ),
  );
}

/** Who the config says we are, for words; never the key itself. */
export interface Identity {
  readonly parkId: string;
  readonly portName: string;
  /** Where the key is read from. */
  readonly keyOrigin: string;
}

/** Who a config says we are. */
export function identityIn(
  { secrets: { gateKey }, service }: ConfigReading,
  { config: { gate } }: LoadedConfig,
): Identity {
  return {
    parkId: gate.parkId,
    portName: gate.portName,
    keyOrigin: gateKey?.origin ?? service.find(({ name }) => name === 'gate.key')?.line ?? 'gate.keyFile',
  };
}

/** Whether the gate refuses all records: by what the daemon says, or said last, and by the attempts on record. */
export function refusalsVerdict({ health, refusals }: Read, identity: Identity, local: Local): Verdict {
  const gate = health.daemon?.gate;
  const held = gate?.state === 'held' ? { at: gate.since, reason: gate.reason } : undefined;
  // A daemon that holds nothing knows better than single attempts.
  const attempt = health.running ? undefined : refusals[0];
  const found = held ?? attempt;
  if (found === undefined)
    return green(
      both('none on record that speaks of the key or the park id', '没有关于密钥或车场编号的拒收记录'),
    );
  const reason = told(found.reason ?? '');
  const subject = refusalSubject(found.reason);
  const seen = (en: string, zh: string): InBoth =>
    both(
      `${en} (since ${local(found.at)}: ${safe(reason.en.replace(/\s+/g, ' '))})`,
      `${zh}（自 ${local(found.at)} 起：${safe(reason.zh.replace(/\s+/g, ' '))}）`,
    );
  if (subject === 'key')
    return red(
      seen('the key is wrong: the gate refuses the signature', '密钥错误：道闸平台不接受签名'),
      both(
        `compare the key in ${identity.keyOrigin} with the one that the gate platform gave, letter by letter; then: systemctl restart pilegate`,
        `请与道闸平台逐字核对 ${identity.keyOrigin} 中的密钥，然后：systemctl restart pilegate`,
      ),
    );
  if (subject === 'park')
    return red(
      seen('the park id is wrong, or not admitted for this account', '车场编号错误，或未授权给此账号'),
      both(
        `compare gate.parkId (now ${identity.parkId}) and gate.portName (now ${identity.portName}) with what the gate platform gave; then: systemctl reload pilegate`,
        `请与道闸平台核对 gate.parkId（现为 ${identity.parkId}）和 gate.portName（现为 ${identity.portName}），然后：systemctl reload pilegate`,
      ),
    );
  return red(
    seen('the gate refuses all records, for a fault of the set-up', '道闸平台因设置错误拒收所有记录'),
    both(
      'see "gate" here; else ask the gate platform what that means',
      '见此处“道闸平台”；或询问道闸平台其含义',
    ),
  );
}

/** Records that should be gone by now. */
export function backlogVerdict({ health }: Read, now: number): Verdict {
  const { counts, oldestPending } = health;
  const ms = oldestPending === undefined ? 0 : now - oldestPending;
  if (ms <= OLD_MS) return green(both(`${counts.pending} pending`, `${counts.pending} 条待发送（pending）`));
  return yellow(
    both(
      `${counts.pending} pending, the oldest for ${spelt(ms)}`,
      `${counts.pending} 条待发送（pending），最早的已等待 ${speltInChinese(ms)}`,
    ),
    both(
      'mend what is red here; they go by themselves then. See why: pilegate records list --state pending',
      '请先解决此处的红色项，之后会自动发送。查看原因：pilegate records list --state pending',
    ),
  );
}

/** Records that wait for a person. */
export function parkedVerdict({ health }: Read): Verdict {
  const { parked } = health.counts;
  if (parked === 0) return green(both('none', '无'));
  return yellow(
    both(`${parked} parked record(s) wait for a person`, `${parked} 条记录已搁置（parked），等待人工处理`),
    both(
      'see why: pilegate records list --state parked; once that is mended: pilegate records retry --parked',
      '查看原因：pilegate records list --state parked；解决后：pilegate records retry --parked',
    ),
  );
}

/** Events that wait for a person, or had to go for want of room. */
export function quarantineVerdict({ health }: Read): Verdict {
  const open = health.counts.quarantine;
  const faults: Verdict[] = [];
  if (open > 0)
    faults.push(
      yellow(
        both(
          `${open} event(s) in quarantine wait for a person`,
          `${open} 条事件在隔离区（quarantine），等待人工处理`,
        ),
        both(
          'see why: pilegate quarantine list; once the rules are mended: pilegate quarantine replay --all',
          '查看原因：pilegate quarantine list；修正规则后：pilegate quarantine replay --all',
        ),
      ),
    );
  if (health.dropped > 0)
    faults.push(
      yellow(
        both(
          `${health.dropped} event(s) were dropped when quarantine was full`,
          `${health.dropped} 条事件因隔离区已满而清除`,
        ),
        both(
          'see which: pilegate quarantine list --state dropped; let it hold more: quarantine.maxRows, quarantine.maxBytes',
          '查看：pilegate quarantine list --state dropped；扩大容量：quarantine.maxRows、quarantine.maxBytes',
        ),
      ),
    );
  return faults.length === 0 ? green(both('empty', '空')) : combined(faults);
}
