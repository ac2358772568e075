import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** What the gate made of a post: taken for good; refused with a reason; or neither, since it was in trouble. */
export type Verdict = 'taken' | 'refused' | 'dropped';

/** A post as the gate's ledger has it. Times are epoch milliseconds of this machine's clock, which nobody sets. */
export interface Receipt {
  /** Counted from 1, over all starts of the gate. */
  readonly n: number;
  readonly at: number;
  readonly orderNo: string;
  readonly verdict: Verdict;
  /** Whether its signature is right. */
  readonly signed: boolean;
  readonly body: Readonly<Record<string, string>>;
  /** When the whole answer had left; undefined where none did. */
  readonly answeredAt: number | undefined;
}

const post = z.object({
  n: z.number(),
  at: z.number(),
  orderNo: z.string(),
  verdict: z.enum(['taken', 'refused', 'dropped']),
  signed: z.boolean(),
  body: z.record(z.string(), z.string()),
});
const answer = z.object({ answered: z.number(), at: z.number() });

/** Reads the gate's ledger, in the order of arrival. A line that a kill broke off is no line: nothing was answered to it. */
export function readLedger(path: string): Receipt[] {
  const posts: z.infer<typeof post>[] = [];
  const answers = new Map<number, number>();
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    const entry = parsed(line);
    if (entry === undefined) continue;
    if ('answered' in entry) answers.set(entry.answered, entry.at);
    else posts.push(entry);
  }
  return posts.map((one) => ({ ...one, answeredAt: answers.get(one.n) }));
}

function parsed(line: string): z.infer<typeof post> | z.infer<typeof answer> | undefined {
  try {
    return z.union([post, answer]).parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}
