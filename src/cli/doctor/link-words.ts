import type { LinkCode } from '../../net/link-fault.ts';
import type { Place } from './tcp.ts';
import { both, type InBoth, red, type Verdict } from './verdict.ts';

/** The other end of a link, for words. */
export interface Peer extends Place {
  readonly who: InBoth;
  /** The config's key of its address, and the one over its TLS files. */
  readonly urlKey: string;
  readonly tlsKey: string;
  /** The command that shows whether it runs, where it is on this machine. */
  readonly service: string | undefined;
}

/** What the words are made of. */
export interface Facts {
  readonly peer: Peer;
  readonly place: string;
  readonly host: string;
  readonly addresses: string;
  /** What the certificate says of itself, with a blank before it. */
  readonly about: InBoth;
  readonly code: string;
}

const show = ({ peer: { port }, host }: Facts) =>
  `openssl s_client -connect ${host}:${port} -showcerts </dev/null`;

/** What each fault comes to, with its remedy. */
export const LINK_WORDS: Readonly<Partial<Record<LinkCode, (facts: Facts) => Verdict>>> = {
  'net.name-unknown': ({ peer, host }) =>
    red(
      both(`the name ${peer.host} is not known`, `域名 ${peer.host} 无法解析`),
      both(
        `check the host in ${peer.urlKey}; ask the name server: getent hosts ${host}; cat /etc/resolv.conf`,
        `请检查 ${peer.urlKey} 中的主机名；查询域名：getent hosts ${host}; cat /etc/resolv.conf`,
      ),
    ),
  'net.no-name-server': ({ peer, host }) =>
    red(
      both(`no name server answers for ${peer.host}`, `DNS 服务器无应答，无法解析 ${peer.host}`),
      both(
        `check the network and the name servers: ip route; cat /etc/resolv.conf; getent hosts ${host}`,
        `请检查网络和 DNS 服务器：ip route; cat /etc/resolv.conf; getent hosts ${host}`,
      ),
    ),
  'net.refused': ({ peer, place }) =>
    red(
      both(`nothing listens at ${place}: the connection is refused`, `${place} 无人监听：连接被拒绝`),
      peer.service === undefined
        ? both(
            `is the port in ${peer.urlKey} right, and does ${peer.who.en} run there?`,
            `请检查 ${peer.urlKey} 中的端口，以及${peer.who.zh}是否在运行`,
          )
        : both(
            `start it: ${peer.service}; is the port in ${peer.urlKey} right?`,
            `请启动：${peer.service}；并检查 ${peer.urlKey} 中的端口`,
          ),
    ),
  'net.no-route': ({ peer, place, host, addresses }) =>
    red(
      both(`no network leads to ${place} (${addresses})`, `没有网络可到达 ${place}（${addresses}）`),
      both(
        `check cable, modem and routes: ip address; ip route; ping -c 3 ${host}; is the host in ${peer.urlKey} right?`,
        `请检查网线、路由器和路由：ip address; ip route; ping -c 3 ${host}；以及 ${peer.urlKey} 中的主机`,
      ),
    ),
  'net.timeout': ({ peer, place, host, addresses }) =>
    red(
      both(
        `${place} (${addresses}) does not answer: the connection timed out`,
        `${place}（${addresses}）无响应：连接超时`,
      ),
      both(
        `does a firewall stand between, or is the host or port in ${peer.urlKey} wrong? ping -c 3 ${host}; ip route`,
        `是否有防火墙阻挡，或 ${peer.urlKey} 中的主机、端口有误？ping -c 3 ${host}; ip route`,
      ),
    ),
  'net.reset': ({ peer, place }) =>
    red(
      both(`${place} cut the connection`, `${place} 中断了连接`),
      both(
        `is ${peer.urlKey} right (with or without TLS, port)? does a firewall stand between?`,
        `请检查 ${peer.urlKey}（是否 TLS、端口），以及是否有防火墙阻挡`,
      ),
    ),
  'net.not-tls': ({ peer, place }) =>
    red(
      both(`${place} speaks no TLS`, `${place} 不支持 TLS`),
      both(
        `in ${peer.urlKey} write ${peer.urlKey === 'mqtt.url' ? 'mqtt:// (or ws://)' : 'http://'}, or the port where TLS is spoken`,
        `请在 ${peer.urlKey} 中改用 ${peer.urlKey === 'mqtt.url' ? 'mqtt://（或 ws://）' : 'http://'}，或改为 TLS 端口`,
      ),
    ),
  'net.certificate-expired': (facts) =>
    red(
      both(
        `the certificate of ${facts.place} has expired${facts.about.en}`,
        `${facts.place} 的证书已过期${facts.about.zh}`,
      ),
      both(
        `if the clock here is right (date), have it renewed by who runs ${facts.peer.who.en}; look at it: ${show(facts)}`,
        `若本机时钟正确（date），请${facts.peer.who.zh}的管理方更新证书；查看：${show(facts)}`,
      ),
    ),
  'net.certificate-not-yet-valid': (facts) =>
    red(
      both(
        `the certificate of ${facts.place} is not valid yet${facts.about.en}`,
        `${facts.place} 的证书尚未生效${facts.about.zh}`,
      ),
      both(
        'the clock here may be wrong: date; timedatectl set-ntp true',
        '本机时钟可能有误：date; timedatectl set-ntp true',
      ),
    ),
  'net.certificate-name': (facts) =>
    red(
      both(
        `the certificate of ${facts.place} is for another name than ${facts.peer.host}${facts.about.en}`,
        `${facts.place} 的证书与主机名 ${facts.peer.host} 不符${facts.about.zh}`,
      ),
      both(
        `write one of its names into ${facts.peer.urlKey}, or have it issued for ${facts.peer.host}; look at it: ${show(facts)}`,
        `请在 ${facts.peer.urlKey} 中使用证书上的名称，或为 ${facts.peer.host} 重新签发；查看：${show(facts)}`,
      ),
    ),
  'net.certificate-revoked': (facts) =>
    red(
      both(`the certificate of ${facts.place} is revoked`, `${facts.place} 的证书已被吊销`),
      both(`have it renewed by who runs ${facts.peer.who.en}`, `请${facts.peer.who.zh}的管理方更新证书`),
    ),
  'net.client-certificate': ({ peer, place }) =>
    red(
      both(`${place} wants a client certificate that it trusts`, `${place} 要求受其信任的客户端证书`),
      both(
        `check ${peer.tlsKey}.cert and ${peer.tlsKey}.key`,
        `请检查 ${peer.tlsKey}.cert 和 ${peer.tlsKey}.key`,
      ),
    ),
  'net.certificate-untrusted': (facts) =>
    red(
      both(
        `no known authority vouches for the certificate of ${facts.place} (${facts.code})${facts.about.en}`,
        `${facts.place} 的证书不受信任（${facts.code}）${facts.about.zh}`,
      ),
      both(
        `get its authority's certificate from who runs ${facts.peer.who.en}, and name the file by ${facts.peer.tlsKey}.ca; look at it: ${show(facts)}`,
        `请向${facts.peer.who.zh}的管理方索取 CA 证书，并用 ${facts.peer.tlsKey}.ca 指定；查看：${show(facts)}`,
      ),
    ),
};
