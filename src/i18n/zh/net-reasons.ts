import type { NetReasons } from '../../domain/reasons/net.ts';
import type { TextsOf } from '../texts.ts';

/** Faults of the network and of TLS, in Chinese. */
export const netReasons: TextsOf<NetReasons> = {
  'net.name-unknown': ({ address }) => `域名无法解析：请检查 ${address} 中的主机名和 DNS 服务器`,
  'net.no-name-server': () => 'DNS 服务器无应答',
  'net.refused': ({ address }) => `连接被拒绝，该端口无人监听：请确认服务在运行，并检查 ${address}`,
  'net.reset': ({ address }) => `对方中断了连接；若总是如此，请检查 ${address}（是否 TLS、端口）`,
  'net.closed': () => '对方关闭了连接',
  'net.timeout': () => '连接超时',
  'net.no-route': () => '没有网络可到达该地址',
  'net.host-unreachable': () => '主机不可达',
  'net.local': ({ error }) => `本机不允许建立该连接（${error}）：请检查防火墙、本机地址和打开文件数限制`,
  'net.not-tls': ({ address }) => `对方该端口不支持 TLS：请检查 ${address} 的协议和端口`,
  'net.tls-handshake': ({ tls }) => `对方中断了 TLS 握手：是否需要客户端证书（${tls}.cert、${tls}.key）？`,
  'net.certificate-expired': () => '对方证书已过期（或本机时钟有误）',
  'net.certificate-not-yet-valid': () => '对方证书尚未生效：本机时钟可能有误',
  'net.certificate-name': ({ address }) => `对方证书与 ${address} 中的主机名不符`,
  'net.certificate-revoked': () => '对方证书已被吊销',
  'net.certificate-untrusted': ({ error, tls }) =>
    `对方证书不是由受信任的 CA 签发（${error}）：请检查 ${tls}.ca`,
  'net.client-certificate': ({ tls }) => `对方要求受其信任的客户端证书：请检查 ${tls}.cert 和 ${tls}.key`,
  'net.tls-files': ({ error, tls }) => `TLS 文件无法使用（${error}）：请检查 ${tls} 的文件`,
  'net.proxy-certificate-name': () => '代理的证书与其主机名不符：请检查 gate.proxy',
  'net.proxy-login': () => '代理要求登录：请检查 gate.proxy',
  'net.proxy-timeout': () => '代理未在规定时间内应答：请检查 gate.proxy',
  'net.stopping': () => '本进程正在停止',
  'net.other': ({ error }) => error || '连接失败',
};
