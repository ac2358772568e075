import { standingOf } from './order-status.ts';
import { tellStanding } from './order-status-text.ts';
import { print, printJson, say } from './output.ts';
import { safe, shellWord } from './payload.ts';
import { unknownOrder } from './records-show.ts';
import type { Open } from './with-outbox.ts';

/** What became of one of the things that a command was given. */
export interface Told {
  /** An order number, or the id of a quarantined event. */
  readonly name: string | number;
  /** In one word, for programs. */
  readonly result: string;
  /** False where it was not done. */
  readonly done: boolean;
  readonly words: string;
  /** Oddities worth a word on stderr. */
  readonly warnings?: readonly string[];
}

/** Tells what became of each: what is done on stdout, what is not on stderr, and then the exit code is 1. */
export function tellAll(results: readonly Told[], json: true | undefined): void {
  for (const { name, result, done, words, warnings = [] } of results) {
    const key = typeof name === 'number' ? 'id' : 'orderNo';
    if (json) printJson({ [key]: name, result, done, words });
    else (done ? print : say)(`${safe(String(name))}: ${safe(words)}`);
    for (const warning of warnings) say(`${safe(String(name))}: ${safe(warning)}`);
    if (!done) process.exitCode = 1;
  }
}

/**
 * Why an order cannot be dealt with: what it waits for, where it went, or that nobody knows it.
 * @param alone whether it is the only one: then similar ones are looked for, which takes a while
 */
export function orderProblem(
  orderNo: string,
  result: 'unknown' | 'waiting',
  alone: boolean,
  open: Open,
): Told {
  const { reader, refusals } = open;
  const standing = standingOf(reader.order(orderNo), reader.health(), refusals, Date.now());
  const words =
    standing === undefined
      ? unknownOrder(orderNo, alone, open)
      : tellStanding(standing, shellWord(orderNo), open);
  return { name: orderNo, result, done: false, words };
}
