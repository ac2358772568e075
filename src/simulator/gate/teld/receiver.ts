import { randomBytes } from 'node:crypto';
import { decrypt, type EnvelopeSecrets, encrypt, sig } from '../../../gate/teld/envelope.ts';
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
  type Reply,
} from '../receiver.ts';

/** What a T/CEC platform knows of its one operator. */
export interface TeldRules {
  readonly operatorId: string;
  readonly operatorSecret: string;
  readonly secrets: EnvelopeSecrets;
  /** The lots it serves; undefined serves any. */
  readonly parkIds: ReadonlySet<string> | undefined;
  /** The field by which it looks a lot up. */
  readonly lotBy: 'ParkID' | 'StationID';
  /** How long a token is good for, seconds. */
  readonly tokenSeconds: number;
}

type Fields = Readonly<Record<string, unknown>>;

const NOTIFICATION = '/notification_charge_end_order_info';
const QUERY_TOKEN = '/query_token';
const DONE = '充电记录处理成功';
const TEXTS = [
  ...['StartChargeSeq', 'PlateNum', 'ParkID', 'StationID', 'StationName', 'ConnectorID', 'ConnectorName'],
  ...['ParkNo', 'StartTime', 'EndTime'],
];
const NUMBERS = ['Power', 'TotalMoney', 'CalculationMethod', 'FreeParkingTimes', 'FreeParkingCost'];

/** The return code of a broken rule. */
const RETS: Partial<Record<Broken['rule'], number>> = {
  sign: 4001,
  token: 4002,
  required: 4003,
  account: 4005,
};

/** A strict receiver of the T/CEC 102 envelope: query_token and notification_charge_end_order_info. It grants a discount for each notification that it takes. */
export function teldReceiver(rules: TeldRules): Receiver {
  const { secrets } = rules;
  const tokens = new Map<string, number>();
  /** TimeStamp and Seq that came before: each attempt has its own. The oldest go first. */
  const seen = new Set<string>();
  const answer = (ret: number, msg: string, data?: unknown, changed: object = {}): Reply => {
    const sealed = data === undefined ? '' : encrypt(JSON.stringify(data), secrets);
    return jsonReply({
      Ret: ret,
      Msg: msg,
      Data: sealed,
      Sig: sig([String(ret), msg, sealed], secrets),
      ...changed,
    });
  };
  const confirm = ({ orderNo }: Read, result: number) => ({
    StartChargeSeq: orderNo,
    ConfirmResult: result,
    PlateAutResult: result === 0 ? 1 : 2,
    PlateAutFailReason: result === 0 ? 0 : 6,
  });
  const taken = (read: Read): Reply => answer(0, '', confirm(read, 0));

  return {
    addressEnds: [NOTIFICATION, QUERY_TOKEN],
    idempotent: false,
    columns: { startTime: 'StartTime', endTime: 'EndTime', power: 'Power', totalMoney: 'TotalMoney' },
    habits: habitsOf(answer, taken, confirm, tokens),
    read(post) {
      const opened = open(post, rules, seen);
      if (!post.path.endsWith(QUERY_TOKEN))
        return {
          ...opened,
          broken:
            opened.broken ?? tokenProblem(post, tokens) ?? notification(opened.record, opened.body, rules),
        };
      const { broken } = opened;
      if (broken !== undefined)
        return { ...opened, session: answer(RETS[broken.rule] ?? 4004, broken.description) };
      const secret = opened.record['OperatorSecret'];
      if (secret !== rules.operatorSecret)
        return {
          ...opened,
          body: {},
          session: answer(0, '', {
            OperatorID: rules.operatorId,
            SuccStat: 1,
            AccessToken: '',
            TokenAvailableTime: 0,
            FailReason: 2,
          }),
        };
      const token = randomBytes(16).toString('hex');
      tokens.set(token, post.at + rules.tokenSeconds * 1000);
      const given = {
        OperatorID: rules.operatorId,
        SuccStat: 0,
        AccessToken: token,
        TokenAvailableTime: rules.tokenSeconds,
        FailReason: 0,
      };
      // The operator's secret is no matter of the page and of what is printed.
      return { ...opened, body: { OperatorID: rules.operatorId }, session: answer(0, '', given) };
    },
    success: taken,
    refusal: (_, broken, description) =>
      answer(broken === undefined ? 1 : (RETS[broken.rule] ?? 4004), description),
  };
}

function habitsOf(
  answer: (ret: number, msg: string, data?: unknown, changed?: object) => Reply,
  taken: (read: Read) => Reply,
  confirm: (read: Read, result: number) => object,
  tokens: Map<string, number>,
): Readonly<Record<string, Habit>> {
  const tokenFailed = { SuccStat: 1, AccessToken: '', TokenAvailableTime: 0, FailReason: 1 };
  return {
    'ret1-success': { to: 'record', takes: true, reply: (read) => answer(1, DONE, confirm(read, 0)) },
    'ret0-refusal': { to: 'record', takes: false, reply: (read) => answer(0, '成功', confirm(read, 1)) },
    'wrong-sig': {
      to: 'record',
      takes: true,
      reply: (read) => answer(0, '', confirm(read, 0), { Sig: sig([''], { data: '', iv: '', sig: 'x' }) }),
    },
    'no-data': { to: 'record', takes: true, reply: () => answer(0, DONE) },
    nested: { to: 'record', takes: true, reply: (read) => answer(0, '', parseJson(taken(read).body)) },
    // A token check that does not end the handler: the record is taken all the same.
    glued: {
      to: 'record',
      takes: true,
      reply: (read) => ({ ...taken(read), body: `${answer(4002, 'token错误').body}${taken(read).body}` }),
    },
    expired: {
      to: 'record',
      takes: false,
      reply: () => {
        tokens.clear();
        return answer(4002, 'token已失效');
      },
    },
    busy: { to: 'record', takes: false, reply: () => answer(-1, '系统繁忙，请稍后再试') },
    'no-rule': { to: 'record', takes: false, reply: () => answer(4004, '未配置收费规则') },
    'token-refused': { to: 'session', takes: false, reply: () => answer(0, '', tokenFailed) },
    'token-busy': { to: 'session', takes: false, reply: () => answer(-1, '系统繁忙，请稍后再试') },
    'token-ret-4005': { to: 'session', takes: false, reply: () => answer(4005, '运营商不存在') },
    'token-succstat-1': {
      to: 'session',
      takes: false,
      reply: ({ session }) => session ?? answer(1, ''),
    },
  };
}

