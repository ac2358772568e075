import type { Receipt } from './ledger.ts';

/** What was done to a part, and from when to when; epoch milliseconds. */
export interface Happened {
  readonly what:
    | 'daemon killed'
    /** Ended by SIGTERM, or told to read its config again. */
    | 'daemon stopped'
    | 'daemon frozen'
    | 'gate frozen'
    | 'gate link cut'
    | 'storage failing';
  readonly from: number;
  readonly to: number;
}

/** An answer that has left is read and on disk after so long at most on a busy machine, milliseconds. */
const SETTLE_MS = 1_500;
/** Storage that works again is found out after so long at most: the longest wait between two probes, and some. */
const PROBE_MS = 8_000;

/**
 * Why the answer to a post may not have been heard, or not have been kept: what makes it right that the order is
 * sent again. Undefined where it must have been heard and be on disk.
 */
export function answerMayBeLost(
  receipt: Pick<Receipt, 'at' | 'answeredAt'>,
  happened: readonly Happened[],
  timeoutMs: number,
): string | undefined {
  const { at, answeredAt } = receipt;
  if (answeredAt === undefined) return 'the gate did not answer';
  if (answeredAt - at > timeoutMs * 0.8) return 'the gate answered too late';
  const settled = answeredAt + SETTLE_MS;
  const during = (what: Happened['what'], from: number, to: number) =>
    happened.find((one) => one.what === what && one.from <= to && one.to >= from);
  if (during('daemon killed', at, settled)) return 'daemon killed';
  if (during('daemon frozen', at, settled)) return 'daemon frozen';
  // What was posted into a frozen gate or a cut link may be read when nobody waits for its answer any more.
  if (during('gate frozen', at - SETTLE_MS, settled)) return 'gate frozen';
  const cut = happened.find(
    ({ what, from, to }) => what === 'gate link cut' && from <= settled && to + (to - from) + timeoutMs >= at,
  );
  if (cut) return 'gate link cut';
  // An outcome that cannot be written waits for storage, and is gone where the daemon ends before.
  const failing = during('storage failing', at, settled);
  const until = (failing?.to ?? at) + PROBE_MS;
  const ended = (what: 'daemon killed' | 'daemon stopped') =>
    happened.some((one) => one.what === what && one.from >= at && one.from <= until);
  if (failing && (ended('daemon killed') || ended('daemon stopped')))
    return 'daemon ended while storage failed';
  return undefined;
}
