import type { Command } from 'commander';
import { OutboxReader } from '../outbox/reader.ts';
import { language } from './output.ts';
import { findPlace, type Place } from './place.ts';
import type { GlobalOptions } from './program.ts';
import type { Language } from './words/language.ts';

/** An outbox that a command has open for reading, and in whose language it speaks. */
export interface Open extends Place {
  readonly reader: OutboxReader;
  readonly lang: Language;
  /** An instant (epoch milliseconds) as the station's clock shows it. */
  readonly local: (at: number) => string;
}

/**
 * Opens the outbox that the command's config names, for as long as `work` takes.
 * @throws Failure where the config or the outbox cannot be read
 */
export async function withOutbox<T>(command: Command, work: (open: Open) => Promise<T> | T): Promise<T> {
  const options = command.optsWithGlobals<GlobalOptions>();
  const place = await findPlace(options.config, process.env);
  const reader = new OutboxReader(place.path);
  try {
    const lang = language(options.lang, process.env);
    return await work({ ...place, reader, lang, local: (at) => place.zone.local(at) });
  } finally {
    reader.close();
  }
}
