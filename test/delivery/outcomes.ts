import type { Outcome } from '../../src/domain/outcome.ts';
import { reason } from '../../src/domain/reason.ts';
import { prose } from '../support/prose.ts';

/** The gate's answers, made by hand. */
export const delivered: Outcome = {
  kind: 'delivered',
  reason: prose('the gate has the record'),
  status: 200,
};

export const unanswered: Outcome = {
  kind: 'unanswered',
  reason: prose('the gate answered 500'),
  status: 500,
};

/** More posts than the gate takes. */
export const busy: Outcome = tooMany(429);

/** The gate takes no more at the moment. */
export function tooMany(status: 408 | 425 | 429 | 503): Outcome {
  return { kind: 'unanswered', reason: reason('gate.no-result', { status, shape: 'empty' }), status };
}

export const unreachable: Outcome = { kind: 'unreachable', reason: prose('nothing listens there') };

export const notFound: Outcome = {
  kind: 'misconfigured',
  sent: true,
  reason: prose('the gate answered 404'),
  status: 404,
};

export const untrusted: Outcome = { kind: 'misconfigured', sent: false, reason: prose('not trusted') };

export function refused(
  description = '处理充电和优惠失败',
  means: 'record' | 'final' | 'setup' = 'record',
): Outcome & { readonly kind: 'refused' } {
  return { kind: 'refused', reason: prose(`refused: ${description}`), result: '1', description, means };
}

export const wrongKey: Outcome & { readonly kind: 'refused' } = {
  ...refused('签名错误', 'setup'),
  reason: reason('gate.refused', { result: '1', description: '签名错误', about: 'key' }),
};

export const final = refused('非法参数', 'final');

/** `outcome` with `Retry-After`, milliseconds. */
export function asking(outcome: Outcome, retryAfterMs: number): Outcome {
  return { ...outcome, retryAfterMs };
}
