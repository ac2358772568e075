import type { GateReasons, ReplyShape } from '../../domain/reasons/gate.ts';
import type { TextsOf } from '../texts.ts';

const SHAPES: Readonly<Record<ReplyShape, string>> = {
  empty: 'with an empty body',
  page: 'with a web page, as a proxy or a login portal does',
  'other-form': "in another platform's form",
  unreadable: 'without a readable result',
};

function answered(
  { status, shape, brokeOff }: { status: number; shape: ReplyShape; brokeOff?: string | undefined },
  remedy = '',
): string {
  const cut = brokeOff === undefined ? '' : `; the reply broke off: ${brokeOff}`;
  return `the gate answered ${status} ${SHAPES[shape] ?? shape}${remedy === '' ? '' : `: ${remedy}`}${cut}`;
}

function place({ target, proxy }: { target: string; proxy: boolean }): string {
  return proxy ? `${target} (through gate.proxy)` : target;
}

const ADDRESS_KEYS = ['gate.baseUrl', 'gate.service'];

/** What became of attempts at the gate, in English. */
export const gateReasons: TextsOf<GateReasons> = {
  'gate.delivered': () => 'the gate has the record',
  'gate.refused': ({ result, description }) =>
    `the gate refused it with result ${result}: ${description || 'no reason given'}`,
  'gate.delivered-before': ({ result, description }) =>
    `the gate has the record already: it answered result ${result}: ${description}`,
  'gate.reply-sign': () => "success, but the signature of the gate's reply is wrong",
  'gate.no-confirm': () => 'the gate says success, but does not confirm the order',
  'gate.token-refused-too': () => 'the gate took the record, though it calls the token wrong',
  'gate.doubtful': ({ description }) =>
    `the gate says result 0, success, but describes a failure: ${description}`,
  'gate.http-broken': ({ error }) => `the gate's reply is not well-formed HTTP (${error}), yet could be read`,
  'gate.busy': ({ description }) => `the gate says that it is busy: ${description || 'no reason given'}`,
  'gate.no-result': (answer) => answered(answer),
  'gate.redirects': ({ location, ...answer }) =>
    answered(
      answer,
      location === undefined
        ? 'check gate.baseUrl'
        : `it points to ${location}; redirects are not followed, set gate.baseUrl to the real address`,
    ),
  'gate.forbidden': (answer) => answered(answer, 'ask the gate platform to admit this account and address'),
  'gate.not-found': ({ keys = ADDRESS_KEYS, ...answer }) => answered(answer, `check ${keys.join(' and ')}`),
  'gate.proxy-login': (answer) => answered(answer, 'the proxy wants a login, check gate.proxy'),
  'gate.rejects': ({ keys = ADDRESS_KEYS, ...answer }) =>
    answered(answer, `check ${keys.join(', ')} and what stands between here and the gate`),
  'gate.unreachable': ({ cause, ...target }, say) => `cannot reach ${place(target)}: ${say(cause)}`,
  'gate.no-answer': ({ cause, ...target }, say) =>
    `sent to ${place(target)}, but no answer came: ${say(cause)}`,
  'gate.untrusted': ({ cause, ...target }, say) => `no trusted connection to ${place(target)}: ${say(cause)}`,
  'gate.proxy-status': ({ status }) =>
    `the proxy answered ${status} instead of connecting: check gate.proxy, and whether the proxy reaches the gate`,
  'gate.timeout': ({ seconds }) => `gate.timeout (${seconds} s) ran out`,
  'gate.no-headers': () => 'the response had no headers',
  'gate.not-http': ({ error }) => `what came cannot be read as HTTP: ${error}`,
  'gate.refused-alike': ({ count, last }, say) =>
    `${count} orders in a row were refused alike, and none was accepted: ${say(last)}`,
  'gate.defect': ({ error }) => `a defect of pilegate: ${error}`,
  'gate.reading-hangs': ({ seconds }) => `a defect of pilegate: the reply was not read within ${seconds} s`,
  'gate.attempt-stuck': ({ seconds }) => `a defect of pilegate: the attempt did not end within ${seconds} s`,
  'gate.unanswered-held': ({ why }, say) =>
    `it was sent, and whether the gate has it is not known (${say(why)}); a repeat may grant a second discount`,
  'gate.ended-while-sending': () => 'pilegate ended while it was being sent',
  'gate.unmarked': () => 'not sent: the storage could not note that it is being sent',
  'operator.parked': ({ why }) => (why === undefined ? 'parked by hand' : `parked by hand: ${why}`),
};
