import { isUtf8 } from 'node:buffer';
import { keytopSign, keytopSignedText } from '../../../gate/keytop/sign.ts';
import {
  asText,
  type Broken,
  CLOCK_WINDOW,
  type Habit,
  isPlate,
  isTime,
  jsonReply,
  type Post,
  parseJson,
  type Read,
  type Receiver,
} from '../receiver.ts';

/** What a KeyTop platform knows. */
export interface KeytopRules {
  readonly key: string;
  /** The accounts it has; undefined takes any. */
  readonly appIds: ReadonlySet<string> | undefined;
  /** The lots it serves; undefined serves any. */
  readonly parkIds: ReadonlySet<string> | undefined;
  /** The address's end. */
  readonly path: string;
}

type Fields = Readonly<Record<string, unknown>>;

const DONE = '充电记录处理成功';
/** The types of the interface's table, which a receiver in Go enforces. */
const TEXTS = [
  ...['orderNo', 'plateNo', 'startTime', 'endTime', 'stationId', 'stationName', 'deviceId', 'deviceName'],
  'spaceNo',
];
const OPTIONAL_TEXTS = ['serviceCode', 'ts', 'reqId'];
const INTEGERS = ['parkId', 'elecMoney', 'seviceMoney', 'totalMoney', 'freeType'];
const OPTIONAL_INTEGERS = ['freeMoney', 'freeTime'];

const HABITS: Readonly<Record<string, Habit>> = {
  number: { to: 'record', takes: true, reply: () => jsonReply({ resCode: 0, resMsg: DONE }) },
  // The form that KeyTop's other interfaces are said to have.
  'code-form': {
    to: 'record',
    takes: true,
    reply: () => jsonReply({ code: 0, message: 'success', data: '{"result":true}' }),
  },
  'code-form-refusal': {
    to: 'record',
    takes: false,
    reply: () => jsonReply({ code: 1, message: '处理充电和优惠失败' }),
  },
  'not-authorised': { to: 'record', takes: false, reply: () => answer('1102', '未授权的车场') },
  'error-500': {
    to: 'record',
    takes: false,
    reply: () => ({ ...jsonReply({ error: 'Failed to read request body' }), status: 500 }),
  },
};

/** A strict receiver of 科拓 KeyTop's SyncChargePilePay, by the dialect's table. It grants a discount for each post that it takes. */
export function keytopReceiver(rules: KeytopRules): Receiver {
  /** Request ids that came before: each attempt makes its own. The oldest go first. */
  const seen = new Set<string>();
  return {
    addressEnds: [`/${rules.path.replace(/^\/+/, '')}`],
    idempotent: false,
    columns: { startTime: 'startTime', endTime: 'endTime', power: 'power', totalMoney: 'totalMoney' },
    habits: HABITS,
    read: (post) => read(post, rules, seen),
    success: () => answer('0', DONE),
    refusal: (_, broken, description) => answer(codeOf(broken), description),
  };
}

function answer(resCode: string, resMsg: string) {
  return jsonReply({ resCode, resMsg, data: '' });
}

function codeOf(broken: Broken | undefined): string {
  if (broken === undefined) return '1';
  if (broken.rule === 'sign' || broken.rule === 'account') return '1101';
  if (broken.rule === 'park') return '1102';
  return '1201';
}

function read(post: Post, rules: KeytopRules, seen: Set<string>): Read {
  const value = isUtf8(post.body) ? parseJson(post.body.toString()) : undefined;
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  const fields: Fields = isObject ? { ...value } : {};
  const { key: _, ...record } = asText(fields);
  const broken = isObject
    ? (headers(post) ??
      types(fields) ??
      signature(fields, rules) ??
      values(fields, rules) ??
      attempt(fields, post.at, seen))
    : ({ rule: 'json', description: 'json解析失败：请求体不是UTF-8的JSON对象' } as const);
  return {
    orderNo: record['orderNo'] ?? '',
    plateNo: record['plateNo'] ?? '',
    record,
    body: isObject ? value : post.body.toString(),
    broken,
  };
}

