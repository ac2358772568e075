import type { StoredEvent } from '../outbox/reader/rows.ts';
import { isWhole } from './payload.ts';
import type { Voice } from './voice.ts';

/** What to do about a quarantined event: the command, where there is one. */
export function eventRemedy(
  event: StoredEvent,
  { texts, local, told }: Pick<Voice, 'texts' | 'local' | 'told'>,
): string {
  const { id, orderNo, state, kind, field, why = '' } = event;
  const { remedy } = texts.orders;
  const settled = event.settledAt === undefined ? undefined : local(event.settledAt);
  if (state === 'replayed') return remedy.replayed(settled);
  if (state === 'discarded') return remedy.discarded(settled, told(why));
  if (state === 'dropped') return remedy.dropped(settled);
  if (!isWhole(event)) return remedy.cut(id);
  if (kind === 'conflict') return remedy.conflict(id, orderNo ?? '');
  return field === '' ? remedy.other(id) : remedy.supply(id, field);
}
