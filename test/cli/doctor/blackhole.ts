import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { atEnd, owned } from '../../support/cleanup.ts';

/** Listens, and then never wakes again: the kernel takes as many connections as its queue holds. */
const ASLEEP = `
  const server = require('node:net').createServer().listen(0, '127.0.0.1', 1, () => {
    require('node:fs').writeSync(1, String(server.address().port));
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  });`;

/** A port of this machine where a connection is never answered, as behind a firewall that drops what it does not let through. */
export async function blackHole(): Promise<number> {
  const child = owned(spawn(process.execPath, ['-e', ASLEEP], { stdio: ['ignore', 'pipe', 'inherit'] }));
  const [told] = await once(child.stdout, 'data');
  const port = Number(String(told));
  for (let open = 0; open < 8; open += 1) {
    const socket = connect(port, '127.0.0.1').on('error', () => {});
    atEnd(() => void socket.destroy());
    const connected = once(socket, 'connect').then(() => true);
    // Where it is not answered at once, the queue is full.
    const full = new Promise((resolve) => setTimeout(resolve, 500, false));
    if (!(await Promise.race([connected, full]))) return port;
  }
  throw new Error('the queue of connections does not fill');
}