/** Opens the envelope and checks all of it but the token. */
function open(
  { body, at }: Post,
  { operatorId, secrets }: TeldRules,
  seen: Set<string>,
): Omit<Read, 'session'> {
  const value = parseJson(body.toString());
  const fields: Fields =
    typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
  const text = (name: string): string => (typeof fields[name] === 'string' ? String(fields[name]) : '');
  const plain = decrypt(text('Data'), secrets);
  const data = parseJson(plain ?? '');
  const inner: Fields = typeof data === 'object' && data !== null && !Array.isArray(data) ? { ...data } : {};
  const record = asText(inner);
  const checked = (): Broken | undefined => {
    for (const name of ['OperatorID', 'Data', 'TimeStamp', 'Seq', 'Sig'])
      if (text(name) === '') return { rule: 'required', description: `缺少必要参数：${name}` };
    const [id, packed, stamp, seq] = [text('OperatorID'), text('Data'), text('TimeStamp'), text('Seq')];
    if (text('Sig') !== sig([id, packed, stamp, seq], secrets))
      return { rule: 'sign', description: '签名错误' };
    if (id !== operatorId) return { rule: 'account', description: `运营商不存在：${id}` };
    const iso = stamp.replace(/^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/, '$1-$2-$3T$4:$5:$6+08:00');
    if (!/^\d{14}$/.test(stamp) || Number.isNaN(Date.parse(iso)))
      return { rule: 'format', description: `TimeStamp应为yyyyMMddHHmmss，收到"${stamp}"` };
    if (!(Math.abs(Date.parse(iso) - at) <= CLOCK_WINDOW))
      return { rule: 'clock', description: `TimeStamp与平台时间相差超过10分钟，收到"${stamp}"` };
    if (!/^\d{4}$/.test(seq) || seq === '0000')
      return { rule: 'format', description: `Seq应为4位数字，收到"${seq}"` };
    if (seen.has(stamp + seq)) return { rule: 'reused', description: `TimeStamp和Seq重复"${stamp} ${seq}"` };
    seen.add(stamp + seq);
    const [oldest] = seen;
    if (seen.size > 10_000 && oldest !== undefined) seen.delete(oldest);
    if (plain === undefined) return { rule: 'encoding', description: '参数解析失败，解密失败' };
    return typeof data === 'object' && data !== null
      ? undefined
      : { rule: 'json', description: 'JSON解析失败' };
  };
  return {
    orderNo: record['StartChargeSeq'] ?? '',
    plateNo: record['PlateNum'] ?? '',
    record,
    body: data ?? value ?? body.toString(),
    broken: checked(),
  };
}

function tokenProblem({ header, at }: Post, tokens: ReadonlyMap<string, number>): Broken | undefined {
  const [, token = ''] = /^Bearer (.+)$/.exec(header('authorization')) ?? [];
  const until = tokens.get(token);
  return until !== undefined && at < until ? undefined : { rule: 'token', description: 'token错误或已失效' };
}

function notification(
  record: Readonly<Record<string, string>>,
  body: unknown,
  { parkIds, lotBy }: TeldRules,
): Broken | undefined {
  const data: Fields = typeof body === 'object' && body !== null ? { ...body } : {};
  const wrong = (name: string, should: string): Broken => ({
    rule: 'format',
    description: `非法参数：${name}应${should}，收到"${record[name]}"`,
  });
  for (const name of TEXTS)
    if (data[name] !== undefined && typeof data[name] !== 'string')
      return { rule: 'string', description: `参数解析失败：${name}应为字符串` };
  for (const name of NUMBERS)
    if (data[name] !== undefined && (typeof data[name] !== 'number' || data[name] < 0))
      return { rule: 'number', description: `参数解析失败：${name}应为不小于0的数字` };
  // 4003 is for the five fields of the envelope; this is the record's.
  for (const name of ['StartChargeSeq', 'PlateNum', lotBy, 'StartTime', 'EndTime'])
    if (!data[name]) return { rule: 'format', description: `缺少必要参数：${name}` };
  const lot = record[lotBy] ?? '';
  if (parkIds?.has(lot) === false) return { rule: 'park', description: `未授权的车场：${lotBy}=${lot}` };
  if (!isPlate(record['PlateNum'] ?? '')) return wrong('PlateNum', '为大写的全车牌');
  for (const name of ['StartTime', 'EndTime'])
    if (!isTime(record[name] ?? '')) return wrong(name, '为yyyy-MM-dd HH:mm:ss格式的有效时间');
  if ((record['EndTime'] ?? '') < (record['StartTime'] ?? ''))
    return { rule: 'order', description: '非法参数：EndTime不能早于StartTime' };
  if (![1, 2, 3].includes(Number(data['CalculationMethod']))) return wrong('CalculationMethod', '为1、2或3');
  return undefined;
}
