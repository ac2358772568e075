import { type ExitCode, Failure } from '../domain/failure.ts';
import type { Reason } from '../domain/reason.ts';
import { inEnglish } from './english.ts';
import type { Say } from './texts.ts';

/** A failure that is a reason: its message is English, and a person is shown it in their language. */
export class ReasonFailure extends Failure {
  readonly reason: Reason;

  /** @param exitCode what the process ends with */
  constructor(why: Reason, exitCode: ExitCode = 1, options?: ErrorOptions) {
    super(inEnglish(why), exitCode, options);
    this.reason = why;
  }

  override inWords(say: Say): string {
    return say(this.reason);
  }
}
