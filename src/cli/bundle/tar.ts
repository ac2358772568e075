/** A file of an archive. */
export interface Member {
  /** Letters, digits, `.`, `-` and `/`; at most 100. */
  readonly name: string;
  readonly text: string;
}

const BLOCK = 512;

/**
 * Packs files into a tar archive (POSIX.1-1988 ustar), readable for their owner only.
 * @param at the time of every file, epoch milliseconds
 */
export function tar(members: readonly Member[], at: number): Buffer {
  const parts = members.flatMap(({ name, text }) => {
    const data = Buffer.from(text);
    return [head(name, data.length, at), data, Buffer.alloc((BLOCK - (data.length % BLOCK)) % BLOCK)];
  });
  return Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)]);
}

function head(name: string, size: number, at: number): Buffer {
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, digits: number) => `${value.toString(8).padStart(digits, '0')}\0`;
  const put = (text: string, offset: number) => block.write(text, offset, 'latin1');
  put(name, 0);
  put(octal(0o600, 7), 100);
  put(octal(0, 7), 108);
  put(octal(0, 7), 116);
  put(octal(size, 11), 124);
  put(octal(Math.floor(at / 1000), 11), 136);
  // The checksum is counted with blanks in its own place.
  put(' '.repeat(8), 148);
  put('0', 156);
  put('ustar\x0000', 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  put(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}
