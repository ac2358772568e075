import { createReadStream } from 'node:fs';
import { pipeline, Readable } from 'node:stream';
import { type Options, parse } from 'csv-parse';

/** Which encodings a list may have; `auto` is UTF-8 where all of it is, else GB18030. */
export const ENCODINGS = ['auto', 'utf-8', 'gb18030'] as const;

/** One of {@link ENCODINGS}. */
export type ListEncoding = (typeof ENCODINGS)[number];

/** What may stand between two cells. */
const DELIMITERS = [',', '\t', ';'] as const;
/** A cell or line longer than this is none, characters. */
const LONGEST = 65_536;

/**
 * The rows of a list, the head first; read as it comes, so that its size does not matter.
 * @throws what the file system throws; Error where it is no CSV
 */
export async function* rowsOf(path: string, encoding: ListEncoding): AsyncGenerator<readonly string[]> {
  const label = encoding === 'auto' ? await encodingOf(path) : encoding;
  const text = Readable.from(decoded(path, label), { objectMode: false, encoding: 'utf8' });
  const options: Options = {
    bom: true,
    delimiter: await delimiterOf(path, label),
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    max_record_size: LONGEST,
  };
  const parser = pipeline(text, parse(options), () => {});
  for await (const row of parser) if (Array.isArray(row)) yield row.map(String);
}

async function* decoded(path: string, label: string): AsyncGenerator<string> {
  const decoder = new TextDecoder(label);
  for await (const chunk of createReadStream(path, { highWaterMark: 65_536 }))
    yield decoder.decode(bytesOf(chunk), { stream: true });
  yield decoder.decode();
}

async function encodingOf(path: string): Promise<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let isFirst = true;
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 65_536 })) {
      const bytes = bytesOf(chunk);
      if (isFirst && bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
      isFirst = false;
      decoder.decode(bytes, { stream: true });
    }
    decoder.decode();
    return 'utf-8';
  } catch (error) {
    if (error instanceof TypeError) return 'gb18030';
    throw error;
  }
}

/** What the head is divided by most often. */
async function delimiterOf(path: string, label: string): Promise<string> {
  let head = '';
  for await (const text of decoded(path, label)) {
    head += text;
    if (head.includes('\n') || head.length > LONGEST) break;
  }
  const [line = ''] = head.split('\n');
  const count = (delimiter: string) => line.split(delimiter).length;
  return DELIMITERS.reduce<string>((best, one) => (count(one) > count(best) ? one : best), ',');
}

function bytesOf(chunk: unknown): Buffer {
  if (!Buffer.isBuffer(chunk)) throw new Error('a file is read as bytes');
  return chunk;
}
