import type { Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib';

/**
 * Unpacks a reply's body. What cannot be unpacked is kept as it came: some gates declare an encoding that they
 * do not use.
 *
 * @param encoding the `content-encoding` header
 * @param limit how many bytes are unpacked at most (per encoding, where several are nested): a small body may
 *   hold gigabytes
 * @returns the body's beginning, up to `limit` bytes
 */
export async function decompress(body: Buffer, encoding: string, limit: number): Promise<Buffer> {
  let unpacked = body;
  for (const name of encoding.toLowerCase().split(',').reverse()) {
    const decoder = decoderFor(name.trim(), unpacked);
    if (decoder !== undefined) unpacked = await firstBytes(decoder, unpacked, limit);
  }
  return unpacked;
}

function decoderFor(encoding: string, body: Buffer): Transform | undefined {
  if (encoding === 'gzip' || encoding === 'x-gzip') return createGunzip();
  if (encoding === 'br') return createBrotliDecompress();
  // "deflate" means with a zlib header (its low half byte is 8), but some senders leave the header out.
  if (encoding === 'deflate') return ((body[0] ?? 0) & 0x0f) === 8 ? createInflate() : createInflateRaw();
  return undefined;
}

async function firstBytes(decoder: Transform, body: Buffer, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  decoder.end(body);
  try {
    for await (const chunk of decoder) {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= limit) break;
    }
  } catch {
    // Broken off or not packed at all: what came so far may still hold the result.
  }
  return size === 0 ? body : Buffer.concat(chunks).subarray(0, limit);
}
