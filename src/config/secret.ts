/** A key or password that no log, page or error can print by accident. */
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
