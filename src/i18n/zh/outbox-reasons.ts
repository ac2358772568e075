import type { OutboxReasons } from '../../domain/reasons/outbox.ts';
import type { TextsOf } from '../texts.ts';

/** What operators did, in Chinese. */
export const outboxReasons: TextsOf<OutboxReasons> = {
  'operator.replaced': ({ id }) => `该记录已由隔离区事件 ${id} 替换`,
  'operator.corrected-late': () =>
    '更正时该记录正在发送，道闸平台收到的是更正前的值：用 records resend 重发更正后的值',
};
