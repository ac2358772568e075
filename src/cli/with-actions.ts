import { systemClock } from '../domain/clock.ts';
import { OperatorActions } from '../outbox/admin.ts';
import { currentOperator } from './operator.ts';
import type { Open } from './with-outbox.ts';

/** Runs operator actions on the outbox that a command has open, in the name of the person at the shell. */
export async function withActions<T>(
  { path }: Open,
  work: (actions: OperatorActions) => Promise<T>,
): Promise<T> {
  const actions = new OperatorActions(path, systemClock, currentOperator());
  try {
    return await work(actions);
  } finally {
    actions.close();
  }
}
