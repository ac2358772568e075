import { randomUUID } from 'node:crypto';
import type { Outcome } from '../../domain/outcome.ts';
import {
  type ChargingRecord,
  OPTIONAL_FIELDS,
  type RecordField,
  type StationIdentity,
} from '../../domain/record.ts';
import type { StationZone } from '../../domain/station-time.ts';
import { dialectClient, type GateClient } from '../../gate/client.ts';
import { type Mask, secretMask } from '../../gate/mask.ts';
import type { Dialect } from '../../gate/port.ts';
import type { GateSecrets, GateSettings } from '../../gate/settings.ts';
import { connectionsDuring, openTrials, overheard, type Trials } from '../../gate/trial.ts';
import { makeTestRecord } from '../doctor/test-record.ts';

/** What a platform is tried by, in this order. */
export const RULES = [
  ...(['accept', 'signature', 'required', 'repeat', 'optional-empty', 'extension', 'text'] as const),
  ...(['parallel', 'keep-alive'] as const),
] as const;

/** One of {@link RULES}. */
export type Rule = (typeof RULES)[number];

/** What was sent, apart from the record's own values. */
export type Sent =
  | { readonly what: 'empty' | 'missing'; readonly field: RecordField }
  | { readonly what: 'right' | 'missigned' | 'again' | 'optional-empty' | 'extended' }
  | { readonly what: 'unusual' | 'long' | 'at-once' | 'first-of-two' | 'second-of-two' };

/** What a right platform answers. `settled`: success or a refusal, for the document does not say which. */
export type Expected = 'success' | 'refusal' | 'settled';

/** One request with a record and what came of it. */
export interface Tried {
  readonly sent: Sent;
  readonly orderNo: string;
  /** The body as it left, without secrets, at most {@link SHOWN} characters. */
  readonly body: string;
  readonly outcome: Outcome;
  /** Whether it is what was expected. */
  readonly met: boolean;
}

/** What came of one rule. */
export interface Finding {
  readonly rule: Rule;
  readonly ok: boolean;
  /** `error`: the document's rule; `warning`: what it does not say, or what does no more than slow things down; `untried`: nothing was sent. */
  readonly severity: 'error' | 'warning' | 'untried';
  readonly expected: Expected;
  readonly tried: readonly Tried[];
  /** Where records went over one connection: whether the platform kept it open. */
  readonly kept?: boolean;
}

/** How many posts there are at most, those for a session's token among them. */
export const MOST_POSTS = 40;
/** How many posts one record may take with a session: query, record, and both once more. */
const POSTS_WITH_SESSION = 4;
/** How much of a body is shown. */
const SHOWN = 2_000;

/** What is tried, by whom. */
export interface Subject {
  readonly settings: GateSettings;
  readonly secrets: GateSecrets;
  readonly identity: StationIdentity;
  readonly zone: StationZone;
  /** The program's. */
  readonly version: string;
  /** The wall clock, epoch milliseconds. */
  readonly now: () => number;
}

/**
 * Tries every rule, one after the other. Where the platform does not take a right record, nothing else can be told, and
 * the rest stays untried.
 * @param done called with each finding as it comes
 * @throws Failure where the settings' TLS files cannot be used
 */
export async function tryRules(subject: Subject, done: (finding: Finding) => void): Promise<Finding[]> {
  const trial = new Trial(subject);
  const findings: Finding[] = [];
  for (const rule of RULES) {
    const isOver = findings[0]?.ok === false;
    const finding = isOver
      ? untried(rule)
      : await trial.run(rule).catch((error) => untriedIfSpent(error, rule));
    findings.push(finding);
    done(finding);
  }
  return findings;
}

function untried(rule: Rule): Finding {
  return { rule, ok: false, severity: 'untried', expected: EXPECTED[rule], tried: [] };
}

/** The next record might need more posts than are left. */
class Spent extends Error {}

function untriedIfSpent(error: unknown, rule: Rule): Finding {
  if (error instanceof Spent) return untried(rule);
  throw error;
}

const EXPECTED: Readonly<Record<Rule, Expected>> = {
  accept: 'success',
  signature: 'refusal',
  required: 'refusal',
  repeat: 'success',
  'optional-empty': 'success',
  extension: 'success',
  text: 'success',
  parallel: 'success',
  'keep-alive': 'success',
};

/** Characters that are escaped, doubled or cut by receivers that handle text carelessly. */
const UNUSUAL = '1号桩"引号"\\斜杠 a=1&key=b <b>&amp; 100% + 𠮷';
const LONG = '超长名称测试'.repeat(20);

class Trial {
  readonly #subject: Subject;
  readonly #trials: Trials;
  readonly #began: number;
  readonly #mask: Mask;
  #posts = 0;
  /** What the records on their way may yet need. */
  #reserved = 0;
  #accepted: ChargingRecord | undefined;

  constructor(subject: Subject) {
    const { settings, secrets, zone, now } = subject;
    this.#subject = subject;
    this.#trials = openTrials(settings, secrets, { now, zone, uuid: randomUUID });
    this.#began = now();
    this.#mask = secretMask(this.#trials.right.secrets);
  }

