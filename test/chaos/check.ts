import { answerMayBeLost, type Happened } from './excuse.ts';
import type { Receipt } from './ledger.ts';
import { type Claim, type Fields, HAND_PLATE } from './load.ts';

/** A promise that was not kept, and for what: an order number, or what else there is to name it. */
export interface Finding {
  readonly kind: /** Published and acknowledged by the broker, but neither record nor quarantine entry. */
    | 'lost'
    /** Neither delivered nor parked nor quarantined in the end. */
    | 'unsettled'
    /** The gate has it, or does not, and the outbox says otherwise. */
    | 'contradiction'
    /** Sent again though the answer had been heard. */
    | 'twice'
    /** Other values than what was published, or a wrong signature. */
    | 'content'
    /** Nobody published it. */
    | 'unknown'
    /** In quarantine though nothing is wrong with it. */
    | 'wronged'
    /** Something broke that should not. */
    | 'defect';
  readonly name: string;
  readonly words: string;
}

/** A record as the outbox has it. */
export interface Row {
  readonly orderNo: string;
  readonly state: string;
  readonly record: Fields;
}

/** A quarantined event as the outbox has it. */
export interface Quarantined {
  readonly kind: string;
  readonly payload: string | null;
}

/** All that is known at the end of a run, each from its own source. */
export interface Evidence {
  /** What was published and acknowledged: the ledger of the piles. */
  readonly published: readonly { readonly payload: string; readonly claim: Claim }[];
  /** What arrived: the ledger of the gate, in order. */
  readonly receipts: readonly Receipt[];
  /** What the outbox says. */
  readonly rows: readonly Row[];
  readonly quarantined: readonly Quarantined[];
  /** Orders that the outbox delivered and forgot, since they are old by its clock. */
  readonly forgotten: ReadonlySet<string>;
  /** Payloads that a hand discarded. */
  readonly discarded: ReadonlySet<string>;
  /** What was done to the parts, and when. */
  readonly happened: readonly Happened[];
  /** How long the daemon waits for an answer, milliseconds. */
  readonly timeoutMs: number;
}

/** What the ledgers say of each other. */
export interface Judgement {
  readonly findings: readonly Finding[];
  /** Distinct events, orders among them, and where these ended. */
  readonly counts: Readonly<Record<string, number>>;
  /** Why orders may have been sent again: how many posts for each reason. */
  readonly excuses: Readonly<Record<string, number>>;
}

/** Holds the ledgers of a run against each other. Pure. */
export function judge(evidence: Evidence): Judgement {
  const findings: Finding[] = [];
  const find = (kind: Finding['kind'], name: string, words: string) => findings.push({ kind, name, words });
  const claims = byOrder(
    evidence.published.map(({ claim }) => claim).filter((claim) => claim.kind !== 'junk'),
  );
  const receipts = byOrder(evidence.receipts);
  const rows = new Map(evidence.rows.map((row) => [row.orderNo, row]));

  const held = new Map(evidence.quarantined.map(({ payload, kind }) => [payload, kind]));
  const events = new Map(evidence.published.map(({ payload, claim }) => [payload, claim]));
  for (const [payload, claim] of events) {
    const trouble = missed(claim, payload, { ...evidence, rows, held });
    if (trouble) find(trouble.kind, claim.kind === 'junk' ? payload : claim.orderNo, trouble.words);
  }
  for (const { orderNo, state, record } of evidence.rows) {
    const known = claims.get(orderNo);
    if (known === undefined)
      find('unknown', orderNo, `the outbox has it (${state}), and nobody published it`);
    else if (!known.some((claim) => says(claim, record)))
      find('content', orderNo, `the outbox has what nobody published: ${JSON.stringify(record)}`);
    if (state === 'delivered' && !receipts.get(orderNo)?.some(({ verdict }) => verdict === 'taken'))
      find('contradiction', orderNo, 'delivered, says the outbox, and the gate never took it');
  }

  const excuses: Record<string, number> = {};
  let again = 0;
  for (const [orderNo, posts] of receipts) {
    const known = claims.get(orderNo);
    if (known === undefined) find('unknown', orderNo, 'the gate got it, and nobody published it');
    for (const { n, signed, body } of posts) {
      if (!signed) find('content', orderNo, `post ${n} is not signed rightly`);
      if (known !== undefined && !known.some((claim) => says(claim, body)))
        find('content', orderNo, `post ${n} is not what was published: ${JSON.stringify(body)}`);
    }
    const row = rows.get(orderNo);
    const taken = posts.filter(({ verdict }) => verdict === 'taken');
    again += Math.max(0, taken.length - 1);
    for (const receipt of taken) {
      if (row !== undefined && !same(row.record, receipt.body))
        find('content', orderNo, `post ${receipt.n} is not the record that the outbox has`);
      const last = receipt === posts.at(-1);
      if (last && (row === undefined || row.state === 'delivered')) continue;
      const excuse = answerMayBeLost(receipt, evidence.happened, evidence.timeoutMs);
      if (excuse !== undefined) excuses[excuse] = (excuses[excuse] ?? 0) + 1;
      else if (last)
        find(
          'contradiction',
          orderNo,
          `the gate took it (post ${receipt.n}) and said so; the outbox has it as ${row?.state}`,
        );
      else find('twice', orderNo, `post ${receipt.n} was taken and answered, and it was sent again`);
    }
  }
  const states = (state: string) => evidence.rows.filter((row) => row.state === state).length;
  return {
    findings,
    excuses,
    counts: {
      events: events.size,
      orders: claims.size,
      delivered: states('delivered') + evidence.forgotten.size,
      parked: states('parked'),
      quarantined: evidence.quarantined.length,
      posts: evidence.receipts.length,
      'taken again': again,
    },
  };
}

