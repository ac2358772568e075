import { type Reason, reason } from './reason.ts';

/** What a command ends with: 0 done, 1 failed, 2 wrong usage, 78 the config is wrong. */
export type ExitCode = 0 | 1 | 2 | 78;

/**
 * A failure that is told to a person as it is: what was tried, on what, why it failed and the remedy, in one
 * or more plain lines without a stack. Anything else thrown is a defect and keeps its stack.
 */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly exitCode: ExitCode;

  /**
   * @param message what failed, on what, why, and the remedy
   * @param exitCode what the process ends with
   */
  constructor(message: string, exitCode: ExitCode = 1, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }

  /** The message in a person's language. @param say puts a reason into words; prose too, as far as it is known */
  inWords(say: (why: Reason) => string): string {
    return say(reason('prose', { text: this.message }));
  }
}