  async run(rule: Rule): Promise<Finding> {
    const { right, missigned, extended } = this.#trials;
    const { documented } = right;
    const record = (n: number, changed: Partial<ChargingRecord> = {}) => this.#record(rule, n, changed);
    const one = (dialect: Dialect, what: Sent, sent: ChargingRecord) =>
      this.#over(dialect, 1, (send) => send(what, sent));
    switch (rule) {
      case 'accept': {
        const good = record(0);
        this.#accepted = good;
        return finding(rule, 'error', [await one(right, { what: 'right' }, good)]);
      }
      case 'signature':
        return finding(rule, 'error', [await one(missigned, { what: 'missigned' }, record(0))]);
      case 'required':
        return finding(rule, 'error', await this.#lacking(documented?.required ?? []));
      case 'repeat': {
        const again = await one(right, { what: 'again' }, this.#accepted ?? record(0));
        return documented?.repeat
          ? finding(rule, 'error', [again])
          : finding(rule, 'warning', [again], 'settled');
      }
      case 'optional-empty': {
        const empty = Object.fromEntries(OPTIONAL_FIELDS.map((field) => [field, '']));
        return finding(rule, 'error', [await one(right, { what: 'optional-empty' }, record(0, empty))]);
      }
      case 'extension':
        return finding(rule, documented?.extension ? 'error' : 'warning', [
          await one(extended, { what: 'extended' }, record(0)),
        ]);
      case 'text':
        return finding(rule, 'error', [
          await one(right, { what: 'unusual' }, record(0, { deviceName: UNUSUAL })),
          await one(right, { what: 'long' }, record(1, { deviceName: LONG })),
        ]);
      case 'parallel': {
        const both = await this.#over(right, 2, (send) =>
          Promise.all([0, 1].map((n) => send({ what: 'at-once' }, record(n)))),
        );
        return finding(rule, 'error', both);
      }
      case 'keep-alive':
        return await this.#keepingAlive(record(0), record(1));
    }
  }

  /** Each required field empty and, where the dialect can do either, left out. */
  async #lacking(fields: readonly RecordField[]): Promise<Tried[]> {
    const { right, sendingEmpty, omittingEmpty } = this.#trials;
    const ways: readonly (readonly [Dialect, 'empty' | 'missing'])[] =
      sendingEmpty && omittingEmpty
        ? [
            [sendingEmpty, 'empty'],
            [omittingEmpty, 'missing'],
          ]
        : [[right, 'empty']];
    const tried: Tried[] = [];
    for (const [dialect, what] of ways) {
      for (const field of fields) {
        const record = this.#record('required', tried.length, { [field]: '' });
        // A time that has to be converted cannot be empty.
        if (!canBeMade(dialect, record)) continue;
        tried.push(await this.#over(dialect, 1, (send) => send({ what, field }, record)));
      }
    }
    return tried;
  }

  async #keepingAlive(first: ChargingRecord, second: ChargingRecord): Promise<Finding> {
    const { right } = this.#trials;
    return await this.#over(right, 1, async (send) => {
      const before = await send({ what: 'first-of-two' }, first);
      const { done: after, opened } = await connectionsDuring(() => send({ what: 'second-of-two' }, second));
      const kept = opened === 0;
      const both = finding('keep-alive', 'error', [before, after]);
      return both.ok && !kept ? { ...both, ok: false, severity: 'warning', kept } : { ...both, kept };
    });
  }

  /** A made-up record; its order number ends with the rule's number and its own. */
  #record(rule: Rule, n: number, changed: Partial<ChargingRecord>): ChargingRecord {
    const { identity, zone } = this.#subject;
    const made = makeTestRecord(identity, zone, this.#began);
    const orderNo = `${made.orderNo}-${RULES.indexOf(rule)}${n.toString(36)}`;
    return { ...made, orderNo, deviceName: 'pilegate gate-test 测试', ...changed };
  }

  /** Sends over connections of their own, that many at most. */
  async #over<T>(dialect: Dialect, connections: number, work: (send: Send) => Promise<T>): Promise<T> {
    const { settings, version, now } = this.#subject;
    const bodies = new Map<ChargingRecord, string>();
    const heard = overheard(dialect, ({ body }, record) => {
      this.#posts += 1;
      if (record !== undefined) bodies.set(record, this.#mask(body.toString(), SHOWN).slice(0, SHOWN));
    });
    const client = dialectClient({ ...settings, concurrency: connections }, heard, { version, now });
    try {
      return await work((sent, record) => this.#send(client, sent, record, () => bodies.get(record) ?? ''));
    } finally {
      await client.destroy();
    }
  }

  async #send(client: GateClient, sent: Sent, record: ChargingRecord, body: () => string): Promise<Tried> {
    const most = this.#trials.right.deliver === undefined ? 1 : POSTS_WITH_SESSION;
    if (this.#posts + this.#reserved + most > MOST_POSTS) throw new Spent();
    this.#reserved += most;
    const outcome = await client.send(record).finally(() => {
      this.#reserved -= most;
    });
    return { sent, orderNo: record.orderNo, body: body(), outcome, met: false };
  }
}

type Send = (sent: Sent, record: ChargingRecord) => Promise<Tried>;

function canBeMade(dialect: Dialect, record: ChargingRecord): boolean {
  try {
    dialect.request(record);
    return true;
  } catch {
    return false;
  }
}

/** What the answers to a rule's requests come to. */
function finding(
  rule: Rule,
  severity: 'error' | 'warning',
  answers: readonly Tried[],
  expected: Expected = EXPECTED[rule],
): Finding {
  const tried = answers.map((one) => ({ ...one, met: isMet(one, expected) }));
  return { rule, ok: tried.every(({ met }) => met), severity, expected, tried };
}

function isMet({ sent, outcome }: Tried, expected: Expected): boolean {
  // A record that is new cannot be there already.
  const isTaken =
    outcome.kind === 'delivered' &&
    (sent.what === 'again' || outcome.reason.code !== 'gate.delivered-before');
  const isRefused = outcome.kind === 'refused' || (outcome.kind === 'misconfigured' && outcome.sent);
  if (expected === 'settled') return isTaken || isRefused;
  return expected === 'success' ? isTaken : isRefused;
}
