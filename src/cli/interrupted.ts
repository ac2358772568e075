/**
 * Resolves at the first Ctrl-C or SIGTERM. A second one ends the process at once, so that a clean end which takes
 * too long is nobody's prison. Call it once.
 */
export async function interrupted(): Promise<NodeJS.Signals> {
  return await new Promise((resolve) => {
    let before = false;
    // These stay: libraries that restore the terminal end the process where nobody else listens for a signal.
    for (const [name, exitCode] of [['SIGINT', 130] as const, ['SIGTERM', 143] as const]) {
      process.on(name, () => {
        if (before) process.exit(exitCode);
        before = true;
        resolve(name);
      });
    }
  });
}
