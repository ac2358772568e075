import { type BrokerProbe, probeBroker } from '../../intake/mqtt/broker-probe.ts';
import type { MqttSettings } from '../../intake/mqtt/client-options.ts';
import { shellWord } from '../payload.ts';
import { at, endsSoon, linkVerdict, wayTo } from './link.ts';
import type { Peer } from './link-words.ts';
import { placeOf, type Reach, reach } from './tcp.ts';
import { both, combined, green, type InBoth, red, untried, type Verdict, yellow } from './verdict.ts';

/** What came of trying the broker; no probe where the way there fails, or the password could not be read. */
export interface BrokerTry {
  readonly peer: Peer;
  readonly reach: Reach;
  readonly probe: BrokerProbe | undefined;
}

/** Tries the way to the broker, the login and the subscriptions. @param settings undefined where its password cannot be read */
export async function tryBroker(
  url: string,
  settings: MqttSettings | undefined,
  filters: readonly string[],
  limitMs: number,
): Promise<BrokerTry> {
  const place = placeOf(url);
  const local = ['127.0.0.1', '::1', 'localhost'].includes(place.host);
  const peer: Peer = {
    ...place,
    who: both('the broker', 'MQTT 服务器'),
    urlKey: 'mqtt.url',
    tlsKey: 'mqtt.tls',
    service: local ? 'systemctl restart mosquitto; journalctl -u mosquitto -n 20' : undefined,
  };
  const way = await reach(place, limitMs);
  const probe =
    way.kind === 'failed' || settings === undefined
      ? undefined
      : await probeBroker(settings, filters, limitMs);
  return { peer, reach: way, probe };
}

/** What a try says about the broker, up to the login. @param unread what to do where the password cannot be read */
export function brokerVerdict(
  { peer, reach: way, probe }: BrokerTry,
  settings: Pick<MqttSettings, 'protocol' | 'username' | 'clientId'>,
  now: number,
  unread: InBoth = both('mend mqtt.passwordFile first', '请先修正 mqtt.passwordFile'),
): Verdict {
  if (way.kind === 'failed') return linkVerdict(way.error, peer, way, now);
  if (probe === undefined)
    return untried(
      both(
        `${at(peer)} is there, but the password for the login cannot be read`,
        `${at(peer)} 可以连接，但登录密码无法读取`,
      ),
      unread,
    );
  switch (probe.kind) {
    case 'connected': {
      const { protocol, username } = settings;
      const path = wayTo(way, peer);
      const seen = both(
        `${path.en}; logged in ${username === undefined ? 'without a name' : `as ${username}`} by MQTT ${protocol}`,
        `${path.zh}；已${username === undefined ? '匿名' : `以 ${username} `}登录，MQTT ${protocol}`,
      );
      return combined([green(seen), ...endsSoon(way, peer, now)]);
    }
    case 'refused':
      return refusalVerdict(probe.code, settings, peer);
    case 'failed':
      return failureVerdict(probe.error, peer, way, now);
    case 'closed':
      return red(
        both(`${at(peer)} closes the connection without an answer`, `${at(peer)} 未应答即关闭连接`),
        both('is mqtt.url right (with or without TLS, port)?', '请检查 mqtt.url（是否 TLS、端口）'),
      );
    case 'silent':
      return red(
        both(
          `something listens at ${at(peer)}, but does not answer as an MQTT broker does`,
          `${at(peer)} 可以连接，但没有 MQTT 应答`,
        ),
        both('is mqtt.url right (with or without TLS, port)?', '请检查 mqtt.url（是否 TLS、端口）'),
      );
  }
}

function failureVerdict(error: unknown, peer: Peer, way: Reach, now: number): Verdict {
  const message = error instanceof Error ? error.message : '';
  if (/^Unexpected server response: /.test(message))
    return red(
      both(
        `there is no MQTT over websockets at ${at(peer)} (${message})`,
        `${at(peer)} 没有 MQTT over WebSocket（${message}）`,
      ),
      both('check host, port and path in mqtt.url', '请检查 mqtt.url 的主机、端口和路径'),
    );
  if (/^Invalid |^Malformed |packet/i.test(message))
    return red(
      both(`what answers at ${at(peer)} is no MQTT broker`, `${at(peer)} 的应答不是 MQTT 协议`),
      both('check host and port in mqtt.url', '请检查 mqtt.url 的主机和端口'),
    );
  return linkVerdict(error, peer, way, now);
}