interface Outbox {
  readonly rows: ReadonlyMap<string, Row>;
  /** Kinds of quarantined events by payload. */
  readonly held: ReadonlyMap<string | null, string>;
  readonly forgotten: ReadonlySet<string>;
  readonly discarded: ReadonlySet<string>;
}

/** What the outbox owes to an event, if anything. */
function missed(
  claim: Claim,
  payload: string,
  { rows, held, forgotten, discarded }: Outbox,
): Pick<Finding, 'kind' | 'words'> | undefined {
  const kind = held.get(payload);
  if (claim.kind === 'junk') {
    if (kind !== undefined || discarded.has(payload)) return undefined;
    return { kind: 'lost', words: 'junk that is not in quarantine' };
  }
  const row = rows.get(claim.orderNo);
  if (row !== undefined && says(claim, row.record)) {
    if (row.state === 'delivered' || row.state === 'parked') return undefined;
    return { kind: 'unsettled', words: `it is ${row.state} still` };
  }
  if (kind === undefined) {
    if (discarded.has(payload) || forgotten.has(claim.orderNo)) return undefined;
    return { kind: 'lost', words: `neither a record nor in quarantine: ${payload}` };
  }
  const allowed = { session: ['conflict'], plateless: ['unmappable'], metered: ['expired'] }[claim.kind];
  if (!allowed.includes(kind)) return { kind: 'wronged', words: `in quarantine as ${kind}: ${payload}` };
  if (kind === 'conflict' && row === undefined && !forgotten.has(claim.orderNo))
    return { kind: 'lost', words: `in quarantine as a conflict, with nothing to conflict with: ${payload}` };
  return undefined;
}

/** Whether a record, or the body of a post, says what an event said. */
function says(claim: Claim, record: Fields): boolean {
  if (claim.kind === 'junk') return false;
  const { plateNo = '', ...rest } = record;
  if (claim.kind === 'session') return same(claim.fields, record);
  const plates = [HAND_PLATE, ...(claim.kind === 'metered' && claim.plate ? [claim.plate] : [])];
  return plates.includes(plateNo) && same(claim.fields, rest);
}

/** Whether both have the same fields, but for the signature. */
function same(one: Fields, other: Fields): boolean {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  names.delete('sign');
  return [...names].every((name) => one[name] === other[name]);
}

function byOrder<T extends { readonly orderNo: string }>(all: readonly T[]): Map<string, T[]> {
  return Map.groupBy(all, ({ orderNo }) => orderNo);
}
