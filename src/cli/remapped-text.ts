import type { Completion } from '../outbox/reprocess.ts';
import type { TakenApart } from './remap.ts';
import type { Speech } from './voice.ts';

/** What became of an event that was mapped again: a quarantined one, or a waiting record's. */
export function remappedText(
  result: Completion | TakenApart | undefined,
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
    case 'apart': {
      const records = result.results.filter(({ kind }) => kind === 'accepted').length;
      const kept = result.results.filter(({ kind }) => kind === 'quarantined').length;
      return { done: kept === 0, words: remapped.apart(result.results.length, records, kept) };
    }
    case 'ignored':
      return { done: false, words: remapped.quarantined('', told(result.reason)) };
    case 'waiting':
      return { done: false, words: remapped.waiting(result.needs.map(({ field }) => field)) };
    case 'quarantined':
      return { done: false, words: remapped.quarantined(result.fault.field, told(result.fault.reason)) };
  }
}
