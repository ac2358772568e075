import type { QuarantineKind } from '../../domain/event.ts';
import type { OutcomeKind } from '../../domain/outcome.ts';

/** What may become of a record, an event or an attempt, by the names that commands and JSON have for it. */
type Name =
  | 'waiting'
  | 'pending'
  | 'delivered'
  | 'parked'
  | 'pruned'
  | 'quarantined'
  | 'open'
  | 'replayed'
  | 'discarded'
  | 'dropped'
  | QuarantineKind
  | OutcomeKind;

/** States, kinds and outcomes: the names themselves. */
export const names: Readonly<Record<Name, string>> = {
  waiting: 'waiting',
  pending: 'pending',
  delivered: 'delivered',
  parked: 'parked',
  pruned: 'pruned',
  quarantined: 'quarantined',
  unmappable: 'unmappable',
  conflict: 'conflict',
  expired: 'expired',
  open: 'open',
  replayed: 'replayed',
  discarded: 'discarded',
  dropped: 'dropped',
  refused: 'refused',
  unanswered: 'unanswered',
  unreachable: 'unreachable',
  misconfigured: 'misconfigured',
};
