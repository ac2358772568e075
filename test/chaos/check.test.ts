import { describe, expect, it } from 'vitest';
import { judge } from './check.ts';
import type { Evidence, Judgement, Row } from './evidence.ts';
import type { Happened } from './excuse.ts';
import type { Receipt } from './ledger.ts';
import { type Claim, HAND_PLATE, planLoad } from './load.ts';

const SOON_MS = 30;

/** A run in which all went well, of what the load of a minute publishes. */
function goodRun(): Evidence & { readonly rows: Row[]; readonly receipts: Receipt[] } {
  const published = planLoad(7, 60_000, Date.parse('2026-11-24T09:00:00+08:00')).flatMap(
    ({ payload, claim }) => (claim === undefined ? [] : [{ payload, claim }]),
  );
  const rows: Row[] = [];
  const receipts: Receipt[] = [];
  const quarantined: { kind: string; payload: string }[] = [];
  const known = new Set<string>();
  const held = new Set<string>();
  for (const { payload, claim } of published) {
    const kind = quarantineOf(claim, known.has(orderOf(claim)));
    const first = kind === undefined ? recordOf(claim) : undefined;
    if (first !== undefined && !known.has(first.orderNo)) {
      known.add(first.orderNo);
      rows.push({ orderNo: first.orderNo, state: 'delivered', record: first.record, waitedInFull: 0 });
      receipts.push(receipt(receipts.length + 1, first.orderNo, first.record));
    } else if (kind !== undefined && !held.has(payload) && !rows.some(({ record }) => isOf(claim, record))) {
      held.add(payload);
      quarantined.push({ kind, payload });
    }
  }
  const none = new Set<string>();
  return {
    published,
    rows,
    receipts,
    quarantined,
    forgotten: none,
    discarded: none,
    happened: [],
    timeoutMs: 2_000,
  };
}

function orderOf(claim: Claim): string {
  return claim.kind === 'junk' ? '' : claim.orderNo;
}

function isOf(claim: Claim, record: Row['record']): boolean {
  return (
    claim.kind === 'session' &&
    claim.fields['orderNo'] === record['orderNo'] &&
    claim.fields['power'] === record['power']
  );
}

function quarantineOf(claim: Claim, known: boolean): string | undefined {
  if (claim.kind === 'junk' || claim.kind === 'plateless') return 'unmappable';
  if (claim.kind === 'session') return known ? 'conflict' : undefined;
  return claim.plate === undefined ? 'expired' : undefined;
}

function recordOf(claim: Claim): { orderNo: string; record: Record<string, string> } | undefined {
  if (claim.kind === 'junk' || claim.kind === 'plateless') return undefined;
  const plate = claim.kind === 'metered' && claim.plate !== undefined ? { plateNo: claim.plate } : {};
  return { orderNo: claim.orderNo, record: { ...claim.fields, ...plate } };
}

function receipt(n: number, orderNo: string, record: Row['record']): Receipt {
  const at = 1_000_000 + n * 1_000;
  const body = { ...record, sign: 'right' };
  return { n, at, orderNo, verdict: 'taken', signed: true, body, answeredAt: at + SOON_MS };
}

function kinds({ findings }: Judgement): string[] {
  return findings.map(({ kind, name }) => `${kind} ${name}`);
}

/** The first delivered order of a good run, its row and its receipt. */
function first(run: ReturnType<typeof goodRun>): { row: Row; post: Receipt; orderNo: string } {
  const [row] = run.rows;
  const post = run.receipts.find(({ orderNo }) => orderNo === row?.orderNo);
  if (row === undefined || post === undefined) throw new Error('the run delivered nothing');
  return { row, post, orderNo: row.orderNo };
}

