/** A strict gate in a process of its own; prints its address and serves until it is killed. */
import { z } from 'zod';
import { startGate } from '../../src/simulator/gate/gate.ts';
import { task } from './harness.ts';

const { key } = task(z.object({ key: z.string() }));
const gate = await startGate({ key });
process.stdout.write(`${gate.url}\n`);
