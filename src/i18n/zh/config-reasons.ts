import type { BaseUrlFault, ConfigReasons, SecretOddity } from '../../domain/reasons/config.ts';
import type { TextsOf } from '../texts.ts';
import { configKeys } from './config-keys.ts';

const BASE_URL: Readonly<Record<BaseUrlFault, (scheme: string) => string>> = {
  'white-space': () => '含有空白字符',
  'not-url': () => '不是网址，应如 http://www.example.com/parkpot-service/',
  scheme: () => '必须以 http:// 或 https:// 开头',
  slashes: (scheme) => `${scheme} 之后须有两个斜杠`,
  login: () => '其中不得含有用户名或密码',
  query: () => '其中不得含有 ? 或 #',
  'port-0': () => '端口 0 无法连接',
};

const ODD: Readonly<Record<SecretOddity, string>> = {
  bom: '以字节顺序标记（BOM）开头，已忽略',
  cr: '以 CR LF 换行，已忽略',
  blanks: '的密钥前后有空白，已忽略',
  quotes: '的密钥前后有引号，已忽略',
  invisible: '的密钥中有看不见的字符，请重新输入',
};

const ENCODING = {
  'utf-16': 'UTF-16 文本（有的编辑器称 Unicode），不是 UTF-8，请存为 UTF-8',
  gbk: 'GBK 文本，不是 UTF-8，请存为 UTF-8（iconv -f GB18030 -t UTF-8）',
  unknown: '不是 UTF-8 文本，请存为 UTF-8',
  'cr-only': '换行只有 CR，请存为 LF 换行',
};

const UNREADABLE = {
  missing: '文件不存在，请放到该处',
  denied: '当前用户无权读取，请加 sudo，或将文件交给运行 pilegate 的用户（权限 0600）',
  folder: '这是目录，请指定文件',
};

