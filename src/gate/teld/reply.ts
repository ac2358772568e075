import { integerText, isObject, jsonValues, splitJson, wordsOf } from '../json-values.ts';
import { decrypt, type EnvelopeSecrets, sig } from './envelope.ts';
import type { TeldToken } from './session.ts';

/** One answer in the T/CEC 102 envelope, opened. */
interface TeldAnswer {
  /** `0` done; undefined where there is none that can be read. */
  readonly ret: string | undefined;
  readonly words: string;
  /** What `Data` says, where it could be opened and is an object. */
  readonly data: Readonly<Record<string, unknown>> | undefined;
  /** Whether `Data` held something that these secrets do not open. */
  readonly sealed: boolean;
  /** Whether its Sig is right; undefined where it has none. One real platform puts the MD5 of the time there. */
  readonly signed: boolean | undefined;
}

/** What a reply to a notification says of the record. */
export type TeldReply = TeldVerdict & {
  /** Whether the platform called the token wrong or expired, whatever it did with the record. */
  readonly tokenRefused?: true;
};

type TeldVerdict =
  | { readonly kind: 'accepted'; readonly words: string; readonly warning?: TeldWarning }
  | { readonly kind: 'refused'; readonly code: string; readonly words: string; readonly setup: boolean }
  /** Ret 4002 alone: the token is wrong or expired. */
  | { readonly kind: 'token'; readonly words: string }
  /** Ret 4002, and then something that cannot be read: the record may have been taken all the same. */
  | { readonly kind: 'cut'; readonly words: string }
  /** Ret -1: try again later, as in an outage. */
  | { readonly kind: 'busy'; readonly words: string };

/** What is odd about a reply that says yes. */
export type TeldWarning = 'no-confirm-result' | 'wrong-sig' | 'token-refused-too';

/**
 * What a reply to a notification says (the order matters): a readable ConfirmResult decides, 0 also under Ret 1 and 1
 * also under Ret 0; without one Ret decides. The first answer counts, but behind a 4002 the next one does: a platform
 * whose token check does not end its handler answers 4002 and then the success, and has granted the discount.
 *
 * @param whole false where the body broke off
 * @returns undefined where there is neither
 */
export function readTeldReply(
  text: string,
  secrets: EnvelopeSecrets,
  whole: boolean = true,
): TeldReply | undefined {
  const { values, rest } = splitJson(text, 2);
  const [first, second] = values.map(({ value }) =>
    isObject(value) ? openAnswer(value, secrets) : undefined,
  );
  const reply = first && decide(first);
  if (reply?.kind !== 'token') return reply;
  if (second === undefined && rest === '' && whole && values.length === 1) return reply;
  const behind = second && decide(second);
  if (behind === undefined) return { kind: 'cut', words: reply.words, tokenRefused: true };
  const odd = behind.kind === 'accepted' ? ({ warning: 'token-refused-too' } as const) : {};
  return { ...odd, ...behind, tokenRefused: true };
}

/** A body as a person reads it: each answer with its Data opened, where it can be, and no token in it. */
export function openedText(text: string, secrets: EnvelopeSecrets): string {
  const { values, rest } = splitJson(text, 4);
  if (values.length === 0) return text;
  const opened = values.map(({ value, text: own }) => {
    if (!isObject(value)) return own;
    const data = openData(value['Data'], secrets);
    return JSON.stringify(data === undefined ? value : { ...value, Data: data }, (name, inner: unknown) =>
      name === 'AccessToken' && inner !== '' ? '***' : inner,
    );
  });
  return [...opened, rest].join('');
}

/** What a reply to query_token says. */
export type TeldTokenReply =
  | { readonly kind: 'token'; readonly token: TeldToken }
  | { readonly kind: 'busy' | 'refused'; readonly code: string; readonly words: string };

/**
 * Reads a reply to query_token. A token that is not empty is success whatever SuccStat and Ret say: one real platform
 * sends SuccStat 1 with it.
 *
 * @returns undefined where it holds neither a token nor a Ret
 */
