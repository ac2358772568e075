import { type Html, html } from './html.ts';
import type { PageSettings } from './view.ts';

/** A command of pilegate as the page shows it, told which config is meant where it would not find it by itself. */
export function command({ configFile }: PageSettings, ...words: readonly string[]): Html {
  // Before the words, which may end with what is no option.
  const config = configFile === undefined ? [] : ['--config', configFile];
  return html`<code>${commandLine('pilegate', ...config, ...words)}</code>`;
}

/** Makes a command line that can be pasted into a shell, whatever its words hold: they may come from an event. */
export function commandLine(...words: readonly string[]): string {
  return words.map(quoted).join(' ');
}

function quoted(word: string): string {
  if (/^[\w.,:@%+=/\p{Script=Han}-]+$/u.test(word)) return word;
  // Plain quotes would hand control characters to the terminal, and invisible ones past the reader.
  if (/[\p{C}\p{Zl}\p{Zp}]/u.test(word))
    return `$'${word.replace(/[\\']/g, '\\$&').replace(/[\p{C}\p{Zl}\p{Zp}]/gu, escaped)}'`;
  return `'${word.replaceAll("'", "'\\''")}'`;
}

function escaped(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return code < 0x80
    ? `\\x${code.toString(16).padStart(2, '0')}`
    : `\\U${code.toString(16).padStart(8, '0')}`;
}