describe('the ledgers of a run', () => {
  it('agree where all went well', () => {
    const run = goodRun();
    const { findings, counts } = judge(run);
    expect(findings).toEqual([]);
    expect(counts['delivered']).toBe(run.rows.length);
    expect(run.rows.length).toBeGreaterThan(300);
    expect(new Set(run.published.map(({ claim }) => claim.kind)).size).toBe(4);
  });

  it('tell an order that is nowhere', () => {
    const run = goodRun();
    const { orderNo } = first(run);
    const rows = run.rows.filter((row) => row.orderNo !== orderNo);
    const receipts = run.receipts.filter((post) => post.orderNo !== orderNo);
    expect(kinds(judge({ ...run, rows, receipts }))).toEqual([`lost ${orderNo}`]);
  });

  it('tell an event of an order whose other content stands', () => {
    const run = goodRun();
    const conflict = run.quarantined.find(({ kind }) => kind === 'conflict');
    const found = judge({ ...run, quarantined: run.quarantined.filter((event) => event !== conflict) });
    expect(found.findings).toMatchObject([
      { kind: 'lost', words: expect.stringContaining(conflict?.payload ?? '?') },
    ]);
  });

  it.each(['unmappable', 'expired'])(
    'tell an event (%s) that is not in quarantine, unless a hand discarded it',
    (kind) => {
      const run = goodRun();
      const event = run.quarantined.find((one) => one.kind === kind);
      const quarantined = run.quarantined.filter((one) => one !== event);
      expect(judge({ ...run, quarantined }).findings).toMatchObject([{ kind: 'lost' }]);
      const discarded = new Set([event?.payload ?? '?']);
      expect(judge({ ...run, quarantined, discarded }).findings).toEqual([]);
    },
  );

  it('tell a whole session that is in quarantine for no reason', () => {
    const run = goodRun();
    const { orderNo } = first(run);
    const payload = run.published.find(({ claim }) => orderOf(claim) === orderNo)?.payload ?? '';
    const found = judge({
      ...run,
      rows: run.rows.filter((row) => row.orderNo !== orderNo),
      receipts: run.receipts.filter((post) => post.orderNo !== orderNo),
      quarantined: [...run.quarantined, { kind: 'unmappable', payload }],
    });
    expect(kinds(found)).toEqual([`wronged ${orderNo}`]);
  });

  it.each(['pending', 'waiting'])('tell an order that is still %s', (state) => {
    const run = goodRun();
    const { row, orderNo } = first(run);
    const rows = run.rows.map((one) => (one === row ? { ...one, state } : one));
    const receipts = run.receipts.filter((post) => post.orderNo !== orderNo);
    expect(kinds(judge({ ...run, rows, receipts }))).toEqual([`unsettled ${orderNo}`]);
  });

  it('tell a delivery that the gate knows nothing of', () => {
    const run = goodRun();
    const { post, orderNo } = first(run);
    expect(kinds(judge({ ...run, receipts: run.receipts.filter((one) => one !== post) }))).toEqual([
      `contradiction ${orderNo}`,
    ]);
    const receipts = run.receipts.map((one) =>
      one === post ? { ...one, verdict: 'refused' as const } : one,
    );
    expect(kinds(judge({ ...run, receipts }))).toEqual([`contradiction ${orderNo}`]);
  });

  it('tell an order that is parked though the gate took it and was heard', () => {
    const run = goodRun();
    const { row, post, orderNo } = first(run);
    const rows = run.rows.map((one) => (one === row ? { ...one, state: 'parked' } : one));
    expect(kinds(judge({ ...run, rows }))).toEqual([`contradiction ${orderNo}`]);
    const receipts = run.receipts.map((one) => (one === post ? { ...one, answeredAt: undefined } : one));
    expect(judge({ ...run, rows, receipts }).findings).toEqual([]);
  });

  it('tell a post that had no need, and excuse one whose answer was lost', () => {
    const run = goodRun();
    const { post, orderNo } = first(run);
    const again = { ...post, n: 9_999, at: post.at + 5_000, answeredAt: post.at + 5_010 };
    const twice = judge({ ...run, receipts: [...run.receipts, again] });
    expect(kinds(twice)).toEqual([`twice ${orderNo}`]);
    const killed: Happened = { what: 'daemon killed', from: post.at + SOON_MS, to: post.at + SOON_MS };
    const excused = judge({ ...run, receipts: [...run.receipts, again], happened: [killed] });
    expect(excused).toMatchObject({
      findings: [],
      excuses: { 'daemon killed': 1 },
      counts: { 'taken again': 1 },
    });
  });

  it("take the daemon's own word for an answer that it waited for in vain, but not often", () => {
    const run = goodRun();
    const again = (count: number): Judgement => {
      const doubled = run.rows.slice(0, count);
      const orders = new Set(doubled.map(({ orderNo }) => orderNo));
      const posts = run.receipts.filter(({ orderNo }) => orders.has(orderNo));
      return judge({
        ...run,
        rows: run.rows.map((row) => ({ ...row, waitedInFull: orders.has(row.orderNo) ? 1 : 0 })),
        receipts: [...run.receipts, ...posts.map((post) => ({ ...post, n: post.n + 10_000 }))],
      });
    };
    expect(again(3)).toMatchObject({ findings: [], counts: { 'taken again': 3 } });
    expect(again(50).findings).toMatchObject([{ kind: 'twice', name: '50' }]);
  });

  it('tell an order that was forgotten as delivered and never was', () => {
    const run = goodRun();
    const { orderNo } = first(run);
    const rows = run.rows.filter((row) => row.orderNo !== orderNo);
    const forgotten = new Set([orderNo]);
    expect(judge({ ...run, rows, forgotten }).findings).toEqual([]);
    const receipts = run.receipts.filter((post) => post.orderNo !== orderNo);
    expect(kinds(judge({ ...run, rows, receipts, forgotten }))).toEqual([`contradiction ${orderNo}`]);
  });

  it('tell other values than what was published, at the gate and in the outbox', () => {
    const run = goodRun();
    const { row, post, orderNo } = first(run);
    const wrong = { ...row.record, totalMoney: '0.01' };
    const receipts = run.receipts.map((one) => (one === post ? { ...one, body: wrong } : one));
    expect(new Set(kinds(judge({ ...run, receipts })))).toEqual(new Set([`content ${orderNo}`]));
    const rows = run.rows.map((one) => (one === row ? { ...one, record: wrong } : one));
    expect(kinds(judge({ ...run, rows }))).toContain(`content ${orderNo}`);
    const unsigned = run.receipts.map((one) => (one === post ? { ...one, signed: false } : one));
    expect(kinds(judge({ ...run, receipts: unsigned }))).toEqual([`content ${orderNo}`]);
  });

  it('tell what nobody published', () => {
    const run = goodRun();
    const { row, post } = first(run);
    const rows = [...run.rows, { ...row, orderNo: 'X1' }];
    const receipts = [...run.receipts, { ...post, orderNo: 'X1', n: 9_999 }];
    expect(kinds(judge({ ...run, rows, receipts }))).toEqual(['unknown X1', 'unknown X1']);
  });

  it('allow a plate that a hand supplied where the event had none, and only there', () => {
    const run = goodRun();
    const { claim } = run.published.find((one) => one.claim.kind === 'plateless') ?? {};
    if (claim?.kind !== 'plateless') throw new Error('no event without a plate');
    const supplied = (plateNo: string): Evidence => {
      const record = { ...claim.fields, plateNo };
      const row = { orderNo: claim.orderNo, state: 'delivered', record, waitedInFull: 0 };
      return {
        ...run,
        rows: [...run.rows, row],
        receipts: [...run.receipts, receipt(9_999, claim.orderNo, record)],
      };
    };
    expect(judge(supplied(HAND_PLATE)).findings).toEqual([]);
    expect(kinds(judge(supplied('浙BD00000')))).toContain(`content ${claim.orderNo}`);
  });
});
