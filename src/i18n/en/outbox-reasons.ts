import type { OutboxReasons } from '../../domain/reasons/outbox.ts';
import type { TextsOf } from '../texts.ts';

/** What operators did, in English. */
export const outboxReasons: TextsOf<OutboxReasons> = {
  'operator.replaced': ({ id }) => `its record was replaced by quarantined event ${id}`,
  'operator.corrected-late': () =>
    'it was corrected while it was being sent, so the gate has the values from before: records resend sends the corrected ones',
};
