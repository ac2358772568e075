import type { Outcome } from '../../src/domain/outcome.ts';

/** The gate's answers, made by hand. */
export const delivered: Outcome = { kind: 'delivered', reason: 'the gate has the record', status: 200 };

export const unanswered: Outcome = { kind: 'unanswered', reason: 'the gate answered 500', status: 500 };

export const unreachable: Outcome = { kind: 'unreachable', reason: 'nothing listens there' };

export const notFound: Outcome = {
  kind: 'misconfigured',
  sent: true,
  reason: 'the gate answered 404',
  status: 404,
};

export const untrusted: Outcome = { kind: 'misconfigured', sent: false, reason: 'not trusted' };

export function refused(
  description = '处理充电和优惠失败',
  means: 'record' | 'final' | 'setup' = 'record',
): Outcome & { readonly kind: 'refused' } {
  return { kind: 'refused', reason: `refused: ${description}`, result: '1', description, means };
}

export const wrongKey = refused('签名错误', 'setup');

export const final = refused('非法参数', 'final');

/** `outcome` with `Retry-After`, milliseconds. */
export function asking(outcome: Outcome, retryAfterMs: number): Outcome {
  return { ...outcome, retryAfterMs };
}
