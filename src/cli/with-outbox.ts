import { accessSync, constants, existsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Command } from 'commander';
import { Failure } from '../domain/failure.ts';
import { OutboxReader } from '../outbox/reader/reader.ts';
import type { GlobalOptions } from './global-options.ts';
import { findPlace, type Place } from './locate-outbox.ts';
import { language } from './output.ts';
import { speechIn, type Voice, zoned } from './voice.ts';

/** An outbox that a command has open for reading, and in whose language it speaks. */
export interface Open extends Place, Voice {
  readonly reader: OutboxReader;
}

/**
 * Opens the outbox that the command's config names, for as long as `work` takes.
 * @throws Failure where the config or the outbox cannot be read
 */
export async function withOutbox<T>(command: Command, work: (open: Open) => Promise<T> | T): Promise<T> {
  const options = command.optsWithGlobals<GlobalOptions>();
  const lang = language(options.lang, process.env);
  const speech = await speechIn(lang);
  let place: Place | undefined;
  let reader: OutboxReader | undefined;
  try {
    place = await findPlace(options.config, process.env);
    const { path, zone } = place;
    reader = new OutboxReader(path);
    return await work({ ...place, ...speech, reader, local: (at) => zoned(zone, at) });
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    if (place === undefined || !existsSync(place.path) || mayWrite(place.path)) throw error;
    const text = `${error.inWords(speech.told)}\n${speech.texts.listing.notYours}`;
    throw new Failure(text, error.exitCode, { cause: error });
  } finally {
    reader?.close();
  }
}

/** Even reading takes the right to write: SQLite keeps its locks in a file beside the outbox. */
function mayWrite(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    accessSync(dirname(path), constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