/** What is wrong with a config and its files, in Chinese. */
export const configReasons: TextsOf<ConfigReasons> = {
  'config.key': ({ text }) => configKeys[text] ?? text,
  'config.file': ({ mistake }, say) => `文件：${say(mistake)}`,
  'config.missing': ({ expected }, say) => `缺少该项，应为：${say(expected)}`,
  'config.empty': ({ expected }, say) => `为空，应为：${say(expected)}`,
  'config.not-a-mapping': ({ expected }, say) => `应为映射：${say(expected)}`,
  'config.not-a-list': ({ expected }, say) => `应为列表：${say(expected)}`,
  'config.not-a-scalar': ({ expected }, say) => `此处应为文本或数字，而不是列表或映射：${say(expected)}`,
  'config.unquoted': ({ kind, written }) =>
    `此处应为文本而非${kind === 'number' ? '数字' : '布尔值'}，请加引号${written === undefined ? '' : `："${written}"`}`,
  'config.shape': ({ expected }, say) => `应为${say(expected)}`,
  'config.inexact-number': () => '此数字无法精确表示，请加引号',
  'config.control-character': () => '含有换行或其他控制字符',
  'config.not-allowed': ({ value, allowed }, say) =>
    `不允许 ${shown(value)}，允许：${typeof allowed === 'string' ? allowed : say(allowed)}`,
  'allowed.flag': () => 'true 或 false',
  'allowed.whole': ({ min, max }) => `${min} 到 ${max} 的整数`,
  'allowed.range': ({ min, max }) => `${min} 到 ${max}`,
  'allowed.measure': ({ examples }) => `带单位的整数，如 ${examples}`,
  'allowed.signed': ({ most }) => `-${most} 至 ${most}，例如 -8h`,
  'allowed.amount': () => '数字，例如 0.01',
  'allowed.factor': () => '大于 1、不超过 100 的数',
  'allowed.protocol': () => '5 或 3.1.1',
  'allowed.group-name': () => '不含 + # / 的名称',
  'allowed.park-number': () => '加引号的整数，如 "1208"',
  'allowed.yuan': () => '金额（元），如 "10.00"',
  'allowed.header-value': () => '不含空白的 ASCII 字符，如 1.0.0',
  'allowed.listen': () => '主机:端口，如 127.0.0.1:9640，或 off',
  'config.unknown-key': ({ meant, allowed }) =>
    meant === undefined ? `未知的键，允许：${allowed}` : `未知的键，是否应为 ${meant}？`,
  'config.other-dialect': ({ dialects }) => `是 gate.dialect 为 ${dialects} 时的键，此处请删除`,
  'config.secret-in-config': ({ fileKey }) =>
    `密钥和密码不写入配置${fileKey === undefined ? '' : `，请用 ${fileKey} 指定文件`}`,
  'config.time-zone': ({ value }) => `${shown(value)} 不是时区，应为 IANA 名称，如 Asia/Shanghai`,
  'config.not-a-url': ({ value, allowed }) => `${shown(value)} 不是网址，允许：${allowed}`,
  'config.url-login': ({ of }) =>
    `其中含有用户名或密码，${of === 'proxy' ? '不支持需要登录的代理' : `请用 ${of === 'uplink' ? 'uplink' : 'mqtt'}.username 和 ${of === 'uplink' ? 'uplink' : 'mqtt'}.passwordFile`}`,
  'config.base-url': ({ fault, scheme }) => BASE_URL[fault](scheme ?? ''),
  'config.pattern': ({ error }) => `不是正则表达式：${error}`,
  'config.wildcard': ({ value }) => `${shown(value)} 含有通配符，应为不含 + 和 # 的单个主题`,
  'config.field-taken': ({ value }) => `${shown(value)} 已是记录的字段，请另取名称`,
  'config.dialect-field-taken': ({ dialect }) => `已是 gate.dialect 为 ${dialect} 时的字段，请另取名称`,
  'config.is-service-field': () => '已用于 gate.serviceField，请另取名称',
  'config.needs-beside': ({ key, example }) =>
    `须同时设置 ${key}${example === undefined ? '' : `，如 ${example}`}`,
  'config.whole-units': ({ unit }) => `应为整${unit === 'minutes' ? '分钟' : '秒'}：此接口没有更小的单位`,
  'config.needs-client-id': () => '需要 mqtt.clientId，每个实例各有其名',
  'config.longer-than': ({ key }) => `比 ${key} 还长，不得超过 ${key}`,
  'config.not-encrypted': ({ key }) => `不起作用，因为 ${key} 未加密`,
  'config.path-unseen': ({ rule, events }) => `在记录库中该来源的最近 ${events} 个事件里均无此值：${rule}`,
  'config.password-in-clear': ({ host }) =>
    `密码以明文发往 ${host}：请在 mqtt.url 中改用 mqtts://（或 wss://）`,
  'yaml.unreadable': ({ error }) => `无法解析 YAML：${error}`,
  'yaml.key-twice': ({ key }) => `键 ${key} 重复出现`,
  'yaml.tab': () => '无法解析 YAML：此行用制表符缩进，请改用空格',
  'yaml.no-space-after-colon': ({ key }) => `无法解析 YAML：${key} 的冒号后须有空格`,
  'yaml.indented-further': () => '无法解析 YAML：此行缩进比上一行更深，而上一行已有值',
  'yaml.too-deep': ({ levels }) => `无法解析 YAML：嵌套超过 ${levels} 层`,
  'slip.full-width': ({ slip, ascii }) => `此处的 ${slip} 是全角符号，请改用半角 ${ascii}`,
  'slip.dash': ({ slip }) => `此处的 ${slip} 应为半角减号 -`,
  'slip.quotes': ({ quotes }) => `${quotes} 不是 YAML 的引号，请改用半角 " 或 '`,
  'slip.invisible': ({ code }) => `此处有看不见的字符（${code}），请删除`,
  'slip.blank-indent': ({ code }) => `此行用特殊空白（${code}）缩进，请改用普通空格`,
  'slip.blank': ({ code }) => `此处有特殊空白（${code}），请改用普通空格`,
  'slip.full-width-value': ({ plain }) => `该值含有全角字符，请写作 ${plain}`,
  'file.no-config': ({ cause }, say) => `${say(cause)}，或用 --config 指定其他配置`,
  'file.too-large': ({ file, bytes, allowed }) => `${file} 不是配置：有 ${bytes} 字节，最多 ${allowed}`,
  'file.encoding': ({ place, found }) => `${place}：${ENCODING[found]}`,
  'file.unreadable': ({ file, why, error }) =>
    `无法读取 ${file}：${why === 'other' ? error : UNREADABLE[why]}`,
  'file.not-pem': ({ file }) => `${file} 不是 PEM 文件：没有 -----BEGIN … 行`,
  'secret.missing': ({ name, file, credential, variable }) =>
    `没有${name === 'gate.key' ? '密钥' : ` ${name.replace('gate.', '')}`}：请写入 ${file}，或在此指定文件${credential ? `，或提供 systemd 凭据 ${name}` : ''}，或设置 ${variable}`,
  'secret.length': ({ origin, bytes, allowed }) => `${origin} 有 ${bytes} 字节，应恰为 ${allowed} 字节`,
  'secret.unusual-length': ({ origin, bytes, usual }) =>
    `${origin} 有 ${bytes} 字节，而已知平台提供的是 ${usual} 字节：请核对`,
  'secret.not-text': ({ origin }) => `${origin} 不是 UTF-8 文本，请存为纯文本`,
  'secret.empty': ({ origin }) => `${origin} 是空的，请写入密钥，只写一行`,
  'secret.lines': ({ origin }) => `${origin} 不止一行，请只写密钥一行`,
  'config.unsigned-alerts': ({ to }) => `不起作用：${to} 不签名`,
  'secret.no-alert-url': ({ file, credential, variable }) =>
    `没有地址：请写入 ${file}，或在此用 urlFile 指定文件，或提供 systemd 凭据 ${credential}，或设置 ${variable}`,
  'secret.not-an-address': ({ origin }) =>
    `${origin} 中不是可推送的地址：请完整复制机器人的 webhook 地址，以 https:// 开头`,
  'secret.odd': ({ origin, oddity }) => `${origin} ${ODD[oddity]}`,
};

function shown(value: string): string {
  return value === '' ? '该值' : value;
}
