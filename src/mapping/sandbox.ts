import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Context, createContext, Script } from 'node:vm';
import { Unreadable } from '../domain/unreadable.ts';
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
const BANNED: Readonly<Record<string, string>> = {
  eval: 'it would run text of the event as an expression',
  now: 'the same event would not give the same record again',
  millis: 'the same event would not give the same record again',
  random: 'the same event would not give the same record again',
  shuffle: 'the same event would not give the same record again',
};

const PLAIN_NODES = new Set(
  'path name number string value binary unary condition function variable block filter'.split(' '),
);
/** `''` and `$` are the places `$` and `$$`. */
const PLAIN_NAMES = new Set(
  (
    ' $ topic round number string substring substringBefore substringAfter uppercase lowercase trim exists not ' +
    'boolean abs floor ceil sum max min average count toMillis fromMillis lookup length'
  ).split(' '),
);

/** What an expression gave: its text (`''` for nothing), or why it gave none. */
export type Result = string | Unreadable;

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

function fault(value: unknown): Unreadable {
  return new Unreadable(String(field(value, 'error') ?? 'did not end'));
}

function result(value: unknown): Result {
  const text = field(value, 'text');
  return typeof text === 'string' ? text : fault(value);
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

  /** Compiles an expression: its id for {@link run}, or why it is none. */
  add(text: string): number | Unreadable {
    const id = this.#texts.length;
    const made = this.#compile(this.#open(), id, text);
    const error = field(made, 'error');
    if (typeof error === 'string') {
      const position = field(made, 'position');
      return new Unreadable(
        `no JSONata expression: ${error}${typeof position === 'number' ? ` (at character ${position})` : ''}`,
      );
    }
    const names = list(field(made, 'names')).map(String);
    const banned = names.find((name) => Object.hasOwn(BANNED, name));
    if (banned !== undefined) return new Unreadable(`no $${banned} in an expression: ${BANNED[banned]}`);
    const types = list(field(made, 'types')).map(String);
    this.#plain.push(types.every((t) => PLAIN_NODES.has(t)) && names.every((n) => PLAIN_NAMES.has(n)));
    this.#texts.push(text);
    // The first run compiles JSONata's own code, which on a small box takes as long as the limit allows.
    this.run({ where: undefined, ids: [id] }, '{}', {});
    return id;
  }

  /** Evaluates over a JSON text that parses. */
  run(what: Evaluate, json: string, levels: TopicLevels): Evaluation {
    const context = this.#open();
    const all = what.where === undefined ? what.ids : [what.where, ...what.ids];
    const watched = json.length > UNWATCHED_LENGTH || !all.every((id) => this.#plain[id]);
    context['input'] = JSON.stringify({ json, levels, ...what });
    try {
      runInside.runInContext(context, watched ? { timeout: this.#limitMs } : {});
    } catch (error) {
      this.#context = undefined;
      const timedOut = field(error, 'code') === 'ERR_SCRIPT_EXECUTION_TIMEOUT';
      return {
        held: new Unreadable(timedOut ? `they took longer than ${this.#limitMs} ms` : String(error)),
        results: [],
      };
    }
    const output = take(context);
    const held = field(output, 'held');
    return {
      held: typeof held === 'boolean' ? held : fault(held),
      results: list(field(output, 'results')).map(result),
    };
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
