/** A text in a program's source, and its line (from 1); `{}` stands for each value in a template. */
export interface Literal {
  readonly text: string;
  readonly line: number;
}

/** After one of these a slash begins a regular expression. */
const BEFORE_REGEX = /[(=,[:?!&|{};]/;

/** Every text in a source file of ours. It knows as much of the language as the sources need, which Biome formats. */
export function literalsOf(source: string): Literal[] {
  const found: Literal[] = [];
  let at = 0;
  const add = (text: string): void => {
    found.push({ text, line: source.slice(0, at).split('\n').length });
  };
  const template = (): void => {
    let text = '';
    while (source[at] !== '`') {
      if (source.startsWith('${', at)) {
        at += 2;
        code('}');
        text += '{}';
      } else {
        if (source[at] === '\\') at += 1;
        text += source[at];
        at += 1;
      }
    }
    at += 1;
    add(text);
  };
  const quoted = (quote: string): void => {
    const from = at;
    while (source[at] !== quote) at += source[at] === '\\' ? 2 : 1;
    at += 1;
    add(source.slice(from, at - 1).replace(/\\(.)/g, '$1'));
  };
  const regex = (): void => {
    for (let inClass = false; inClass || source[at] !== '/'; at += 1) {
      if (source[at] === '\\') at += 1;
      else if (source[at] === '[') inClass = true;
      else if (source[at] === ']') inClass = false;
    }
    at += 1;
  };
  const code = (end: string): void => {
    let [depth, before] = [0, '('];
    while (at < source.length) {
      const c = source[at] ?? '';
      at += 1;
      if (c === '/' && source[at] === '/') at = source.indexOf('\n', at);
      else if (c === '/' && source[at] === '*') at = source.indexOf('*/', at) + 2;
      else if (c === "'" || c === '"') quoted(c);
      else if (c === '`') template();
      else if (c === '/' && BEFORE_REGEX.test(before)) regex();
      else if (c === end && depth === 0) return;
      else if (c === '{') depth += 1;
      else if (c === '}') depth -= 1;
      if (/\S/.test(c)) before = c === '{' ? '{' : c;
    }
  };
  code('');
  return found;
}
