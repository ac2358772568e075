import { statSync } from 'node:fs';
import { readReason } from '../../domain/reason.ts';
import { inEnglish } from '../../i18n/english.ts';
import { OutboxReader } from '../../outbox/reader/reader.ts';
import { namedCodes } from '../capture/personal.ts';
import { textOf } from '../payload.ts';

/** What an archive says of the outbox, and the plates that stand in it. */
export interface OutboxPart {
  /** For `outbox.json`; still to be redacted. */
  readonly value: object;
  readonly plates: ReadonlySet<string>;
}

/** So many of the newest records and events are looked at. */
const ROWS = 20_000;
/** Examples of each reason. */
const EXAMPLES = 20;

/** Why rows are where they are: how often each reason, with a few of its texts. */
class Reasons {
  readonly #all = new Map<string, { count: number; examples: string[] }>();

  add(where: string, code: string, text: string): void {
    const name = `${where} ${code}`;
    const one = this.#all.get(name) ?? { count: 0, examples: [] };
    this.#all.set(name, one);
    one.count += 1;
    if (one.examples.length < EXAMPLES && !one.examples.includes(text)) one.examples.push(text);
  }

  list(): object[] {
    return [...this.#all].map(([name, one]) => {
      const [state, code] = name.split(' ');
      return { state, code, ...one };
    });
  }
}

/** Reads the facts of an outbox: how many rows of what, why, and how large. Where it cannot be read, why not. */
export function outboxPart(path: string): OutboxPart {
  const plates = new Set<string>();
  const files = ['', '-wal', '-shm'].flatMap((suffix) => {
    const size = statSync(`${path}${suffix}`, { throwIfNoEntry: false })?.size;
    return size === undefined ? [] : [{ file: `outbox.db${suffix}`, bytes: size }];
  });
  try {
    const reader = new OutboxReader(path);
    try {
      return { value: { files, ...factsOf(reader, plates) }, plates };
    } finally {
      reader.close();
    }
  } catch (error) {
    return { value: { files, unreadable: error instanceof Error ? error.message : String(error) }, plates };
  }
}

function factsOf(reader: OutboxReader, plates: Set<string>): object {
  const reasons = new Reasons();
  const sources = new Map<string, number>();
  let looked = 0;
  for (const { rows } of reader.records({}, 'newest-first')) {
    for (const { record, state, lastError, source } of rows) {
      plates.add(record.plateNo);
      sources.set(source, (sources.get(source) ?? 0) + 1);
      if (lastError !== undefined) reasons.add(state, lastError.code, inEnglish(lastError));
    }
    looked += rows.length;
    if (looked >= ROWS) break;
  }
  let events = 0;
  for (const { rows } of reader.events({}, 'newest-first')) {
    for (const { state, kind, reason, payload } of rows) {
      const why = readReason(reason);
      reasons.add(`quarantine:${state}:${kind}`, why.code, inEnglish(why));
      for (const code of namedCodes(payload === undefined ? '' : (textOf(payload) ?? ''))) plates.add(code);
    }
    events += rows.length;
    if (events >= ROWS / 10) break;
  }
  const { counts, dropped, oldestPending, lastDelivery, running } = reader.health();
  return {
    running,
    counts,
    dropped,
    oldestPending: oldestPending ?? null,
    lastDelivery: lastDelivery ?? null,
    lookedAt: { records: looked, events },
    sources: Object.fromEntries(sources),
    reasons: reasons.list(),
  };
}
