import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Context, createContext, Script } from 'node:vm';
import { nearest } from '../domain/nearest.ts';
import { type Reason, reason } from '../domain/reason.ts';
import { Unreadable, unreadable } from '../domain/unreadable.ts';
import { BANNED, BUILT_IN, GIVEN } from './expression-names.ts';
import { INSIDE } from './sandbox-guest.ts';
import type { TopicLevels } from './topic.ts';

/**
 * JSONata behind a wall: in a realm of its own that holds nothing of Node and is given only text. Its promises
 * settle before `runInContext` returns (`microtaskMode`), so evaluation is synchronous, and V8 ends whatever
 * takes longer than the limit: endless recursion, a regular expression that backtracks for ever, a builtin over
 * a huge list. (JSONata's own time limit is looked at only between the nodes of an expression.)
 */

/**
 * The most that all expressions of one message may take, milliseconds of this thread's work. An ordinary one takes
 * less than one, the longest profile's a few on a small box.
 */
const LIMIT_MS = 200;

/**
 * V8 ends a run by the wall clock, which goes on while a busy box lets the thread wait: an event must not end in
 * quarantine for that. A run that did little work until then is run again with twice the time, up to this many times
 * the limit.
 */
const PATIENCE = 16;

/** What part of the limit a run that was ended must have worked for to be slow itself. */
const OWN_WORK = 0.75;

/** What this thread has worked since its start, milliseconds. */
function threadWorkMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

/**
 * Up to this length of body, plain expressions go without V8's watch, which is a thread for each run and costs
 * ten times what they do. They have no loops, regular expressions or lists of their own making, so that JSONata's
 * own limit holds them.
 */
const UNWATCHED_LENGTH = 8192;

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
  readonly #workMs: () => number;
  readonly #patience: number;
  /** Absent until it is needed, and after a run was ended: what was running would go on in it. */
  #context: Context | undefined;

  /**
   * @param limitMs the most that all expressions of one message may take, milliseconds of work
   * @param workMs what this thread has worked so far, milliseconds
   * @param patience how many times the limit a run may take by the wall clock
   */
  constructor(limitMs = LIMIT_MS, workMs = threadWorkMs, patience = PATIENCE) {
    this.#limitMs = limitMs;
    this.#workMs = workMs;
    this.#patience = patience;
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
    this.#plain.push(field(made, 'plain') === true);
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
    const all = what.where === undefined ? what.ids : [what.where, ...what.ids];
    const watched = json.length > UNWATCHED_LENGTH || !all.every((id) => this.#plain[id]);
    const input = JSON.stringify({ json, levels, contexts, ...what });
    const output = this.#runPatiently(input, watched);
    if (output instanceof Unreadable) return { held: output, results: [] };
    const held = field(output, 'held');
    return {
      held: typeof held === 'boolean' ? held : fault(held, this.#texts[what.where ?? -1] ?? ''),
      results: list(field(output, 'results')).map((value, i) => this.#result(value, what.ids[i] ?? -1)),
    };
  }

  /** What the run put out, or why it put out nothing. */
  #runPatiently(input: string, watched: boolean): unknown {
    for (let times = 1; ; times *= 2) {
      const context = this.#open();
      context['input'] = input;
      const before = this.#workMs();
      try {
        runInside.runInContext(context, watched ? { timeout: this.#limitMs * times } : {});
        return take(context);
      } catch (error) {
        this.#context = undefined;
        if (field(error, 'code') !== 'ERR_SCRIPT_EXECUTION_TIMEOUT')
          return unreadable('expression.error', { message: String(error) });
        const isSlow = this.#workMs() - before >= this.#limitMs * OWN_WORK;
        if (isSlow || times >= this.#patience) return unreadable('expression.slow', { ms: this.#limitMs });
      }
    }
  }

  #result(value: unknown, id: number): Result {
    const text = field(value, 'text');
    if (typeof text !== 'string') return fault(value, this.#texts[id] ?? '');
    return field(value, 'number') === true ? { text, number: true } : { text };
  }

  #compile(context: Context, id: number, text: string): unknown {
    context['input'] = JSON.stringify({ id, text, timeout: this.#limitMs * this.#patience });
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