export function readTeldTokenReply(text: string, secrets: EnvelopeSecrets): TeldTokenReply | undefined {
  const value = jsonValues(text, 1)[0]?.value;
  if (!isObject(value)) return undefined;
  const { ret, words, data, sealed } = openAnswer(value, secrets);
  const token = wordsOf(data?.['AccessToken']).trim();
  if (HEADER_SAFE.test(token)) {
    const seconds = Number(integerText(data?.['TokenAvailableTime']));
    return { kind: 'token', token: { text: token, seconds: seconds > 0 ? seconds : undefined } };
  }
  const reason = integerText(data?.['FailReason']);
  const more = [
    ...(words === '' ? [] : [words]),
    ...(token === '' ? [] : ['its AccessToken cannot be sent in a header']),
    ...(reason === undefined ? [] : [`FailReason ${reason}`]),
    ...(sealed ? ['its Data cannot be opened with our DataSecret'] : []),
  ];
  if (ret === undefined && data === undefined) return undefined;
  return { kind: ret === '-1' ? 'busy' : 'refused', code: ret ?? reason ?? '', words: more.join(', ') };
}

/** A token that can travel in a header: visible ASCII, and no longer than the headers that servers take. */
const HEADER_SAFE = /^[\x21-\x7e]{1,4096}$/;

/** Ret codes that speak of the set-up: Sig, token, a missing field of the envelope, operator, its secret. */
const SETUP_RETS: ReadonlySet<string> = new Set(['4001', '4003', '4005', '4006']);

function decide({ ret, words, data, signed }: TeldAnswer): TeldVerdict | undefined {
  const confirm = integerText(data?.['ConfirmResult']);
  const odd: { readonly warning?: TeldWarning } = signed === false ? { warning: 'wrong-sig' } : {};
  if (confirm === '0') return { kind: 'accepted', words, ...odd };
  if (confirm !== undefined) {
    const why = integerText(data?.['PlateAutFailReason']);
    const more = why === undefined ? '' : `, PlateAutFailReason ${why}`;
    return {
      kind: 'refused',
      code: confirm,
      words: `${words} (ConfirmResult ${confirm}${more})`.trim(),
      setup: false,
    };
  }
  switch (ret) {
    case undefined:
      return undefined;
    case '0':
      return { kind: 'accepted', words, warning: 'no-confirm-result' };
    case '-1':
      return { kind: 'busy', words };
    case '4002':
      return { kind: 'token', words };
    default:
      return { kind: 'refused', code: ret, words, setup: SETUP_RETS.has(ret) };
  }
}

function openAnswer(value: Readonly<Record<string, unknown>>, secrets: EnvelopeSecrets): TeldAnswer {
  const ret = integerText(value['Ret']);
  const words = wordsOf(value['Msg']);
  const sealedText = value['Data'];
  const opened = openData(sealedText, secrets);
  // One platform seals its whole answer and sends it as the Data of another one: its own Ret then counts.
  if (isObject(opened) && opened['Ret'] !== undefined && opened['Data'] !== undefined) {
    const inner = openData(opened['Data'], secrets);
    return {
      ret: integerText(opened['Ret']) ?? ret,
      words: wordsOf(opened['Msg']) || words,
      data: isObject(inner) ? inner : undefined,
      sealed: !isObject(inner),
      signed: sigOf(opened, secrets),
    };
  }
  const empty = sealedText === undefined || sealedText === null || sealedText === '';
  return {
    ret,
    words,
    data: isObject(opened) ? opened : undefined,
    sealed: !empty && !isObject(opened),
    signed: sigOf(value, secrets),
  };
}

/** Data as an object: decrypted, or plain JSON (as text or as it is). */
function openData(data: unknown, secrets: EnvelopeSecrets): unknown {
  if (typeof data !== 'string') return data;
  return jsonValues(decrypt(data, secrets) ?? data, 1)[0]?.value;
}

function sigOf(answer: Readonly<Record<string, unknown>>, secrets: EnvelopeSecrets): boolean | undefined {
  const given = answer['Sig'];
  if (typeof given !== 'string' || given === '') return undefined;
  return given.toUpperCase() === sig([answer['Ret'], answer['Msg'], answer['Data']].map(wordsOf), secrets);
}
