/**
 * The forms in which chat platforms take messages from robots, by their public documentation: 企业微信
 * (developer.work.weixin.qq.com/document/path/91770), 钉钉 (open.dingtalk.com/document/robots/custom-robot-access and
 * …/customize-robot-security-settings), 飞书 (open.feishu.cn/document/client-docs/bot-v3/add-custom-bot).
 */
import { createHmac } from 'node:crypto';
import type { Platform } from '../domain/alerts.ts';
import type { AlertMessage } from './message.ts';

/** A place that alerts are posted to. The address is a secret: whoever knows it can post. */
export interface Robot {
  readonly to: Platform;
  readonly url: string;
  /** What 钉钉 and 飞书 sign with, where the robot demands it. */
  readonly secret: string | undefined;
}

/** A request to make: POST, JSON. */
export interface AlertRequest {
  readonly url: string;
  readonly body: string;
}

/** 企业微信 takes 2,048 bytes of text; the others more. */
const TEXT_MAX_BYTES = 2048;

/**
 * The request that tells a robot.
 * @param text the message in words, for platforms that show text @param now the wall clock, epoch milliseconds
 */
export function alertRequest(
  { to, url, secret }: Robot,
  message: AlertMessage,
  text: string,
  now: number,
): AlertRequest {
  const content = cut(text);
  switch (to) {
    case 'json':
      return { url, body: JSON.stringify(message) };
    case 'wecom':
      return { url, body: JSON.stringify({ msgtype: 'text', text: { content } }) };
    case 'dingtalk': {
      const body = JSON.stringify({ msgtype: 'text', text: { content }, at: { isAtAll: false } });
      if (secret === undefined) return { url, body };
      const signed = new URL(url);
      signed.searchParams.set('timestamp', String(now));
      // Milliseconds, a line end and the secret are the text; the secret is the key.
      signed.searchParams.set(
        'sign',
        createHmac('sha256', secret).update(`${now}\n${secret}`).digest('base64'),
      );
      return { url: signed.href, body };
    }
    case 'feishu': {
      const said = { msg_type: 'text', content: { text: content } };
      if (secret === undefined) return { url, body: JSON.stringify(said) };
      const timestamp = String(Math.floor(now / 1000));
      // Seconds, a line end and the secret are the key; there is no text.
      const sign = createHmac('sha256', `${timestamp}\n${secret}`).digest('base64');
      return { url, body: JSON.stringify({ timestamp, sign, ...said }) };
    }
  }
}

/**
 * Why a platform did not take a message; undefined where it did. A status other than 2xx, or a code other than 0 in
 * the platform's own field.
 * @param body the reply, as far as it was read
 */
export function alertRefusal(to: Platform, status: number, body: string): string | undefined {
  if (status < 200 || status > 299) return `HTTP ${status}`;
  if (to === 'json') return undefined;
  let reply: unknown;
  try {
    reply = JSON.parse(body);
  } catch {
    return 'the reply is no JSON';
  }
  const fields: Readonly<Record<string, unknown>> =
    typeof reply === 'object' && reply !== null ? { ...reply } : {};
  const code = to === 'feishu' ? (fields['code'] ?? fields['StatusCode']) : fields['errcode'];
  if (code === 0) return undefined;
  const words = to === 'feishu' ? (fields['msg'] ?? fields['StatusMessage']) : fields['errmsg'];
  return `${typeof code === 'number' ? code : 'no code'}${typeof words === 'string' ? ` ${words.slice(0, 200)}` : ''}`;
}

function cut(text: string): string {
  if (Buffer.byteLength(text) <= TEXT_MAX_BYTES) return text;
  let kept = '';
  let bytes = Buffer.byteLength('…');
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > TEXT_MAX_BYTES) break;
    kept += character;
  }
  return `${kept}…`;
}
