import type { Sentences } from './sentences.ts';

/** What ends with another one's words: with those of the gate platform, or of a person. */
export const QUOTING: Sentences = [
  ['the gate refused it with result {#}: no reason given', '道闸平台拒收（result {1}），未说明原因'],
  ['the gate refused it with result {#}: {}', '道闸平台拒收（result {1}）：{2}'],
  [
    'the gate says result 0, success, but describes a failure: {}',
    '道闸平台答复成功（result 0），却描述为失败：{1}',
  ],
  [
    '{#} orders in a row were refused alike, and none was accepted: {*}',
    '连续 {1} 个订单以同样的理由被拒收，没有一个被接收：{2}',
  ],
  ['parked by hand: {}', '人工搁置：{1}'],
];

/** What is said of the gate and of the way to it. */
export const GATE: Sentences = [
  ['not an amount with two decimals: {}', '不是两位小数的金额：{1}'],
  ['not a time of a record: {}', '不是记录中的时间：{1}'],
  ['not a whole number as park id: {}', '车场编号不是整数：{1}'],
  ['its Data cannot be opened with our DataSecret', '其 Data 无法用我方的 DataSecret 解密'],
  ['the gate has the record', '道闸平台已收到'],
  ['the gate answered {} {*}: {*}', '道闸平台应答 {1}，{2}：{3}'],
  ['the gate answered {} {*}', '道闸平台应答 {1}，{2}'],
  ['with an empty body', '内容为空'],
  ['with a web page, as a proxy or a login portal does', '返回的是网页，像是代理或上网认证页面'],
  ['without a readable result', '没有可读的 result'],
  ['check gate.baseUrl', '请检查 gate.baseUrl'],
  ['it points to {}', '转向 {1}'],
  [
    'redirects are not followed, set gate.baseUrl to the real address',
    '本程序不跟随转向，请将 gate.baseUrl 改为真实地址',
  ],
  ['ask the gate platform to admit this account and address', '请道闸平台放行此账号和本站的出口地址'],
  ['check gate.baseUrl and gate.service', '请检查 gate.baseUrl 和 gate.service'],
  [
    'check gate.baseUrl, gate.service and what stands between here and the gate',
    '请检查 gate.baseUrl、gate.service，以及与道闸平台之间的网络设备',
  ],
  ['the proxy wants a login, check gate.proxy', '代理要求登录，请检查 gate.proxy'],
  ['the proxy wants a login: check gate.proxy', '代理要求登录，请检查 gate.proxy'],
  ['the reply broke off: {*}', '应答中途断开：{1}'],
  ['gate.timeout ({} s) ran out', '超过 gate.timeout（{1} 秒）'],
  ['the response had no headers', '应答没有 HTTP 头'],
  ['cannot reach {*}: {*}', '无法连接 {1}：{2}'],
  ['sent to {*}, but no answer came: {*}', '已发往 {1}，但没有收到应答：{2}'],
  ['{} (through gate.proxy)', '{1}（经 gate.proxy）'],
  ['{*} is not trusted: {*}', '{1} 不受信任：{2}'],
  [
    '{*} wants a client certificate that it trusts: check gate.tls.cert and gate.tls.key',
    '{1} 要求受其信任的客户端证书，请检查 gate.tls.cert 和 gate.tls.key',
  ],
  ['its certificate has expired (or the clock here is wrong)', '证书已过期（或本机时钟有误）'],
  ['its certificate is not valid yet: the clock here may be wrong', '证书尚未生效，本机时钟可能有误'],
  [
    'its certificate is for another name: check the host in gate.baseUrl',
    '证书的名称不符，请检查 gate.baseUrl 中的主机名',
  ],
  ["the proxy's certificate is for another name: check gate.proxy", '代理的证书名称不符，请检查 gate.proxy'],
  ['its certificate is revoked', '证书已被吊销'],
  [
    'no known authority vouches for it ({}): check gate.tls.ca',
    '证书不是由受信任的机构签发（{1}），请检查 gate.tls.ca',
  ],
  [
    'it speaks no TLS there: is it http rather than https, or another port?',
    '对方不支持 TLS：应为 http 而非 https，或端口有误？',
  ],
  [
    'it broke off the TLS handshake: does it want a client certificate?',
    '对方中断了 TLS 握手：是否要求客户端证书？',
  ],
  [
    'the name is unknown: check the host in gate.baseUrl and the name server',
    '域名无法解析，请检查 gate.baseUrl 中的主机名和 DNS 服务器',
  ],
  ['the name server did not answer', 'DNS 服务器无应答'],
  ['nothing listens there', '该端口无人监听'],
  ['the connection was reset', '连接被重置'],
  ['the connection was closed', '连接被关闭'],
  ['the connection timed out', '连接超时'],
  ['no network leads there', '没有网络可以到达'],
  ['the host cannot be reached', '主机无法到达'],
  ['the proxy did not answer in time', '代理未及时应答'],
  ['this side is stopping', '本程序正在停止'],
  // undici's own words for a connection that ended.
  ['other side closed {}', '对方关闭了连接（{1}）'],
  ['other side closed', '对方关闭了连接'],
  ['gate.tls.{}: {} cannot be read: {}', 'gate.tls.{1}：{2} 无法读取：{3}'],
  ['gate.tls.ca: {} holds no certificate in PEM', 'gate.tls.ca：{1} 中没有 PEM 证书'],
  [
    'gate.tls: the certificate {} and its key {} cannot be used: {}',
    'gate.tls：证书 {1} 及其私钥 {2} 无法使用：{3}',
  ],
  [
    '{}: cannot read {}: {}: give a PEM file that this user may read',
    '{1}：无法读取 {2}：{3}，请指定当前用户可读的 PEM 文件',
  ],
  [
    'a defect of pilegate: the reply was not read within {} s',
    'pilegate 的缺陷，请反馈：应答在 {1} 秒内未读完',
  ],
  ['no key for the record {}', '没有可用于签名的密钥（记录 {1}）'],
  ['a defect of pilegate: {}', 'pilegate 的缺陷，请反馈：{1}'],
  ['parked by hand', '人工搁置'],
];
