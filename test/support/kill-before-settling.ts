/** Loaded before the daemon: dies when the gate has answered and before the answer is on its way to the disk. */
import { Outbox } from '../../src/outbox/outbox.ts';

Outbox.prototype.settle = () => {
  process.kill(process.pid, 'SIGKILL');
  return new Promise(() => {});
};
