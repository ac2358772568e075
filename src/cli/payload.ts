/** Bytes that a pile sent, for people and programs. */
import { visibleButTabs } from '../domain/visible-text.ts';

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const LENIENT = new TextDecoder('utf-8');

/** Characters that no text has: controls but for tab and line ends. */
const NO_TEXT = /(?![\t\n\r])\p{Cc}/u;

/** The text of a payload, or undefined where it is binary. The last character may be cut where the payload is. */
export function textOf(payload: Uint8Array, whole = true): string | undefined {
  try {
    const text = UTF8.decode(payload, { stream: !whole });
    return NO_TEXT.test(text) ? undefined : text;
  } catch {
    return undefined;
  } finally {
    // A decoder that streams keeps what is left over.
    if (!whole) flush();
  }
}

function flush(): void {
  try {
    UTF8.decode();
  } catch {
    // What is left over is half a character, as it should be.
  }
}

/** A payload as JSON has it: its text, or `hex:…` where it is binary. */
export function payloadJson(payload: Uint8Array, whole = true): string {
  return textOf(payload, whole) ?? `hex:${Buffer.from(payload).toString('hex')}`;
}

/** Lines that show a payload: its text; where it is binary its text as far as there is one, and its bytes. */
export function payloadLines(payload: Uint8Array, whole: boolean, most: number): string[] {
  const text = textOf(payload, whole);
  if (text !== undefined) return text.split(/\r?\n/).map(safe);
  const chinese = gb18030(payload);
  return [
    safe(LENIENT.decode(payload.subarray(0, most))),
    ...(chinese === undefined ? [] : [`GB18030: ${safe(chinese)}`]),
    ...hexLines(payload.subarray(0, most)),
    ...(payload.byteLength > most ? [`… ${payload.byteLength - most}`] : []),
  ];
}

/** Older controllers write Chinese so (`encoding: gb18030`): the text where the bytes look like it. */
function gb18030(payload: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('gb18030', { fatal: true }).decode(payload);
    return /[\u4e00-\u9fff]/.test(text) && !NO_TEXT.test(text) && !/\p{Co}/u.test(text) ? text : undefined;
  } catch {
    return undefined;
  }
}

function hexLines(bytes: Uint8Array): string[] {
  return Array.from({ length: Math.ceil(bytes.byteLength / 16) }, (_, line) => {
    const some = bytes.subarray(line * 16, line * 16 + 16);
    const hex = Array.from(some, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const text = Array.from(some, (byte) => (byte > 31 && byte < 127 ? String.fromCharCode(byte) : '.')).join(
      '',
    );
    return `${(line * 16).toString(16).padStart(6, '0')}  ${hex.padEnd(47)}  ${text}`;
  });
}

/** Text without the characters that a terminal acts on or that turn the order of letters around. */
export function safe(text: string): string {
  return visibleButTabs(text);
}

/** A word as a shell takes it. */
export function shellWord(text: string): string {
  return /^[\w.:@%+=,/][\w.:@%+=,/-]*$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** Whether all bytes of a quarantined event are there. */
export function isWhole({
  payload,
  size,
}: {
  readonly payload: Uint8Array | undefined;
  readonly size: number;
}): boolean {
  return payload?.byteLength === size;
}