function refusalVerdict(
  code: number,
  { protocol, username, clientId }: Pick<MqttSettings, 'protocol' | 'username' | 'clientId'>,
  peer: Peer,
): Verdict {
  switch (code) {
    case 1:
    case 132: {
      const other = protocol === 5 ? '3.1.1' : '5';
      return red(
        both(`the broker does not speak MQTT ${protocol}`, `MQTT 服务器不支持 MQTT ${protocol}`),
        both(`set mqtt.protocol to ${other}`, `请将 mqtt.protocol 设为 ${other}`),
      );
    }
    case 4:
    case 5:
    case 134:
    case 135:
      return username === undefined
        ? red(
            both('the broker wants a login', 'MQTT 服务器要求登录'),
            both('set mqtt.username and mqtt.passwordFile', '请设置 mqtt.username 和 mqtt.passwordFile'),
          )
        : red(
            both(`the broker refuses the login of ${username}`, `MQTT 服务器拒绝 ${username} 登录`),
            both(
              `check mqtt.username and the password in mqtt.passwordFile; set it anew at the broker: mosquitto_passwd FILE ${shellWord(username)}`,
              `请核对 mqtt.username 和 mqtt.passwordFile 中的密码；或在服务器上重设：mosquitto_passwd 文件 ${shellWord(username)}`,
            ),
          );
    case 2:
    case 133:
      return yellow(
        both(
          "the broker refuses the doctor's own client id; with the daemon's it would throw the daemon out, so the login was not tried further",
          'MQTT 服务器拒绝诊断用的客户端标识；若用守护进程的标识会挤掉它，因此未继续尝试登录',
        ),
        both(
          `see what the daemon says: pilegate status; or allow client ids that begin with ${clientId}`,
          `请查看守护进程的状态：pilegate status；或允许以 ${clientId} 开头的客户端标识`,
        ),
      );
    case 3:
    case 136:
    case 137:
    case 139:
      return red(
        both(
          `the broker at ${at(peer)} is not available just now (reason code ${code})`,
          `${at(peer)} 的 MQTT 服务器暂时不可用（原因码 ${code}）`,
        ),
        both("wait; if it stays so, see the broker's log", '请稍候；若一直如此，请查看服务器日志'),
      );
    case 138:
      return red(
        both('the broker has banned this client', 'MQTT 服务器已封禁此客户端'),
        both(
          'lift the ban at the broker, or choose another mqtt.clientId',
          '请在服务器上解除封禁，或更换 mqtt.clientId',
        ),
      );
    case 156:
    case 157:
      return red(
        both('the broker has moved to another server', 'MQTT 服务器已迁移'),
        both('set mqtt.url to the new one', '请将 mqtt.url 改为新地址'),
      );
    default:
      return red(
        both(
          `the broker refuses the connection (reason code ${code})`,
          `MQTT 服务器拒绝连接（原因码 ${code}）`,
        ),
        both("see the broker's log, and what this login may do there", '请查看服务器日志，以及此登录的权限'),
      );
  }
}

/** The command that listens to a topic at the broker; the password is for the person to type. */
export function listenCommand(
  { url, username, tls }: Pick<MqttSettings, 'url' | 'username' | 'tls'>,
  filter: string,
): string {
  const { host, port, tls: encrypted } = placeOf(url);
  if (/^ws/i.test(url)) return 'journalctl -u pilegate -f';
  return [
    `mosquitto_sub -v -h ${shellWord(host)} -p ${port}`,
    ...(encrypted ? [tls.ca === undefined ? '--tls-use-os-certs' : `--cafile ${shellWord(tls.ca)}`] : []),
    ...(username === undefined ? [] : [`-u ${shellWord(username)} -P …`]),
    `-t ${shellWord(filter)}`,
  ].join(' ');
}
