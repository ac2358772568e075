import fc from 'fast-check';
import { expect, it } from 'vitest';
import { gb18030Bytes } from '../../../src/cli/capture/gb18030.ts';

it('a text in GB18030 is read back as it was, whatever is in it', () => {
  const decoder = new TextDecoder('gb18030', { fatal: true, ignoreBOM: true });
  // The table of 2005, which the runtime reads, gives these places to others.
  const written = fc
    .string({ unit: 'grapheme', maxLength: 40 })
    .filter((text) => !/\p{Co}|[\ufe10-\ufe19\u9fb4-\u9fbb]/u.test(text));
  fc.assert(
    fc.property(written, (text) => {
      expect(decoder.decode(gb18030Bytes(text))).toBe(text);
    }),
  );
  expect(Buffer.from(gb18030Bytes('浙·😀')).toString('hex')).toBe('d5e3a1a49439fc36');
});
