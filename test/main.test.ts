import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { owned } from './support/cleanup.ts';
import { MAIN } from './support/daemon.ts';

describe('the program', () => {
  it('ends quietly when its reader has seen enough', async () => {
    const child = owned(spawn(process.execPath, [MAIN, '--help'], { stdio: ['ignore', 'pipe', 'pipe'] }));
    child.stdout.destroy();
    const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
    expect([said, code]).toEqual(['', 0]);
  });

  it('tells a defect with its stack and ends with 1', async () => {
    const broken = 'data:text/javascript,process.stdout.write=()=>{throw new TypeError("broken pipe organ")}';
    const child = owned(
      spawn(process.execPath, ['--import', broken, MAIN, '--help'], { stdio: ['ignore', 'pipe', 'pipe'] }),
    );
    const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
    expect(said).toMatch(/^pilegate: a defect, please report it:\nTypeError: broken pipe organ\n {4}at /);
    expect(code).toBe(1);
  });
});
