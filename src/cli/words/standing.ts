import type { SeenAttempt } from '../../outbox/reader/rows.ts';
import type { Awaited, GateTrouble, Standing } from '../order-status.ts';
import type { Language, Local, Voice } from './language.ts';
import { tellRemedy } from './remedy.ts';

/**
 * Why an order is where it is and what to do, in one or two sentences.
 * @param orderNo as the commands take it
 */
export function tellStanding(standing: Standing, orderNo: string, voice: Voice): string {
  const retry = `pilegate records retry ${orderNo}`;
  return (voice.lang === 'zh' ? chinese : english)(standing, { retry, ...voice });
}

interface Means extends Voice {
  readonly retry: string;
}

function english(standing: Standing, { retry, ...voice }: Means): string {
  const { local } = voice;
  switch (standing.kind) {
    case 'due':
      if (standing.gate !== undefined) return `It is due. ${englishTrouble(standing.gate, local)}`;
      return standing.last === undefined
        ? 'It is due and goes to the gate in its turn, newest sessions first. Nothing to do.'
        : `The last attempt failed (${said(standing.last, voice)}); it is due and goes again in its turn. Nothing to do.`;
    case 'deferred': {
      const again = `it goes again at ${local(standing.at)}, and is parked after ${standing.limit} refusals.${standing.running ? '' : IDLE.en} To send it now: ${retry}`;
      if (standing.last?.outcome === 'refused')
        return `The gate refused it, ${times(standing.refusals)} so far (${said(standing.last, voice)}); ${again}`;
      return `The gate took other records but not this one (${said(standing.last, voice)}); ${again}`;
    }
    case 'waiting': {
      const what = standing.fields.join(', ') || 'what its event lacks';
      const until =
        standing.until === undefined ? '' : ` until ${local(standing.until)}, then it goes to quarantine`;
      const idle = standing.running ? '' : IDLE.en;
      return `It waits for ${what}${englishNeeds(standing.needs)}${until}.${idle} To supply it now: ${retry} --set ${standing.fields[0] ?? 'plateNo'}=VALUE`;
    }
    case 'delivered': {
      const when = `The gate has it since ${local(standing.at)}, after ${standing.posts === 1 ? 'one post' : `${standing.posts} posts`}`;
      return standing.odd === undefined
        ? `${when}. Nothing to do.`
        : `${when}, but its answer is odd (${standing.odd}). Ask the gate platform whether the discount was granted.`;
    }
    case 'parked': {
      const { last, why, refusals } = standing;
      if (last?.outcome === 'refused') {
        const how = standing.exhausted ? `refused it ${times(refusals)}` : 'refused it for good';
        return `The gate ${how} (${said(last, voice)}), so it was parked at ${local(standing.at)}. ${advice(last, 'en')}, then: ${retry}`;
      }
      if (last?.outcome === 'unanswered')
        return `The gate took other records but gave no readable answer for this one (${why}), so it was parked at ${local(standing.at)}; it may have arrived. Ask the gate platform whether it has this order; if not: ${retry}`;
      return `It was parked at ${local(standing.at)} (${why}). Mend that (pilegate doctor), then: ${retry}`;
    }
    case 'parked-by-hand': {
      const why = standing.why === '' ? '' : `: ${standing.why}`;
      const then = standing.waited ? 'To let it wait again' : 'To send it after all';
      return `A person parked it at ${local(standing.at)}${why}. ${then}: ${retry}`;
    }
    case 'quarantined': {
      const { field, reason } = standing.event;
      return `There is no record of it, only an event in quarantine: ${field === '' ? '' : `${field}: `}${reason}. ${tellRemedy(standing.event, voice)}`;
    }
    case 'pruned':
      return `It was delivered, and forgotten at ${local(standing.at)} as the config says (outbox.keepDelivered). Its number stays known until ${local(standing.knownUntil)}: published again, it is not sent again.`;
  }
}

