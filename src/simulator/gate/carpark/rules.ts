import { isUtf8 } from 'node:buffer';
import { explain, type SignedParams, sign } from '../../../gate/carpark/sign.ts';
import { WIRE_FIELDS } from '../../../gate/carpark/wire.ts';
import { type Broken, isPlate, isTime, parseJson } from '../receiver.ts';

/** What this gate knows, and how it reads the interface where receivers differ. */
export interface GateRules {
  readonly key: string;
  /** The car parks it serves; undefined serves any. */
  readonly parkIds: ReadonlySet<string> | undefined;
  readonly signEmptyFields: boolean;
  readonly moneyUnit: 'yuan' | 'fen';
  readonly service: string;
  /** The body's field that must name the service (1.1.4), where this gate has a single service entry. */
  readonly serviceField: string | undefined;
}

/** What the rules say of a body: its fields as far as they could be read, and the first rule that they break. */
export type Checked =
  | { readonly params: SignedParams; readonly broken?: undefined }
  | { readonly params?: unknown; readonly broken: Broken };

const REQUIRED = WIRE_FIELDS.filter(({ required }) => required).map(({ name }) => name);
const MONEY = WIRE_FIELDS.filter(({ money }) => money).map(({ name }) => name);

/** Checks a body against the interface, sections 2.1 and 2.2. */
export function check(body: Buffer, rules: GateRules): Checked {
  if (!isUtf8(body)) return { broken: { rule: 'encoding', description: '请求体不是UTF-8编码' } };
  const params = parseJson(body.toString());
  if (params === undefined) return { broken: { rule: 'json', description: '请求体不是合法的JSON' } };
  if (params === null || typeof params !== 'object' || Array.isArray(params)) {
    return { params, broken: { rule: 'json', description: '请求体不是JSON对象' } };
  }
  if (!isStrings(params)) return { params, broken: notStrings(params) };
  const broken = checkSign(params, rules) ?? checkService(params, rules) ?? checkFields(params, rules);
  return broken === undefined ? { params } : { params, broken };
}

function isStrings(params: object): params is SignedParams {
  return Object.values(params).every((value) => typeof value === 'string');
}

function notStrings(params: object): Broken {
  const names = Object.entries(params).filter(([, value]) => typeof value !== 'string');
  return { rule: 'string', description: `非法参数：${names.map(([name]) => name).join('、')}必须是字符串` };
}

function checkSign(params: SignedParams, rules: GateRules): Broken | undefined {
  const given = params['sign'];
  if (given === undefined || given === '') return { rule: 'sign', description: '缺少必要参数：sign' };
  const { key, signEmptyFields } = rules;
  const expected = sign(params, key, { signEmptyFields });
  if (given === expected) return undefined;
  const detail = `待签名字符串：${explain(params, { signEmptyFields })}`;
  const say = (why: string): Broken => ({ rule: 'sign', description: `签名错误${why}`, detail });
  if (given.toUpperCase() === expected) return say('：sign应为大写');
  if (given === sign(params, key, { signEmptyFields: !signEmptyFields })) {
    return say(signEmptyFields ? '：空值也应参与签名' : '：空值不应参与签名');
  }
  return say('');
}

function checkService(params: SignedParams, { service, serviceField }: GateRules): Broken | undefined {
  if (serviceField === undefined || params[serviceField] === service) return undefined;
  return { rule: 'service', description: `非法参数：${serviceField}应为${service}` };
}

function checkFields(params: SignedParams, { parkIds, moneyUnit }: GateRules): Broken | undefined {
  const missing = REQUIRED.filter((field) => !Object.hasOwn(params, field));
  if (missing.length > 0) return { rule: 'required', description: `缺少必要参数：${missing.join('、')}` };
  const empty = REQUIRED.filter((field) => params[field]?.trim() === '');
  if (empty.length > 0)
    return { rule: 'required', description: `缺少必要参数：${empty.join('、')}不允许为空` };

  const { parkId = '', plateNo = '', startTime = '', endTime = '' } = params;
  if (parkIds !== undefined && !parkIds.has(parkId)) {
    return { rule: 'park', description: `未授权的车场，停车场不存在：parkId=${parkId}` };
  }
  if (!isPlate(plateNo)) {
    return format(params, 'plateNo', '为大写的全车牌，不含空格、点和全角字符');
  }
  for (const field of ['startTime', 'endTime']) {
    if (!isTime(params[field] ?? '')) return format(params, field, '为yyyy-MM-dd HH:mm:ss格式的有效时间');
  }
  if (endTime < startTime) return { rule: 'order', description: '非法参数：endTime不能早于startTime' };
  if (!isAmount(params['power'])) return format(params, 'power', '为保留两位小数的数字，单位：度');
  const wrong = MONEY.find((field) => !(moneyUnit === 'yuan' ? isAmount : isWhole)(params[field]));
  if (wrong === undefined) return undefined;
  return format(params, wrong, moneyUnit === 'yuan' ? '为保留两位小数的数字，单位：元' : '为整数，单位：分');
}

function format(params: SignedParams, field: string, should: string): Broken {
  return { rule: 'format', description: `非法参数：${field}应${should}，收到"${params[field]}"` };
}

/** Optional values may be empty or missing. */
function isAmount(text = ''): boolean {
  return text === '' || /^(0|[1-9]\d*)\.\d\d$/.test(text);
}

function isWhole(text = ''): boolean {
  return text === '' || /^(0|[1-9]\d*)$/.test(text);
}
