import { createCipheriv, createDecipheriv, createHash, createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { atEnd } from './cleanup.ts';
import { until } from './wait.ts';

/** A gate platform of another dialect, by its specification alone: it shares no code with the product. */
export interface IndependentPlatform {
  /** The origin. */
  readonly origin: string;
  /** How often each order was granted its discount. */
  readonly granted: ReadonlyMap<string, number>;
  /** What was wrong with requests; nothing where all were right. */
  readonly wrong: readonly string[];
  /** Requests that carried no record. */
  readonly others: number;
  /** Resolves once so many different orders were granted. */
  has(orders: number, limitMs?: number): Promise<void>;
  /** Cuts the connection after the next records are granted, so that no answer arrives; or keeps them waiting. */
  fail(how: 'reset' | 'silence', count: number): void;
}

/** What one request comes to: the order it grants, or nothing; and the answer. */
interface Handled {
  readonly order?: string;
  readonly answer: string;
}

type Handle = (
  path: string,
  headers: IncomingHttpHeaders,
  body: string,
  wrong: (what: string) => void,
) => Handled;

async function serve(handle: Handle): Promise<IndependentPlatform> {
  const granted = new Map<string, number>();
  const wrong: string[] = [];
  const failures: ('reset' | 'silence')[] = [];
  let others = 0;
  const end = (response: ServerResponse, answer: string) => {
    const how = failures.shift();
    if (how === 'reset') response.socket?.resetAndDestroy();
    else if (how === undefined) response.end(answer);
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      const { order, answer } = handle(request.url ?? '', request.headers, body, (what) => wrong.push(what));
      if (order === undefined) {
        others += 1;
        response.end(answer);
        return;
      }
      granted.set(order, (granted.get(order) ?? 0) + 1);
      end(response, answer);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  atEnd(async () => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return {
    origin: `http://127.0.0.1:${address.port}`,
    granted,
    wrong,
    get others() {
      return others;
    },
    has: async (orders, limitMs) => {
      await until(() => granted.size >= orders, `${orders} orders granted (${granted.size} now)`, limitMs);
    },
    fail: (how, count) => {
      for (let n = 0; n < count; n += 1) failures.push(how);
    },
  };
}

function md5(text: string): string {
  return createHash('md5').update(text, 'utf8').digest('hex').toUpperCase();
}

const TIME = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/;

/** KeyTop: the strictest reader known, with the types of its table. */
export function startKeytop(secret: string): Promise<IndependentPlatform> {
  const ids = new Set<unknown>();
  return serve((path, headers, text, wrong) => {
    const body: Record<string, unknown> = JSON.parse(text);
    if (body['orderNo'] === undefined)
      return { answer: '{"resCode":"1201","resMsg":"json解析失败","data":""}' };
    if (path !== '/unite-api/api/wec/SyncChargePilePay') wrong(`path ${path}`);
    if (headers['version'] !== '1.0.0') wrong('version');
    const pairs = Object.keys(body)
      .filter((name) => name !== 'appId' && name !== 'key')
      .filter((name) => body[name] !== null && body[name] !== '' && typeof body[name] !== 'object')
      .sort((a, b) => (a < b ? -1 : 1))
      .map((name) => `${name}=${body[name]}`);
    if (body['key'] !== md5(`${pairs.join('&')}&${secret}`)) wrong(`signature of ${pairs.join('&')}`);
    for (const name of ['parkId', 'elecMoney', 'seviceMoney', 'totalMoney', 'freeType'])
      if (!Number.isInteger(body[name])) wrong(`${name} is no integer`);
    if (typeof body['power'] !== 'number') wrong('power is no number');
    for (const name of [
      'orderNo',
      'plateNo',
      'stationId',
      'stationName',
      'deviceId',
      'deviceName',
      'spaceNo',
    ])
      if (typeof body[name] !== 'string' || body[name] === '') wrong(`${name} is empty`);
    if (!/^\d{13}$/.test(String(body['ts'])) || typeof body['ts'] !== 'string') wrong('ts');
    for (const name of ['startTime', 'endTime']) if (!TIME.test(String(body[name]))) wrong(name);
    if (ids.has(body['reqId'])) wrong('reqId twice');
    ids.add(body['reqId']);
    return {
      order: String(body['orderNo']),
      answer: '{"resCode":"0","resMsg":"充电记录处理成功","data":""}',
    };
  });
}

/** bolink: the envelope's own text is what was signed. */
export function startBolink(secret: string): Promise<IndependentPlatform> {
  const reply = (message: string, state: number) => {
    const data = `{"message":"${message}","state":${state}}`;
    return Buffer.from(`{"data":${data},"sign":"${md5(`${data}key=${secret}`)}"}`).toString('base64');
  };
  return serve((path, _headers, text, wrong) => {
    const envelope = Buffer.from(text, 'base64').toString('utf8');
    const [, data, sign] = /^\{"data":(\{.*\}),"sign":"([0-9A-F]{32})"\}$/s.exec(envelope) ?? [];
    if (data === undefined) return { answer: reply('签名错误', 0) };
    if (path !== '/zld/chargingPile/syncChargePilePay') wrong(`path ${path}`);
    if (sign !== md5(`${data}key=${secret}`)) wrong(`signature of ${data}`);
    const body: Record<string, unknown> = JSON.parse(data);
    if (body['start_charge_seq'] === undefined) return { answer: reply('参数错误', 0) };
    if (typeof body['start_charging_time'] !== 'number' || body['start_charging_time'] > 1e11)
      wrong('seconds');
    for (const name of ['comid', 'union_id', 'car_number'])
      if (typeof body[name] !== 'string' || body[name] === '') wrong(name);
    return { order: String(body['start_charge_seq']), answer: reply('成功', 1) };
  });
}

/** The secrets of {@link startTeld}. */
export interface TeldSecrets {
  readonly operatorId: string;
  readonly operatorSecret: string;
  readonly data: string;
  readonly iv: string;
  readonly sig: string;
}

/** T/CEC 102 with its session: tokens live for `tokenUses` records, then 4002. */
export function startTeld(secrets: TeldSecrets, tokenUses = 100): Promise<IndependentPlatform> {
  const stamps = new Set<string>();
  let token = '';
  let uses = 0;
  const hmac = (text: string) => createHmac('md5', secrets.sig).update(text).digest('hex').toUpperCase();
  const reply = (ret: number, message: string, plain: object | undefined) => {
    const cipher = createCipheriv('aes-128-cbc', secrets.data, secrets.iv);
    const data =
      plain === undefined
        ? ''
        : cipher.update(JSON.stringify(plain), 'utf8', 'base64') + cipher.final('base64');
    return JSON.stringify({ Ret: ret, Msg: message, Data: data, Sig: hmac(`${ret}${message}${data}`) });
  };
  return serve((path, headers, text, wrong) => {
    const envelope: Record<string, string> = JSON.parse(text);
    const { OperatorID = '', Data = '', TimeStamp = '', Seq = '', Sig } = envelope;
    if (Sig !== hmac(OperatorID + Data + TimeStamp + Seq)) wrong('Sig');
    if (OperatorID !== secrets.operatorId || !/^\d{14}$/.test(TimeStamp) || !/^\d{4}$/.test(Seq))
      wrong('envelope');
    if (stamps.has(TimeStamp + Seq)) wrong('TimeStamp and Seq twice');
    stamps.add(TimeStamp + Seq);
    const decipher = createDecipheriv('aes-128-cbc', secrets.data, secrets.iv);
    const plain: Record<string, unknown> = JSON.parse(
      decipher.update(Data, 'base64', 'utf8') + decipher.final('utf8'),
    );
    if (path === '/evcs/v1/query_token') {
      if (plain['OperatorSecret'] !== secrets.operatorSecret) wrong('OperatorSecret');
      token = `token-${stamps.size}`;
      uses = 0;
      return {
        answer: reply(0, '', {
          OperatorID,
          SuccStat: 0,
          AccessToken: token,
          TokenAvailableTime: 7200,
          FailReason: 0,
        }),
      };
    }
    if (path !== '/evcs/v1/notification_charge_end_order_info') wrong(`path ${path}`);
    if (headers['authorization'] !== `Bearer ${token}` || uses >= tokenUses)
      return { answer: reply(4002, 'Token错误', undefined) };
    uses += 1;
    for (const name of ['PlateNum', 'ParkID', 'StationID', 'StartTime', 'EndTime'])
      if (typeof plain[name] !== 'string' || plain[name] === '') wrong(name);
    if (typeof plain['Power'] !== 'number' || plain['CalculationMethod'] !== 3)
      wrong('Power, CalculationMethod');
    const order = String(plain['StartChargeSeq']);
    return {
      order,
      answer: reply(0, '', {
        StartChargeSeq: order,
        ConfirmResult: 0,
        PlateAutResult: 1,
        PlateAutFailReason: 0,
      }),
    };
  });
}
