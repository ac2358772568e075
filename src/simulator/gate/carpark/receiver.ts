import { asText, type Broken, type Habit, type Receiver, type Reply } from '../receiver.ts';
import { refusal, type Style, success } from './replies.ts';
import { check, type GateRules } from './rules.ts';

/** Ways of real gates of the document's dialect; see the gate interface, "The reply". */
const HABITS: Readonly<Record<string, Habit>> = {
  // A Go gate answers an upstream failure without returning: the first object is true.
  'two-objects': {
    to: 'record',
    takes: false,
    reply: () => ({
      ...success('strict'),
      status: 500,
      body: '{"description":"处理充电和优惠失败","result":1}{"description":"充电记录处理成功","result":0}',
    }),
  },
  'same-key-twice': { to: 'record', takes: false, reply: () => raw(200, '{"result":1,"result":0}') },
  'error-400': { to: 'record', takes: false, reply: () => raw(400, '{"error":"非法参数"}') },
  'error-403': { to: 'record', takes: false, reply: () => raw(403, '{"error":"未授权的车场"}') },
  'message-only': { to: 'record', takes: true, reply: () => raw(200, '{"message":"充电记录处理成功"}') },
  'success-true': { to: 'record', takes: true, reply: () => raw(200, '{"success":true,"msg":"ok"}') },
  'code-0': { to: 'record', takes: true, reply: () => raw(200, '{"code":0,"msg":"success"}') },
  exists: { to: 'record', takes: true, reply: () => raw(200, '{"result":1,"description":"订单已存在"}') },
};

function raw(status: number, body: string): Reply {
  return { ...success('strict'), status, body };
}

/** The receiver of the interface document, in one of its styles. */
export function carparkReceiver(style: Style, rules: GateRules): Receiver {
  return {
    addressEnds: [`/${rules.serviceField === undefined ? rules.service : 'service'}`],
    idempotent: true,
    columns: { startTime: 'startTime', endTime: 'endTime', power: 'power', totalMoney: 'totalMoney' },
    habits: HABITS,
    read({ body, header }) {
      const { params, broken } = typeProblem(style, header('content-type')) ?? check(body, rules);
      const fields = typeof params === 'object' && params !== null ? { ...params } : {};
      const { sign: _, ...record } = asText(fields);
      return {
        orderNo: record['orderNo'] ?? '',
        plateNo: record['plateNo'] ?? '',
        record,
        body: params ?? body.toString(),
        broken,
      };
    },
    success: () => success(style),
    refusal: (_, broken, description) => refusal(style, broken?.rule, description),
  };
}

function typeProblem(
  style: Style,
  contentType: string,
): { readonly params: undefined; readonly broken: Broken } | undefined {
  if (style !== 'strict' || /^application\/json\s*(;\s*charset="?utf-8"?\s*)?$/i.test(contentType))
    return undefined;
  const description = `Content-Type应为application/json; charset=utf-8，收到${contentType || '空'}`;
  return { params: undefined, broken: { rule: 'type', description } };
}
