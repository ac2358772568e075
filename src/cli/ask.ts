import { createInterface } from 'node:readline/promises';

/** Whether a person is there to be asked. */
export function canAsk(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true;
}

/** Asks on the terminal; only `y` and `yes` (也可以 `是`) are a yes. */
export async function ask(question: string): Promise<boolean> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await Promise.race([
      lines.question(question),
      // Ctrl-D, or a terminal that went away.
      new Promise<string>((resolve) => lines.once('close', () => resolve(''))),
    ]);
    return /^(?:y|yes|是)$/i.test(answer.trim());
  } finally {
    lines.close();
  }
}
