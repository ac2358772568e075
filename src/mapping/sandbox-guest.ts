import { PLAIN_NAMES, PLAIN_NODES } from './expression-names.ts';

/** How deep JSONata may nest; an ordinary expression stays under 50. */
const MAX_DEPTH = 300;
/** The most items a list made by an expression may have. */
const MAX_ITEMS = 100_000;
/** The longest text an expression may give. */
const MAX_TEXT = 4096;

/**
 * The most that the expressions of one message may make, UTF-16 units and eights of list items in all: what they make is in
 * the daemon's own memory, and V8 does not interrupt a builtin over a huge text.
 */
const MAX_MADE = 16 * 1024 * 1024;
/** The longest text, and the longest list in eights, that an expression may make on the way. */
const MAX_PIECE = 4 * 1024 * 1024;

/**
 * The script that runs inside the sandbox after JSONata's own. A text, because nothing of this realm may come
 * along. `input` and `output` are its only doors, and only JSON goes through. Numbers that a double does not
 * hold to the digit (long order numbers) reach expressions as text; `$pad`, which V8 cannot interrupt, is bounded.
 */
export const INSIDE = `
var input = '', output = '';
const jsonata = module.exports, programs = [];
const options = { stack: ${MAX_DEPTH}, sequence: ${MAX_ITEMS} };

const plainNodes = new Set(${JSON.stringify([...PLAIN_NODES])}), plainNames = new Set(${JSON.stringify([...PLAIN_NAMES])});
const makers = new Set(['binary', 'unary', 'function', 'apply']);
let made = 0;

function weigh(size) {
  made += size;
  if (size > ${MAX_PIECE} || made > ${MAX_MADE}) throw { message: 'it makes more than an expression may: too long texts or lists' };
}

// Of these natives the results are weighed before they are made, of the others as they come out of a node.
const plainJoin = Array.prototype.join, plainStringify = JSON.stringify;
function join(separator) {
  let size = 0;
  for (const item of this) size += (typeof item === 'string' ? item.length : 8) + (separator ?? ',').length;
  weigh(size);
  return plainJoin.call(this, separator);
}
function stringify(value, replacer, space) {
  return plainStringify(value, function (key, item) {
    const shown = typeof replacer === 'function' ? replacer.call(this, key, item) : item;
    made += key.length + (typeof shown === 'string' ? shown.length : 8);
    weigh(0);
    return shown;
  }, space);
}
function weighed(run) {
  made = 0;
  Array.prototype.join = join;
  JSON.stringify = stringify;
  return run().finally(() => {
    Array.prototype.join = plainJoin;
    JSON.stringify = plainStringify;
  });
}
function exit(node, input, environment, result) {
  if (typeof result === 'string') weigh(makers.has(node.type) ? result.length : 0);
  else weigh(Array.isArray(result) ? 32 + result.length * 8 : 32);
}

function pad(text, width, fill) {
  if (text === undefined) return undefined;
  if (Math.abs(width) > ${MAX_TEXT}) throw { message: '$pad to more than ${MAX_TEXT} characters' };
  return width < 0 ? text.padStart(-width, fill || ' ') : text.padEnd(width, fill || ' ');
}

function references(ast) {
  const names = new Set(), types = new Set(), bound = new Set(), seen = new Set(), contexts = [], levels = [];
  let bare = false, message = false;
  const walk = (node, parent) => {
    if (typeof node !== 'object' || node === null || seen.has(node)) return;
    seen.add(node);
    if (typeof node.type === 'string') types.add(node.type === 'binary' && node.value === '..' ? '..' : node.type);
    if (node.type === 'lambda') for (const argument of node.arguments) bound.add(argument.value);
    if (node.type === 'bind' && node.lhs) bound.add(node.lhs.value);
    if (typeof node.focus === 'string') bound.add(node.focus);
    if (typeof node.index === 'string') bound.add(node.index);
    if (node.type === 'index') bound.add(node.value);
    if (node.type === 'name' && node.value === 'message') message = true;
    const steps = node.type === 'path' ? node.steps : [];
    const root = steps.length > 0 && steps[0].type === 'variable' ? steps[0].value : '';
    if (root === 'topic' && steps[1] && steps[1].type === 'name') levels.push(steps[1].value);
    if (root === 'context' && steps[1] && steps[2] && steps[1].type === 'name' && steps[2].type === 'name') {
      contexts.push([steps[1].value, steps[2].value]);
      seen.add(steps[0]);
    }
    if (node.type === 'variable') {
      names.add(node.value);
      if (node.value === 'context') bare = true;
    }
    Object.values(node).forEach(walk);
  };
  walk(ast);
  return { types: [...types], names: [...names], bound: [...bound], contexts, levels, bare, message };
}

function compile() {
  const { id, text, timeout } = JSON.parse(input);
  try {
    programs[id] = jsonata(text, { timeout, ...options });
    programs[id].registerFunction('pad', pad, '<s-ns?:s>');
    const found = references(programs[id].ast());
    const plain = found.types.every((type) => plainNodes.has(type)) && found.names.every((name) => plainNames.has(name));
    programs[id].heavy = !plain;
    if (!plain) programs[id].assign(Symbol.for('jsonata.__evaluate_exit'), exit);
    output = JSON.stringify({ ...found, plain });
  } catch (error) {
    output = JSON.stringify({ error: String(error.message), code: String(error.code), position: error.position });
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

function fault(error) {
  return { message: String(error.message), code: String(error.code ?? ''), position: error.position };
}

function show(value) {
  if (value === undefined || value === null) return { text: '' };
  if (Array.isArray(value) || !['string', 'number', 'boolean'].includes(typeof value)) {
    return { gives: Array.isArray(value) ? 'a list' : 'an object' };
  }
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) return { inexact: true };
  const text = String(value);
  return text.length > ${MAX_TEXT} ? { long: text.length } : { text, number: typeof value === 'number' };
}

function run() {
  output = '';
  evaluate().catch((error) => {
    output = JSON.stringify({ held: fault(error) });
  });
}

async function evaluate() {
  const { json, levels, contexts, where, ids } = JSON.parse(input), results = [];
  const body = JSON.parse(json, keepDigits);
  const one = async (id, use) => {
    try {
      const given = () => programs[id].evaluate(body, { topic: levels, context: contexts });
      return use(await (programs[id].heavy ? weighed(given) : given()));
    } catch (error) {
      return fault(error);
    }
  };
  const held = where === undefined || (await one(where, truth));
  if (held === true) for (const id of ids) results.push(await one(id, show));
  output = JSON.stringify({ held, results });
}
`;
