import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Context, createContext, Script } from 'node:vm';
import { nearest } from '../domain/nearest.ts';
import { type Reason, reason } from '../domain/reason.ts';
import { type Unreadable, unreadable } from '../domain/unreadable.ts';
import { INSIDE } from './sandbox-guest.ts';
import type { TopicLevels } from './topic.ts';

/**
 * JSONata behind a wall: in a realm of its own that holds nothing of Node and is given only text. Its promises
 * settle before `runInContext` returns (`microtaskMode`), so evaluation is synchronous, and V8 ends whatever
 * takes longer than the limit: endless recursion, a regular expression that backtracks for ever, a builtin over
 * a huge list. (JSONata's own time limit is looked at only between the nodes of an expression.)
 */

/**
 * The most that all expressions of one message may take, milliseconds of the wall clock. An ordinary one takes
 * less than one; the rest is for a box that is busy, since an event must not end in quarantine for that.
 */
const LIMIT_MS = 200;

/**
 * Up to this length of body, plain expressions go without V8's watch, which is a thread for each run and costs
 * ten times what they do. They have no loops, regular expressions or lists of their own making, so that JSONata's
 * own limit holds them.
 */
const UNWATCHED_LENGTH = 8192;

/** Functions that would make the same event differ the second time, or run what the event says. */
const BANNED = {
  unsafe: ['eval'],
  unsteady: ['now', 'millis', 'random', 'shuffle'],
};

/** JSONata's own functions; a test compares them with the library. */
export const BUILT_IN: readonly string[] = [
  'sum',
  'count',
  'max',
  'min',
  'average',
  'string',
  'substring',
  'substringBefore',
  'substringAfter',
  'lowercase',
  'uppercase',
  'length',
  'trim',
  'pad',
  'match',
  'contains',
  'replace',
  'split',
  'join',
  'formatNumber',
  'formatBase',
  'formatInteger',
  'parseInteger',
  'number',
  'floor',
  'ceil',
  'round',
  'abs',
  'sqrt',
  'power',
  'random',
  'boolean',
  'not',
  'map',
  'zip',
  'filter',
  'single',
  'reduce',
  'sift',
  'keys',
  'lookup',
  'append',
  'exists',
  'spread',
  'merge',
  'reverse',
  'each',
  'error',
  'assert',
  'type',
  'sort',
  'shuffle',
  'distinct',
  'base64encode',
  'base64decode',
  'encodeUrlComponent',
  'encodeUrl',
  'decodeUrlComponent',
  'decodeUrl',
  'eval',
  'toMillis',
  'fromMillis',
  'clone',
  'now',
  'millis',
];

const PLAIN_NODES = new Set(
  'path name number string value binary unary condition function variable block filter'.split(' '),
);
/** `''` and `$` are the places `$` and `$$`. */
const PLAIN_NAMES = new Set([
  '',
  '$',
  'topic',
  'context',
  'round',
  'number',
  'string',
  'substring',
  'substringBefore',
  'substringAfter',
  'uppercase',
  'lowercase',
  'trim',
  'exists',
  'not',
  'boolean',
  'abs',
  'floor',
  'ceil',
  'sum',
  'max',
  'min',
  'average',
  'count',
  'toMillis',
  'fromMillis',
  'lookup',
  'length',
]);

/** What an expression gave: its text (`''` for nothing) and whether it was a number, or why it gave none. */
export type Result = { readonly text: string; readonly number?: boolean } | Unreadable;

/** A compiled expression, and what it reads besides the body. */
export interface Expression {
  /** For {@link Sandbox.run}. */
  readonly id: number;
  /** The contexts' fields: `$context.NAME.FIELD`. */
  readonly contexts: readonly { readonly context: string; readonly field: string }[];
  /** The topic's levels: `$topic.NAME`. */
  readonly levels: readonly string[];
  /** Whether it reads a key `message`. */
  readonly usesMessage: boolean;
}

/** Values of contexts by name and field. */
export type ContextInputs = Readonly<Record<string, Readonly<Record<string, string | number>>>>;

/** What the expressions of one message gave; results only where `held`, the `where` expression, is true. */
export interface Evaluation {
  readonly held: boolean | Unreadable;
  readonly results: readonly Result[];
}

/** The expressions of one message. */
export interface Evaluate {
  readonly where: number | undefined;
  readonly ids: readonly number[];
}

/** What is given to an expression by name. `''` and `$` are the places `$` and `$$`. */
const GIVEN = ['', '$', 'topic', 'context'];

const compileInside = new Script('compile()');
const runInside = new Script('run()');
let library: Script | undefined;

