import { createInterface, type Interface } from 'node:readline';
import { Writable } from 'node:stream';

/** Asks one question after the other on the terminal. */
export class Questions {
  readonly #lines: Interface;
  readonly #typed: AsyncIterator<string>;
  #hidden = false;

  constructor() {
    const output = new Writable({
      write: (chunk, _, done) => {
        if (!this.#hidden) process.stderr.write(chunk);
        done();
      },
    });
    this.#lines = createInterface({ input: process.stdin, output, terminal: true });
    this.#lines.on('SIGINT', () => this.#lines.close());
    this.#typed = this.#lines[Symbol.asyncIterator]();
  }

  /** What was typed, without blanks around; undefined after Ctrl-D or Ctrl-C. */
  async ask(question: string): Promise<string | undefined> {
    this.#lines.setPrompt(question);
    this.#lines.prompt();
    const { value, done } = await this.#typed.next();
    return done === true ? undefined : String(value).trim();
  }

  /** The same, without showing what is typed. */
  async askHidden(question: string): Promise<string | undefined> {
    process.stderr.write(question);
    this.#hidden = true;
    try {
      return await this.ask('');
    } finally {
      this.#hidden = false;
      process.stderr.write('\n');
    }
  }

  /** Gives the terminal back. */
  close(): void {
    this.#lines.close();
  }
}