function headers({ header }: Post): Broken | undefined {
  const type = header('content-type');
  if (!/^application\/json\s*(;\s*charset="?utf-8"?\s*)?$/i.test(type))
    return {
      rule: 'type',
      description: `Content-Type应为application/json; charset=utf-8，收到${type || '空'}`,
    };
  return header('version') === '' ? { rule: 'type', description: '缺少请求头version' } : undefined;
}

function types(fields: Fields): Broken | undefined {
  const wrong = (name: string, should: string): Broken => ({
    rule: should === '字符串' ? 'string' : 'number',
    description: `json解析失败：${name}应为${should}`,
  });
  for (const name of ['appId', 'key', ...TEXTS, ...INTEGERS, 'power'])
    if (fields[name] === undefined || fields[name] === '')
      return { rule: 'required', description: `json解析失败：缺少必要参数${name}` };
  for (const name of ['appId', 'key', ...TEXTS, ...OPTIONAL_TEXTS])
    if (fields[name] !== undefined && typeof fields[name] !== 'string') return wrong(name, '字符串');
  for (const name of [...INTEGERS, ...OPTIONAL_INTEGERS])
    if (fields[name] !== undefined && !Number.isSafeInteger(fields[name])) return wrong(name, '整数');
  return typeof fields['power'] === 'number' ? undefined : wrong('power', '数字');
}

function signature(fields: Fields, { key }: KeytopRules): Broken | undefined {
  if (fields['key'] === keytopSign(fields, key)) return undefined;
  return {
    rule: 'sign',
    description: '签名校验失败',
    detail: `待签名字符串：${keytopSignedText(fields)}&***`,
  };
}

function values(fields: Fields, { appIds, parkIds }: KeytopRules): Broken | undefined {
  const wrong = (name: string, should: string): Broken => ({
    rule: 'format',
    description: `非法参数：${name}应${should}，收到"${fields[name]}"`,
  });
  if (appIds?.has(String(fields['appId'])) === false)
    return { rule: 'account', description: `appId不存在：${fields['appId']}` };
  if (parkIds?.has(String(fields['parkId'])) === false)
    return { rule: 'park', description: `未授权的车场：parkId=${fields['parkId']}` };
  if (!isPlate(String(fields['plateNo']))) return wrong('plateNo', '为大写的全车牌，不含空格、点和全角字符');
  for (const name of ['startTime', 'endTime'])
    if (!isTime(String(fields[name]))) return wrong(name, '为yyyy-MM-dd HH:mm:ss格式的有效时间');
  if (String(fields['endTime']) < String(fields['startTime']))
    return { rule: 'order', description: '非法参数：endTime不能早于startTime' };
  for (const name of [...INTEGERS, ...OPTIONAL_INTEGERS, 'power'])
    if (Number(fields[name] ?? 0) < 0) return wrong(name, '不小于0');
  if (fields['freeType'] !== 0 && fields['freeType'] !== 1) return wrong('freeType', '为0或1');
  return undefined;
}

function attempt({ ts, reqId }: Fields, at: number, seen: Set<string>): Broken | undefined {
  if (ts !== undefined && !/^\d{13}$/.test(String(ts)))
    return { rule: 'format', description: `非法参数：ts应为13位毫秒时间戳，收到"${ts}"` };
  if (ts !== undefined && Math.abs(Number(ts) - at) > CLOCK_WINDOW)
    return { rule: 'clock', description: `非法参数：ts与平台时间相差超过10分钟，收到"${ts}"` };
  if (typeof reqId !== 'string') return undefined;
  if (seen.has(reqId)) return { rule: 'reused', description: `非法参数：reqId重复"${reqId}"` };
  seen.add(reqId);
  const [oldest] = seen;
  if (seen.size > 10_000 && oldest !== undefined) seen.delete(oldest);
  return undefined;
}
