import type { Grant } from '../../intake/mqtt/broker-probe.ts';
import type { BrokerTry } from './broker.ts';
import { both, combined, green, type InBoth, red, untried, type Verdict } from './verdict.ts';

/** Which subscriptions are tried. */
export interface WantedTopics {
  /** Undefined where the rules are wrong. */
  readonly filters: readonly string[] | undefined;
  readonly shareGroup: string | undefined;
}

/** What a try says about the subscriptions. */
export function topicsVerdict({ probe }: BrokerTry, { filters, shareGroup }: WantedTopics): Verdict {
  if (filters === undefined)
    return untried(
      both('the rules of the config are wrong', '配置中的规则有误'),
      both('mend sources and contexts first', '请先修正 sources 和 contexts'),
    );
  if (probe?.kind !== 'connected')
    return probe?.kind === 'silent' && probe.after === 'subscribe'
      ? red(
          both('the broker does not answer to subscriptions', 'MQTT 服务器未应答订阅请求'),
          both("see the broker's log", '请查看服务器日志'),
        )
      : untried(
          both('there is no login at the broker', '未能登录 MQTT 服务器'),
          both('mend "broker" above first', '请先解决上面的“MQTT 服务器”'),
        );
  const faults = probe.grants.flatMap((grant) => grantFaults(grant));
  if (shareGroup !== undefined && !probe.shares)
    faults.push(
      red(
        both('the broker has no shared subscriptions', 'MQTT 服务器不支持共享订阅'),
        both('leave mqtt.shareGroup out', '请去掉 mqtt.shareGroup'),
      ),
    );
  if (faults.length > 0) return combined(faults);
  const all = probe.grants.map(({ filter }) => filter).join(', ');
  return green(both(`granted at QoS 1: ${all}`, `已获准，QoS 1：${all}`));
}

const NO: Readonly<Record<number, InBoth>> = {
  143: both('the broker does not take this topic filter', '服务器不接受此主题过滤器'),
  151: both('the broker has no quota left', '服务器配额用尽'),
  162: both('the broker takes no wildcards', '服务器不支持通配符'),
};

function grantFaults({ filter, code }: Grant): Verdict[] {
  if (code === 1 || code === 2) return [];
  if (code === 0)
    return [
      red(
        both(
          `${filter} is granted at QoS 0 only: its events are lost with the connection`,
          `${filter} 只获准 QoS 0：连接中断时事件会丢失`,
        ),
        both(
          'allow QoS 1 at the broker (mosquitto: max_qos 1)',
          '请在服务器上允许 QoS 1（mosquitto：max_qos 1）',
        ),
      ),
    ];
  const why = NO[code] ?? both('this login may not read it', '此登录无权读取');
  return [
    red(
      both(`the subscription to ${filter} is refused: ${why.en}`, `订阅 ${filter} 被拒绝：${why.zh}`),
      both(
        `allow it at the broker (mosquitto's acl_file: topic read ${filter}), or mend the topic in sources or contexts`,
        `请在服务器上放行（mosquitto 的 acl_file：topic read ${filter}），或修改 sources、contexts 中的主题`,
      ),
    ),
  ];
}
