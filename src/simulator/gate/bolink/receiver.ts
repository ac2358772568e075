import { isUtf8 } from 'node:buffer';
import { bolinkSign } from '../../../gate/bolink/sign.ts';
import {
  asText,
  type Broken,
  type Habit,
  isPlate,
  type Post,
  parseJson,
  type Read,
  type Receiver,
  type Reply,
} from '../receiver.ts';

/** What bolink knows. */
export interface BolinkRules {
  /** The lot's secret. */
  readonly key: string;
  /** The lots it serves (`comid`); undefined serves any. */
  readonly parkIds: ReadonlySet<string> | undefined;
  /** Whether the body is the Base64 text of the envelope, or its JSON. */
  readonly bodyEncoding: 'base64' | 'json';
  /** The address's end. */
  readonly path: string;
}

type Data = Readonly<Record<string, unknown>>;

/** Both orders of the envelope's members; `data` is signed by its own text. */
const ENVELOPE =
  /^\{"data":(?<data>\{.*\}),"sign":"(?<sign>[^"]*)"\}$|^\{"sign":"(?<sign2>[^"]*)","data":(?<data2>\{.*\})\}$/s;
const TEXTS = [
  'comid',
  'union_id',
  'station_id',
  'start_charge_seq',
  'car_number',
  'station_name',
  'connector_id',
  'connector_name',
];
const NUMBERS = [
  'start_charging_time',
  'stop_charging_time',
  'power',
  'elec_money',
  'sevice_money',
  'total_money',
  'mitigate_type',
  'free_money',
  'duration',
];

/** A strict receiver of 泊链 bolink's chargingPile/syncChargePilePay. An order can be reduced once; a repeat is answered with state 0. */
export function bolinkReceiver(rules: BolinkRules): Receiver {
  const answer = (state: unknown, message: string): Reply => {
    const data = JSON.stringify({ message, state });
    return packed(`{"data":${data},"sign":"${bolinkSign(data, rules.key)}"}`);
  };
  const habits: Readonly<Record<string, Habit>> = {
    'plain-json': {
      to: 'record',
      takes: true,
      reply: () => ({
        status: 200,
        type: 'text/html;charset=UTF-8',
        body: '{"data":{"message":"成功","state":1}}',
      }),
    },
    'text-state': { to: 'record', takes: true, reply: () => answer('1', '成功') },
    'wrong-sign': {
      to: 'record',
      takes: true,
      reply: () => packed('{"data":{"message":"成功","state":1},"sign":"00000000000000000000000000000000"}'),
    },
    // The form of bolink's other books.
    'errmsg-at-top': {
      to: 'record',
      takes: false,
      reply: () => packed('{"state":0,"errmsg":"车辆不在场内"}'),
    },
    'car-is-out': { to: 'record', takes: false, reply: () => answer(0, '车辆不在场内') },
  };
  return {
    addressEnds: [`/${rules.path.replace(/^\/+/, '')}`],
    idempotent: true,
    columns: {
      startTime: 'start_charging_time',
      endTime: 'stop_charging_time',
      power: 'power',
      totalMoney: 'total_money',
    },
    habits,
    read: (post) => read(post, rules),
    success: (_, repeat) => (repeat ? answer(0, '该订单已减免，不可重复减免') : answer(1, '成功')),
    refusal: (_, __, description) => answer(0, description),
  };
}

function packed(envelope: string): Reply {
  return { status: 200, type: 'text/html;charset=UTF-8', body: Buffer.from(envelope).toString('base64') };
}

function read({ body }: Post, rules: BolinkRules): Read {
  const text = body.toString('utf8');
  const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text);
  const encoded = rules.bodyEncoding === 'base64';
  const envelope = encoded && base64 ? Buffer.from(text, 'base64') : body;
  const groups = ENVELOPE.exec(envelope.toString('utf8'))?.groups;
  const data = groups?.['data'] ?? groups?.['data2'] ?? '';
  const value = parseJson(data);
  const fields: Data = typeof value === 'object' && value !== null ? { ...value } : {};
  const record = asText(fields);
  const checked = (): Broken | undefined => {
    if (!isUtf8(body) || (encoded && !base64))
      return { rule: 'encoding', description: '请求体不是一行标准Base64' };
    if (groups === undefined || value === undefined)
      return { rule: 'json', description: '请求体不是{"data":{…},"sign":"…"}' };
    if ((groups['sign'] ?? groups['sign2']) !== bolinkSign(data, rules.key))
      return { rule: 'sign', description: '签名错误', detail: `待签名字符串：${data}key=***` };
    return types(fields) ?? values(fields, rules);
  };
  return {
    orderNo: record['start_charge_seq'] ?? '',
    plateNo: record['car_number'] ?? '',
    record,
    body: value ?? text,
    broken: checked(),
  };
}

function types(data: Data): Broken | undefined {
  for (const name of TEXTS)
    if (data[name] !== undefined && typeof data[name] !== 'string')
      return { rule: 'string', description: `参数错误：${name}应为字符串` };
  for (const name of NUMBERS) {
    const value = data[name];
    if (value !== undefined && (typeof value !== 'number' || value < 0))
      return { rule: 'number', description: `参数错误：${name}应为不小于0的数字` };
  }
  return undefined;
}

function values(data: Data, { parkIds }: BolinkRules): Broken | undefined {
  const wrong = (name: string, should: string): Broken => ({
    rule: 'format',
    description: `参数错误：${name}应${should}，收到"${data[name]}"`,
  });
  const missing = (name: string): Broken => ({ rule: 'required', description: `参数错误：缺少${name}` });
  if (!data['station_id'] && !(data['comid'] && data['union_id'])) return missing('comid、union_id');
  if (!data['car_number']) return missing('car_number');
  if (parkIds?.has(String(data['comid'])) === false)
    return { rule: 'park', description: `车场不存在：comid=${data['comid']}` };
  if (!isPlate(String(data['car_number']))) return wrong('car_number', '为大写的全车牌');
  for (const name of ['start_charging_time', 'stop_charging_time'])
    if (data[name] !== undefined && !/^[12]\d{9}$/.test(String(data[name])))
      return wrong(name, '为10位秒级时间戳');
  if (Number(data['stop_charging_time']) < Number(data['start_charging_time']))
    return { rule: 'order', description: '参数错误：stop_charging_time早于start_charging_time' };
  for (const name of ['power', 'elec_money', 'sevice_money', 'total_money', 'free_money'])
    if (data[name] !== undefined && !/^\d+(\.\d{1,2})?$/.test(String(data[name])))
      return wrong(name, '最多两位小数');
  const type = data['mitigate_type'];
  if (![0, 1, 2, 3].includes(Number(type))) return wrong('mitigate_type', '为0、1、2或3');
  if (type === 1 && !Number.isSafeInteger(data['duration'])) return wrong('duration', '为整数分钟');
  return type === 2 && data['free_money'] === undefined ? missing('free_money') : undefined;
}
