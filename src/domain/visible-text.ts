/**
 * Characters that are not seen, that a terminal acts on, or that turn the order of letters around: controls (C0, C1,
 * DEL), format characters (bidi marks, zero-width, BOM, tags), line separators, halves of pairs, blank fillers.
 */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\u115f\u1160\u3164\uffa0]/gu;

/** Text whose unseen characters are written out as `\uXXXX`, so that nothing looks like what it is not. */
export function visible(text: string): string {
  return text.replace(UNSEEN, escaped);
}

/** The same, for texts in which tabs have their place. */
export function visibleButTabs(text: string): string {
  return text.replace(UNSEEN, (character) => (character === '\t' ? character : escaped(character)));
}

/** JSON of a value as `JSON.stringify` makes it, the unseen characters in its texts escaped: the same value for every reader. */
export function visibleJson(value: unknown): string {
  return (JSON.stringify(value) ?? 'null').replace(UNSEEN, escaped);
}

function escaped(character: string): string {
  return character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}
