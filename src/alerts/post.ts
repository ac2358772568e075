import { request } from 'undici';
import type { Platform } from '../domain/alerts.ts';
import { type AlertRequest, alertRefusal } from './platforms.ts';

/** How long one post may take, milliseconds. */
export const POST_MS = 10_000;
/** So much of a reply is read, bytes. */
const REPLY_MAX = 64 * 1024;

/** Why an alert was not taken, without its address. */
export class AlertRefused extends Error {}

/**
 * Posts an alert once. Redirects are not followed: the address is a secret, and what it holds is for its owner.
 * @throws AlertRefused where the receiver did not take it, cannot be reached, or does not answer in time
 */
export async function postAlert(
  to: Platform,
  { url, body }: AlertRequest,
  signal: AbortSignal,
): Promise<void> {
  let refusal: string | undefined;
  try {
    const reply = await request(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body,
      signal: AbortSignal.any([signal, AbortSignal.timeout(POST_MS)]),
    });
    let text = '';
    let bytes = 0;
    for await (const chunk of reply.body) {
      if (!(chunk instanceof Uint8Array)) continue;
      bytes += chunk.length;
      text += Buffer.from(chunk).toString('utf8');
      if (bytes > REPLY_MAX) break;
    }
    refusal = alertRefusal(to, reply.statusCode, text);
  } catch (error) {
    // The cause is left out: its text has the address.
    throw new AlertRefused(faultOf(error));
  }
  if (refusal !== undefined) throw new AlertRefused(refusal);
}

function faultOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (error instanceof Error && error.name === 'TimeoutError') return `no answer within ${POST_MS / 1000} s`;
  return typeof code === 'string' ? code : 'the connection failed';
}
