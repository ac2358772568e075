import { readFileSync } from 'node:fs';
import type { OutcomeKind, RefusalMeaning } from '../../src/domain/outcome.ts';

/** A reply as it comes off the wire, and what it must be read as. */
export interface Reply {
  readonly kind: OutcomeKind;
  readonly status: number;
  readonly name: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The body as text, or its bytes in hexadecimal. */
  readonly body?: string;
  readonly hex?: string;
  readonly result?: string;
  readonly description?: string;
  readonly means?: RefusalMeaning;
  readonly malformed?: true;
  readonly warned?: true;
  /** Milliseconds that the gate asks to wait. */
  readonly wait?: number;
  /** What the reason must say, a regular expression. */
  readonly says?: string;
}

/** What receivers, proxies and portals really send: one reply a line in `replies.ndjson`. */
export const REPLIES: readonly Reply[] = readFileSync(new URL('replies.ndjson', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line));
