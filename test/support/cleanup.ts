import type { ChildProcess } from 'node:child_process';

type Undo = () => void | Promise<void>;

const children = new Set<ChildProcess>();
const undos: Undo[] = [];

/** Sees to it that a child process is dead when the test file ends, passed or failed, or when its runner exits. */
export function owned<C extends ChildProcess>(child: C): C {
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}

/** Runs `undo` when the test file ends, after every child is dead; the last one registered goes first. */
export function atEnd(undo: Undo): void {
  undos.push(undo);
}

function killAll(): void {
  for (const child of children) child.kill('SIGKILL');
}

/** Kills what still runs, then undoes the rest; for scripts that use this folder outside of vitest. */
export async function cleanUp(): Promise<void> {
  const gone = [...children].map((child) => new Promise((resolve) => child.once('exit', resolve)));
  killAll();
  await Promise.all(gone);
  for (let undo = undos.pop(); undo; undo = undos.pop()) await undo();
}

process.on('exit', killAll);
if (process.env['VITEST']) {
  const { afterAll } = await import('vitest');
  afterAll(cleanUp);
}
