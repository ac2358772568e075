/** How deep JSONata may nest; an ordinary expression stays under 50. */
const MAX_DEPTH = 300;
/** The most items a list made by an expression may have. */
const MAX_ITEMS = 100_000;
/** The longest text an expression may give. */
const MAX_TEXT = 4096;

/**
 * The script that runs inside the sandbox after JSONata's own. A text, because nothing of this realm may come
 * along. `input` and `output` are its only doors, and only JSON goes through. Numbers that a double does not
 * hold to the digit (long order numbers) reach expressions as text; `$pad`, which V8 cannot interrupt, is bounded.
 */
export const INSIDE = `
var input = '', output = '';
const jsonata = module.exports, programs = [];
const options = { stack: ${MAX_DEPTH}, sequence: ${MAX_ITEMS} };

function pad(text, width, fill) {
  if (text === undefined) return undefined;
  if (Math.abs(width) > ${MAX_TEXT}) throw { message: '$pad to more than ${MAX_TEXT} characters' };
  return width < 0 ? text.padStart(-width, fill || ' ') : text.padEnd(width, fill || ' ');
}

function compile() {
  const { id, text, timeout } = JSON.parse(input), names = new Set(), types = new Set(), seen = new Set();
  const walk = (node) => {
    if (typeof node !== 'object' || node === null || seen.has(node)) return;
    seen.add(node);
    if (typeof node.type === 'string') types.add(node.type === 'binary' && node.value === '..' ? '..' : node.type);
    if (node.type === 'variable') names.add(node.value);
    Object.values(node).forEach(walk);
  };
  try {
    programs[id] = jsonata(text, { timeout, ...options });
    programs[id].registerFunction('pad', pad, '<s-ns?:s>');
    walk(programs[id].ast());
    output = JSON.stringify({ types: [...types], names: [...names] });
  } catch (error) {
    output = JSON.stringify({ error: String(error.message), position: error.position });
  }
}

function keepDigits(key, value, context) {
  const exact = typeof value !== 'number' || !Number.isInteger(value) || Number.isSafeInteger(value);
  return exact || context.source === undefined ? value : context.source;
}

function truth(value) {
  if (Array.isArray(value)) return value.some(truth);
  return typeof value === 'object' && value !== null ? Object.keys(value).length > 0 : Boolean(value);
}

function show(value) {
  if (value === undefined || value === null) return { text: '' };
  if (Array.isArray(value) || !['string', 'number', 'boolean'].includes(typeof value)) {
    return { error: 'gives ' + (Array.isArray(value) ? 'a list' : 'an object') + ' where a text or a number is wanted' };
  }
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) return { error: 'gives a number that is not exact' };
  const text = String(value);
  return text.length > ${MAX_TEXT} ? { error: 'gives a text of ' + text.length + ' characters' } : { text };
}

function run() {
  output = '';
  evaluate().catch((error) => {
    output = JSON.stringify({ held: { error: String(error.message) } });
  });
}

async function evaluate() {
  const { json, levels, where, ids } = JSON.parse(input), results = [];
  const body = JSON.parse(json, keepDigits);
  const one = async (id, use) => {
    try {
      return use(await programs[id].evaluate(body, { topic: levels }));
    } catch (error) {
      return { error: String(error.message) };
    }
  };
  const held = where === undefined || (await one(where, truth));
  if (held === true) for (const id of ids) results.push(await one(id, show));
  output = JSON.stringify({ held, results });
}
`;
