/** Runs a case through the real intake and a real outbox, by a clock of its own. */
import type { LoadedConfig } from '../../config/loaded.ts';
import type { Clock } from '../../domain/clock.ts';
import type { Log, LogFields } from '../../domain/log.ts';
import { Plausibility } from '../../domain/plausible.ts';
import { readReason } from '../../domain/reason.ts';
import { publicName, publicRecord } from '../../domain/record.ts';
import { sayIn } from '../../i18n/catalogue.ts';
import { en } from '../../i18n/en/index.ts';
import { Ingest } from '../../intake/ingest.ts';
import type { Mapping } from '../../mapping/compile.ts';
import { StorageError } from '../../outbox/errors.ts';
import type { StoredEvent, StoredRecord } from '../../outbox/reader/rows.ts';
import { ScratchOutbox } from '../../outbox/scratch.ts';
import type { HeldEvent } from '../../outbox/tables/quarantine.ts';
import type { WaitingEvent } from '../../outbox/tables/waiting.ts';
import type { CaseMessage } from './case-file.ts';
import type { Result, Row } from './expected.ts';

/** A case that is ready to be run. */
export interface Trial {
  readonly loaded: LoadedConfig;
  readonly mapping: Mapping;
  /** The box's clock at its start, epoch milliseconds; it is known to be right. */
  readonly now: number;
  readonly messages: readonly CaseMessage[];
  /** When the result is looked at, milliseconds after `now`. */
  readonly until: number;
}

/** A clock that stands still until it is set. */
class CaseClock implements Clock {
  #at = 0;

  now(): number {
    return this.#at;
  }

  monotonic(): number {
    return this.#at;
  }

  set(at: number): void {
    this.#at = at;
  }
}

const say = sayIn(en);

/** Runs one case after the other. */
export class TrialBench {
  readonly #clock = new CaseClock();
  readonly #scratch = new ScratchOutbox(this.#clock);

  /** Runs a case; every wait that is over by its end has ended. */
  async run({ loaded, mapping, now, messages, until }: Trial): Promise<Result> {
    this.#scratch.empty();
    const seen: Seen = { ignored: 0, warnings: new Set() };
    const ingest = this.#ingest(loaded, mapping, seen);
    this.#clock.set(now);
    for (const { topic, payload, at, retained, qos } of messages) {
      await this.#pass(ingest, now + at);
      await ingest.take({ topic, payload, qos, retained });
    }
    await this.#pass(ingest, now + until);
    await endAll(ingest);
    return this.#result(seen);
  }

  /** Removes what it has made. */
  close(): void {
    this.#scratch.close();
  }

  /** Lets time pass: waits that are over before `to` end before what happens then. */
  async #pass(ingest: Ingest<WaitingEvent, HeldEvent>, to: number): Promise<void> {
    if (to <= this.#clock.now()) return;
    this.#clock.set(to - 1);
    await endAll(ingest);
    this.#clock.set(to);
  }

  #ingest({ config }: LoadedConfig, mapping: Mapping, seen: Seen): Ingest<WaitingEvent, HeldEvent> {
    const { outbox } = this.#scratch;
    const sources = new Set(config.sources.map(({ name }) => name));
    const log = warningsOf(seen.warnings);
    // The box's clock is known to be right.
    const clock = { buildDate: Number.NEGATIVE_INFINITY, isRight: () => true };
    return new Ingest<WaitingEvent, HeldEvent>({
      mapping,
      plausible: new Plausibility(config.plausible, clock),
      warnings: { raise: (code) => void seen.warnings.add(code) },
      noted: () => {},
      heard: () => {},
      store: outbox,
      storageFault: (error) => error instanceof StorageError,
      longestWaitMs: Math.max(0, ...config.sources.map(({ wait }) => wait)),
      ready: () => {},
      count: (source, result) => {
        // A context's message that tells nothing is none that a source ignored.
        if (result === 'ignored' && sources.has(source)) seen.ignored += 1;
      },
      say,
      sayOnce: (level, _, fields, message) => log[level](fields, message),
      log,
      clock: this.#clock,
    });
  }

  #result({ ignored, warnings }: Seen): Result {
    const { reader } = this.#scratch;
    const rows = [...reader.stories({}, 'oldest-first')].flatMap((batch) => batch.rows);
    const events = [...reader.events({ states: ['open'] }, 'oldest-first')].flatMap((batch) => batch.rows);
    return {
      records: rows.filter(({ state }) => state !== 'waiting').map(recordRow),
      waiting: rows.filter(({ state }) => state === 'waiting').map(recordRow),
      quarantine: events.map(eventRow),
      ignored,
      warnings: [...warnings].toSorted(),
    };
  }
}

interface Seen {
  ignored: number;
  readonly warnings: Set<string>;
}

async function endAll(ingest: Ingest<WaitingEvent, HeldEvent>): Promise<void> {
  while (await ingest.endWaits());
}

/** What a record may be warned about besides the warnings of `status`; quarantined events have a code too. */
const ODDITIES = ['field.stays-empty'];

/** A log that keeps the codes of the oddities. */
function warningsOf(codes: Set<string>): Log {
  const keep = ({ code }: LogFields) => {
    if (typeof code === 'string' && ODDITIES.includes(code)) codes.add(code);
  };
  return { error: keep, warn: keep, info: () => {}, debug: () => {}, isLevelEnabled: () => false };
}

function recordRow({
  record,
  orderNo,
  source,
  topic,
}: StoredRecord & { source: string; topic: string }): Row {
  return { ...publicRecord(record), orderNo: orderNo ?? '', source, topic };
}

function eventRow({ kind, field, reason, orderNo, source, topic }: StoredEvent): Row {
  return {
    kind,
    field: publicName(field),
    reason: say(readReason(reason)),
    orderNo: orderNo ?? '',
    source,
    topic,
  };
}
