import type { links as english, LinkParams } from '../../en/doctor/link.ts';
import type { FindingsAs, ProblemText } from '../../texts.ts';

const WHO = { gate: '道闸平台', broker: 'MQTT 服务器' } as const;

function link(facts: LinkParams, text: string, remedy: string): ProblemText {
  const { proxy } = facts;
  if (proxy === undefined) return { text, remedy };
  return { text, remedy: `故障可能在代理：请检查 gate.proxy（现为 ${proxy}）。${remedy}` };
}

function about({ certificate, issuer, from, to }: LinkParams): string {
  if (certificate === undefined) return '';
  return `：名称 ${certificate}，签发者 ${issuer}，有效期${from === undefined ? `至 ${to}` : ` ${from} – ${to}`}`;
}

const show = ({ host, port }: LinkParams) =>
  `openssl s_client -connect ${host}:${port} -showcerts </dev/null`;

/** Faults of the network and of TLS, in Chinese. */
export const links: FindingsAs<typeof english> = {
  'net.name-unknown': (at) =>
    link(
      at,
      `域名 ${at.name} 无法解析`,
      `请检查 ${at.urlKey} 中的主机名；查询域名：getent hosts ${at.host}; cat /etc/resolv.conf`,
    ),
  'net.no-name-server': (at) =>
    link(
      at,
      `DNS 服务器无应答，无法解析 ${at.name}`,
      `请检查网络和 DNS 服务器：ip route; cat /etc/resolv.conf; getent hosts ${at.host}`,
    ),
  'net.refused': (at) =>
    link(
      at,
      `${at.place} 无人监听：连接被拒绝`,
      at.service === undefined
        ? `请检查 ${at.urlKey} 中的端口，以及${WHO[at.peer]}是否在运行`
        : `请启动：${at.service}；并检查 ${at.urlKey} 中的端口`,
    ),
  'net.no-route': (at) =>
    link(
      at,
      `没有网络可到达 ${at.place}（${at.addresses}）`,
      `请检查网线、路由器和路由：ip address; ip route; ping -c 3 ${at.host}；以及 ${at.urlKey} 中的主机`,
    ),
  'net.timeout': (at) =>
    link(
      at,
      `${at.place}（${at.addresses}）无响应：连接超时`,
      `是否有防火墙阻挡，或 ${at.urlKey} 中的主机、端口有误？ping -c 3 ${at.host}; ip route`,
    ),
  'net.reset': (at) =>
    link(at, `${at.place} 中断了连接`, `请检查 ${at.urlKey}（是否 TLS、端口），以及是否有防火墙阻挡`),
  'net.not-tls': (at) =>
    link(
      at,
      `${at.place} 不支持 TLS`,
      `请在 ${at.urlKey} 中改用 ${at.peer === 'broker' ? 'mqtt://（或 ws://）' : 'http://'}，或改为 TLS 端口`,
    ),
  'net.certificate-expired': (at) =>
    link(
      at,
      `${at.place} 的证书已过期${about(at)}`,
      `若本机时钟正确（date），请${WHO[at.peer]}的管理方更新证书；查看：${show(at)}`,
    ),
  'net.certificate-not-yet-valid': (at) =>
    link(at, `${at.place} 的证书尚未生效${about(at)}`, '本机时钟可能有误：date; timedatectl set-ntp true'),
  'net.certificate-name': (at) =>
    link(
      at,
      `${at.place} 的证书与主机名 ${at.name} 不符${about(at)}`,
      `请在 ${at.urlKey} 中使用证书上的名称，或为 ${at.name} 重新签发；查看：${show(at)}`,
    ),
  'net.certificate-revoked': (at) =>
    link(at, `${at.place} 的证书已被吊销`, `请${WHO[at.peer]}的管理方更新证书`),
  'net.client-certificate': (at) =>
    link(at, `${at.place} 要求受其信任的客户端证书`, `请检查 ${at.tlsKey}.cert 和 ${at.tlsKey}.key`),
  'net.certificate-untrusted': (at) =>
    link(
      at,
      `${at.place} 的证书不受信任（${at.error}）${about(at)}`,
      `请向${WHO[at.peer]}的管理方索取 CA 证书，并用 ${at.tlsKey}.ca 指定；查看：${show(at)}`,
    ),
  'net.other': (at) =>
    link(
      at,
      `与 ${at.place} 的连接失败：${at.error}`,
      `请检查 ${at.urlKey}（现为 ${at.name}，端口 ${at.port}）`,
    ),
};
