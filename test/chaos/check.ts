import type { Evidence, Finding, Judgement, Row } from './evidence.ts';
import { answerMayBeLost } from './excuse.ts';
import type { Receipt } from './ledger.ts';
import { type Claim, type Fields, HAND_PLATE } from './load.ts';

/** Posts of which only the daemon says that it waited in vain, for each that are allowed in a hundred orders. */
const OWN_WORD_SHARE = 0.01;
const OWN_WORD_LEAST = 3;

/** Holds the ledgers of a run against each other. Pure. */
export function judge(evidence: Evidence): Judgement {
  const { published, receipts, rows, forgotten } = evidence;
  const book: Book = {
    ...evidence,
    claims: byOrder(published.map(({ claim }) => claim).filter((claim) => claim.kind !== 'junk')),
    posts: byOrder(receipts),
    records: new Map(rows.map((row) => [row.orderNo, row])),
    held: new Map(evidence.quarantined.map(({ payload, kind }) => [payload, kind])),
  };
  const events = new Map(published.map(({ payload, claim }) => [payload, claim]));
  const lost = [...events].flatMap(([payload, claim]) => missed(claim, payload, book));
  const told = rows.flatMap((row) => untrue(row, book));
  const unknownToGate = [...forgotten]
    .filter((orderNo) => !wasTaken(orderNo, book))
    .map(
      (name): Finding => ({
        kind: 'contradiction',
        name,
        words: 'forgotten as delivered, and the gate never took it',
      }),
    );
  const excuses: Record<string, number> = {};
  const sent = [...book.posts.keys()].flatMap((orderNo) => [
    ...wrongPosts(orderNo, book),
    ...needless(orderNo, book, (excuse) => {
      excuses[excuse] = (excuses[excuse] ?? 0) + 1;
    }),
  ]);
  const ownWord = excuses[OWN_WORD] ?? 0;
  const tooOften: Finding[] =
    ownWord <= Math.max(OWN_WORD_LEAST, book.claims.size * OWN_WORD_SHARE)
      ? []
      : [
          {
            kind: 'twice',
            name: String(ownWord),
            words: `answers were not heard, and only the daemon says so`,
          },
        ];
  const inState = (state: string) => rows.filter((row) => row.state === state).length;
  const taken = receipts.filter(({ verdict }) => verdict === 'taken');
  return {
    findings: [...lost, ...told, ...unknownToGate, ...sent, ...tooOften],
    excuses,
    counts: {
      events: events.size,
      orders: book.claims.size,
      delivered: inState('delivered') + forgotten.size,
      parked: inState('parked'),
      quarantined: evidence.quarantined.length,
      posts: receipts.length,
      'taken again': taken.length - new Set(taken.map(({ orderNo }) => orderNo)).size,
    },
  };
}

/** The evidence of a run, with what is looked up often. */
interface Book extends Evidence {
  readonly claims: ReadonlyMap<string, readonly Claim[]>;
  readonly posts: ReadonlyMap<string, readonly Receipt[]>;
  readonly records: ReadonlyMap<string, Row>;
  /** Kinds of quarantined events by payload. */
  readonly held: ReadonlyMap<string | null, string>;
}

function wasTaken(orderNo: string, { posts }: Book): boolean {
  return posts.get(orderNo)?.some(({ verdict }) => verdict === 'taken') ?? false;
}

/** What the outbox says of an order that the other ledgers do not. */
function untrue({ orderNo, state, record }: Row, book: Book): Finding[] {
  const claims = book.claims.get(orderNo);
  const name = orderNo;
  if (claims === undefined)
    return [{ kind: 'unknown', name, words: `the outbox has it (${state}), and nobody published it` }];
  const found: Finding[] = [];
  if (!claims.some((claim) => says(claim, record)))
    found.push({
      kind: 'content',
      name,
      words: `the outbox has what nobody published: ${JSON.stringify(record)}`,
    });
  if (state === 'delivered' && !wasTaken(orderNo, book))
    found.push({
      kind: 'contradiction',
      name,
      words: 'delivered, says the outbox, and the gate never took it',
    });
  return found;
}

/** Posts of an order that say what nobody published, or are not signed rightly. */
function wrongPosts(orderNo: string, { claims, posts, records }: Book): Finding[] {
  const found: Finding[] = [];
  const [known, row] = [claims.get(orderNo), records.get(orderNo)];
  const find = (kind: Finding['kind'], words: string) => found.push({ kind, name: orderNo, words });
  if (known === undefined) find('unknown', 'the gate got it, and nobody published it');
  for (const { n, signed, body, verdict } of posts.get(orderNo) ?? []) {
    if (!signed) find('content', `post ${n} is not signed rightly`);
    if (known !== undefined && !known.some((claim) => says(claim, body)))
      find('content', `post ${n} is not what was published: ${JSON.stringify(body)}`);
    if (verdict === 'taken' && row !== undefined && !same(row.record, body))
      find('content', `post ${n} is not the record that the outbox has`);
  }
  return found;
}

/** What was made of an order as if the gate had not taken it, though it said so; each excuse is told. */
function needless(orderNo: string, book: Book, excused: (excuse: string) => void): Finding[] {
  const found: Finding[] = [];
  const posts = book.posts.get(orderNo) ?? [];
  const row = book.records.get(orderNo);
  let ownWord = row?.waitedInFull ?? 0;
  for (const receipt of posts) {
    const last = receipt === posts.at(-1);
    if (receipt.verdict !== 'taken' || (last && (row === undefined || row.state === 'delivered'))) continue;
    const excuse = answerMayBeLost(receipt, book.happened, book.timeoutMs);
    if (excuse !== undefined) excused(excuse);
    else if (ownWord > 0) {
      ownWord -= 1;
      excused(OWN_WORD);
    } else if (last)
      found.push({
        kind: 'contradiction',
        name: orderNo,
        words: `the gate took it (post ${receipt.n}) and said so; the outbox has it as ${row?.state}`,
      });
    else
      found.push({
        kind: 'twice',
        name: orderNo,
        words: `post ${receipt.n} was taken and answered, and it was sent again`,
      });
  }
  return found;
}

/** On a machine that stalls, a post may wait for its reader until the daemon gives it up: only that one can tell. */
const OWN_WORD = 'the daemon waited in full, by its own word';

/** What the outbox owes to an event, if anything. */
function missed(claim: Claim, payload: string, { records, held, forgotten, discarded }: Book): Finding[] {
  const kind = held.get(payload);
  const find = (finding: Finding['kind'], words: string): Finding[] => [
    { kind: finding, name: claim.kind === 'junk' ? payload : claim.orderNo, words },
  ];
  if (claim.kind === 'junk')
    return kind !== undefined || discarded.has(payload) ? [] : find('lost', 'junk that is not in quarantine');
  const row = records.get(claim.orderNo);
  if (row !== undefined && says(claim, row.record))
    return row.state === 'delivered' || row.state === 'parked'
      ? []
      : find('unsettled', `it is ${row.state} still`);
  if (kind === undefined)
    return discarded.has(payload) || forgotten.has(claim.orderNo)
      ? []
      : find('lost', `neither a record nor in quarantine: ${payload}`);
  const right = { session: 'conflict', plateless: 'unmappable', metered: 'expired' }[claim.kind];
  if (kind !== right) return find('wronged', `in quarantine as ${kind}: ${payload}`);
  if (kind === 'conflict' && row === undefined && !forgotten.has(claim.orderNo))
    return find('lost', `in quarantine as a conflict, with nothing to conflict with: ${payload}`);
  return [];
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
