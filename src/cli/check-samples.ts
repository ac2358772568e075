import { existsSync } from 'node:fs';
import type { Notice } from '../config/loaded.ts';
import type { Setup } from '../daemon/setup.ts';
import type { InboundEvent } from '../domain/event.ts';
import { Failure } from '../domain/failure.ts';
import { reason } from '../domain/reason.ts';
import { OutboxReader } from '../outbox/reader/reader.ts';

/** So many of the last records, and so many of the last open events in quarantine, are samples. */
const RECORDS = 200;
const EVENTS = 100;

/**
 * The rules that find nothing in the events which the outbox of this config keeps: what today only the next event
 * would show. None where there is no outbox, or it cannot be read from here.
 */
export function unseenNotices({ loaded, mapping }: Pick<Setup, 'loaded' | 'mapping'>): readonly Notice[] {
  return mapping
    .unseen(samplesIn(loaded.config.outbox.path))
    .map(({ path, rule, events }) =>
      loaded.notice({ path, reason: reason('config.path-unseen', { rule, events }) }),
    );
}

function samplesIn(path: string): InboundEvent[] {
  if (!existsSync(path)) return [];
  try {
    const reader = new OutboxReader(path);
    try {
      return [...some(recordsOf(reader), RECORDS), ...some(quarantinedOf(reader), EVENTS)];
    } finally {
      reader.close();
    }
  } catch (error) {
    if (error instanceof Failure) return [];
    throw error;
  }
}

function* recordsOf(reader: OutboxReader): Generator<InboundEvent> {
  for (const { rows } of reader.stories({}, 'newest-first'))
    for (const { topic, payload, receivedAt } of rows) yield { topic, payload, receivedAt };
}

function* quarantinedOf(reader: OutboxReader): Generator<InboundEvent> {
  for (const { rows } of reader.events({ states: ['open'] }, 'newest-first'))
    for (const { topic, payload, receivedAt } of rows)
      if (payload !== undefined) yield { topic, payload, receivedAt };
}

function* some<T>(all: Iterable<T>, count: number): Generator<T> {
  let given = 0;
  for (const one of all) {
    if (given++ >= count) return;
    yield one;
  }
}
