/** A key or password that no log, page or error can print by accident. */
import { createHash } from 'node:crypto';
import { inspect } from 'node:util';

/** Where a secret came from. */
export type SecretOrigin = 'file' | 'credential' | 'environment';

/** Holds a secret; prints as `***` however it is printed. */
export class Secret {
  readonly #value: string;
  /** In words: a file's path, `credential gate.key` or `environment PILEGATE_GATE_KEY`. */
  readonly origin: string;
  readonly from: SecretOrigin;

  constructor(value: string, from: SecretOrigin, origin: string) {
    this.#value = value;
    this.from = from;
    this.origin = origin;
  }

  /** The secret itself, for signing or logging in; never for printing. */
  reveal(): string {
    return this.#value;
  }

  /** Whether a changed value is seen only by a new process: credentials and the environment are fixed at start. */
  get needsRestart(): boolean {
    return this.from !== 'file';
  }

  toString(): string {
    return '***';
  }

  toJSON(): string {
    return '***';
  }

  [inspect.custom](): string {
    return '***';
  }
}

/** The secrets of the gate's dialect by name: `key`, or the four of teld. Prints none of them. */
export class SecretSet {
  readonly #secrets: ReadonlyMap<string, Secret>;

  constructor(secrets: Readonly<Record<string, Secret>>) {
    this.#secrets = new Map(Object.entries(secrets));
  }

  /** All of them. */
  get all(): readonly Secret[] {
    return [...this.#secrets.values()];
  }

  /** The secrets themselves, by name; never for printing. */
  reveal(): Readonly<Record<string, string>> {
    return Object.fromEntries([...this.#secrets].map(([name, secret]) => [name, secret.reveal()]));
  }

  /** Where they came from, in words. */
  get origin(): string {
    return [...new Set(this.all.map(({ origin }) => origin))].join(', ');
  }

  /** Whether a changed value of one of them is seen only by a new process. */
  get needsRestart(): boolean {
    return this.all.some((secret) => secret.needsRestart);
  }

  /** The first 4 hex digits of SHA-256 of the key, so that two boxes can be compared; of several secrets, of their lines. */
  get fingerprint(): string {
    const lines = this.all.map((secret) => secret.reveal()).join('\n');
    return createHash('sha256').update(lines).digest('hex').slice(0, 4);
  }
}