/** JSONata's own text, read only where an expression is used. */
function loadLibrary(): Script {
  const path = fileURLToPath(import.meta.resolve('jsonata'));
  const text = `var module = { exports: {} }, exports = module.exports;\n${readFileSync(path, 'utf8')}\n${INSIDE}`;
  return new Script(text, { filename: 'jsonata-sandbox.js' });
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

/** Why an expression gave nothing that can be used. */
function fault(value: unknown, text: string): Unreadable {
  const gives = field(value, 'gives');
  const long = field(value, 'long');
  if (typeof gives === 'string') return unreadable('expression.gives', { got: gives });
  if (typeof long === 'number') return unreadable('expression.long', { length: long });
  if (field(value, 'inexact') === true) return unreadable('expression.inexact', {});
  const message = field(value, 'message');
  if (typeof message !== 'string') return unreadable('expression.no-end', {});
  const position = field(value, 'position');
  return typeof position === 'number'
    ? unreadable('expression.error-at', { message, at: position, near: near(text, position) })
    : unreadable('expression.error', { message });
}

/** What stands at a place of an expression, for a person; JSONata's places are behind the word they mean. */
function near(text: string, position: number): string {
  return text.slice(Math.max(0, position - 15), position + 5).trim();
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A pool of compiled expressions. */
export class Sandbox {
  readonly #texts: string[] = [];
  readonly #plain: boolean[] = [];
  readonly #limitMs: number;
  /** Absent until it is needed, and after a run was ended: what was running would go on in it. */
  #context: Context | undefined;

  /** @param limitMs the most that all expressions of one message may take, milliseconds of the wall clock */
  constructor(limitMs = LIMIT_MS) {
    this.#limitMs = limitMs;
  }

  /** Compiles an expression, or says what is wrong with it. */
  add(text: string): Expression | { readonly error: Reason } {
    const id = this.#texts.length;
    const made = this.#compile(this.#open(), id, text);
    const error = field(made, 'error');
    if (typeof error === 'string') {
      const position = field(made, 'position');
      const place =
        typeof position === 'number'
          ? { at: position, near: JSON.stringify(near(text, position)) }
          : { at: undefined, near: '' };
      return { error: reason('rules.expression', { error, ...place }) };
    }
    const names = list(field(made, 'names')).map(String);
    const banned = names.find((name) => [...BANNED.unsafe, ...BANNED.unsteady].includes(name));
    if (banned !== undefined) {
      const unsafe = BANNED.unsafe.includes(banned);
      return { error: reason('rules.expression-banned', { name: banned, unsafe }) };
    }
    const bound = new Set([...BUILT_IN, ...GIVEN, ...list(field(made, 'bound')).map(String)]);
    const unknown = names.find((name) => !bound.has(name));
    if (unknown !== undefined) {
      const meant = nearest(unknown, [...bound]);
      return {
        error: reason('rules.expression-name', {
          name: `$${unknown}`,
          meant: meant === undefined ? undefined : `$${meant}`,
        }),
      };
    }
    if (field(made, 'bare') === true) return { error: reason('rules.context-bare', {}) };
    const types = list(field(made, 'types')).map(String);
    this.#plain.push(types.every((t) => PLAIN_NODES.has(t)) && names.every((n) => PLAIN_NAMES.has(n)));
    this.#texts.push(text);
    // The first run compiles JSONata's own code, which on a small box takes as long as the limit allows.
    this.run({ where: undefined, ids: [id] }, '{}', {});
    return {
      id,
      contexts: list(field(made, 'contexts')).map((pair) => {
        const [context, of] = list(pair).map(String);
        return { context: context ?? '', field: of ?? '' };
      }),
      levels: list(field(made, 'levels')).map(String),
      usesMessage: field(made, 'message') === true,
    };
  }

  /** Evaluates over a JSON text that parses. */
  run(what: Evaluate, json: string, levels: TopicLevels, contexts: ContextInputs = {}): Evaluation {
    const context = this.#open();
    const all = what.where === undefined ? what.ids : [what.where, ...what.ids];
    const watched = json.length > UNWATCHED_LENGTH || !all.every((id) => this.#plain[id]);
    context['input'] = JSON.stringify({ json, levels, contexts, ...what });
    try {
      runInside.runInContext(context, watched ? { timeout: this.#limitMs } : {});
    } catch (error) {
      this.#context = undefined;
      const timedOut = field(error, 'code') === 'ERR_SCRIPT_EXECUTION_TIMEOUT';
      const held = timedOut
        ? unreadable('expression.slow', { ms: this.#limitMs })
        : unreadable('expression.error', { message: String(error) });
      return { held, results: [] };
    }
    const output = take(context);
    const held = field(output, 'held');
    return {
      held: typeof held === 'boolean' ? held : fault(held, this.#texts[what.where ?? -1] ?? ''),
      results: list(field(output, 'results')).map((value, i) => this.#result(value, what.ids[i] ?? -1)),
    };
  }

  #result(value: unknown, id: number): Result {
    const text = field(value, 'text');
    if (typeof text !== 'string') return fault(value, this.#texts[id] ?? '');
    return field(value, 'number') === true ? { text, number: true } : { text };
  }

  #compile(context: Context, id: number, text: string): unknown {
    context['input'] = JSON.stringify({ id, text, timeout: this.#limitMs });
    compileInside.runInContext(context);
    return take(context);
  }

  #open(): Context {
    if (this.#context !== undefined) return this.#context;
    const context = createContext(
      {},
      { microtaskMode: 'afterEvaluate', codeGeneration: { strings: false, wasm: false } },
    );
    library ??= loadLibrary();
    library.runInContext(context);
    for (const [id, text] of this.#texts.entries()) this.#compile(context, id, text);
    this.#context = context;
    return context;
  }
}

function take(context: Context): unknown {
  const output: unknown = context['output'];
  return typeof output === 'string' && output !== '' ? JSON.parse(output) : undefined;
}
