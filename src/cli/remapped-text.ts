import type { Completion } from '../outbox/reprocess.ts';
import type { Speech } from './voice.ts';

/** What became of an event that was mapped again: a quarantined one, or a waiting record's. */
export function remappedText(
  result: Completion | undefined,
  { texts, told }: Pick<Speech, 'texts' | 'told'>,
): { readonly done: boolean; readonly words: string } {
  const { remapped } = texts.orders;
  if (result === undefined || result.kind === 'gone') return { done: false, words: remapped.gone };
  switch (result.kind) {
    case 'accepted': {
      const { orderNo, plateNo } = result.made.record;
      return { done: true, words: remapped.accepted(orderNo, plateNo) };
    }
    case 'duplicate':
      return { done: true, words: remapped.duplicate(texts.names[result.state]) };
    case 'waiting':
      return { done: false, words: remapped.waiting(result.needs.map(({ field }) => field)) };
    case 'quarantined':
      return { done: false, words: remapped.quarantined(result.fault.field, told(result.fault.reason)) };
  }
}