function chinese(standing: Standing, { retry, ...voice }: Means): string {
  const { local, told } = voice;
  switch (standing.kind) {
    case 'due':
      if (standing.gate !== undefined) return `该记录待发送。${chineseTrouble(standing.gate, voice)}`;
      return standing.last === undefined
        ? '该记录待发送，将按顺序（最新的优先）发往道闸平台，无需处理。'
        : `上次发送失败（${said(standing.last, voice)}），将按顺序重发，无需处理。`;
    case 'deferred': {
      const again = `将于 ${local(standing.at)} 重发，拒收满 ${standing.limit} 次后搁置（parked）。${standing.running ? '' : IDLE.zh}立即发送：${retry}`;
      if (standing.last?.outcome === 'refused')
        return `道闸平台已拒收 ${standing.refusals} 次（${said(standing.last, voice)}），${again}`;
      return `道闸平台接收了其他记录，唯独此条失败（${said(standing.last, voice)}），${again}`;
    }
    case 'waiting': {
      const what = standing.fields.join('、') || '事件缺少的内容';
      const until =
        standing.until === undefined
          ? ''
          : `，等到 ${local(standing.until)} 为止，之后转入隔离区（quarantine）`;
      const idle = standing.running ? '' : IDLE.zh;
      return `该记录正在等待 ${what}${chineseNeeds(standing.needs)}${until}。${idle}立即人工补充：${retry} --set ${standing.fields[0] ?? 'plateNo'}=值`;
    }
    case 'delivered': {
      const when = `道闸平台已于 ${local(standing.at)} 收到（共发送 ${standing.posts} 次）`;
      return standing.odd === undefined
        ? `${when}，无需处理。`
        : `${when}，但其应答可疑（${told(standing.odd)}）。请向道闸平台确认优惠是否已生效。`;
    }
    case 'parked': {
      const { last, why, refusals } = standing;
      if (last?.outcome === 'refused') {
        const how = standing.exhausted ? `拒收 ${refusals} 次` : '明确拒收';
        return `道闸平台${how}（${said(last, voice)}），已于 ${local(standing.at)} 搁置（parked）。${advice(last, 'zh')}，然后执行：${retry}`;
      }
      if (last?.outcome === 'unanswered')
        return `道闸平台接收了其他记录，唯独此条没有可读的应答（${told(why)}），已于 ${local(standing.at)} 搁置（parked）；平台可能已收到。请向道闸平台确认是否已有此订单，若没有：${retry}`;
      return `已于 ${local(standing.at)} 搁置（parked）：${told(why)}。请排除故障（pilegate doctor），然后执行：${retry}`;
    }
    case 'parked-by-hand': {
      const why = standing.why === '' ? '' : `，原因：${standing.why}`;
      return `已于 ${local(standing.at)} 由人工搁置（parked）${why}。${standing.waited ? '恢复等待' : '重新发送'}：${retry}`;
    }
    case 'quarantined': {
      const { field, reason } = standing.event;
      return `没有生成该订单的记录，只有隔离区（quarantine）中的事件：${field === '' ? '' : `${field}：`}${told(reason)}。${tellRemedy(standing.event, voice)}`;
    }
    case 'pruned':
      return `该记录早已送达，并按配置（outbox.keepDelivered）于 ${local(standing.at)} 清除。订单号保留到 ${local(standing.knownUntil)}，在此之前重复上报也不会再次发送。`;
  }
}

const IDLE = {
  en: ' But no daemon runs: start it (systemctl start pilegate).',
  zh: '但守护进程未运行，请启动（systemctl start pilegate）。',
};

function englishTrouble(trouble: GateTrouble, local: Local): string {
  switch (trouble.kind) {
    case 'no-daemon':
      return 'But no daemon runs, so nothing is sent. Start it: systemctl start pilegate';
    case 'down':
      return `But the gate is away since ${local(trouble.since)} (${trouble.reason}). It goes by itself once the gate answers; find the fault: pilegate doctor`;
    case 'held':
      return `But all records are held since ${local(trouble.since)}, for the gate refuses them for a fault of the set-up (${trouble.reason}). Mend that (pilegate doctor), and it goes by itself.`;
  }
}

function chineseTrouble(trouble: GateTrouble, { local, told }: Voice): string {
  switch (trouble.kind) {
    case 'no-daemon':
      return '但守护进程未运行，无法发送。请启动：systemctl start pilegate';
    case 'down':
      return `但道闸平台自 ${local(trouble.since)} 起无法连接（${told(trouble.reason)}）。恢复后会自动发送；查找故障：pilegate doctor`;
    case 'held':
      return `但自 ${local(trouble.since)} 起，道闸平台因设置错误拒收所有记录（${told(trouble.reason)}），已全部暂停发送。请修正设置（pilegate doctor），之后会自动发送。`;
  }
}

/** What was said, or seen, last; a refusal in the gate's own words. */
function said(last: SeenAttempt | undefined, { lang, told }: Voice): string {
  if (last === undefined) return lang === 'zh' ? '原因未知' : 'for an unknown reason';
  if (last.outcome === 'refused' && last.result !== undefined)
    return `result ${last.result}${last.description ? `: ${last.description.replace(/\s+/g, ' ').trim()}` : ''}`;
  return told(last.reason);
}

/** What refusals mean that are known from real gate platforms (gate interface, "The reply"). */
const ADVICE: readonly [RegExp, Readonly<Record<Language, string>>][] = [
  [/签名/, { en: "Compare the key with the gate platform's", zh: '请与道闸平台核对密钥' }],
  [
    /未授权的车场|停车场不存在/,
    {
      en: 'Compare gate.parkId and gate.portName with what the gate platform gave',
      zh: '请与道闸平台核对 gate.parkId 和 gate.portName',
    },
  ],
  [
    /缺少必要参数|非法参数/,
    {
      en: 'The gate does not like a field: compare the record with what it wants',
      zh: '有字段不符合道闸平台要求，请核对下列记录',
    },
  ],
  [
    /优惠规则/,
    {
      en: 'The car park has no discount rule for it: have its operator add one',
      zh: '车场没有匹配的优惠规则，请车场运营方添加',
    },
  ],
  [
    /处理充电和优惠失败/,
    {
      en: "The car may have left already, or the gate's own system failed: ask the gate platform",
      zh: '车辆可能已离场，或道闸平台内部故障，请询问道闸平台',
    },
  ],
];

function advice(last: SeenAttempt, lang: Language): string {
  const known = ADVICE.find(([match]) => match.test(last.description ?? last.reason));
  return (
    known?.[1][lang] ?? (lang === 'zh' ? '请询问道闸平台拒收原因' : 'Ask the gate platform why it refuses it')
  );
}

function englishNeeds(needs: readonly Awaited[]): string {
  return needs.length === 0
    ? ''
    : ` (${needs.map(({ context, key }) => `context ${context}, key ${key}`).join('; ')})`;
}

function chineseNeeds(needs: readonly Awaited[]): string {
  return needs.length === 0
    ? ''
    : `（${needs.map(({ context, key }) => `上下文 ${context}，键 ${key}`).join('；')}）`;
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}
