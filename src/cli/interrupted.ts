/**
 * Resolves at the first Ctrl-C or SIGTERM. A second one ends the process as it would have without us, so that a
 * clean end which takes too long is nobody's prison.
 */
export async function interrupted(): Promise<NodeJS.Signals> {
  return await new Promise((resolve) => {
    const heard = (signal: NodeJS.Signals): void => {
      for (const name of SIGNALS) process.off(name, heard);
      resolve(signal);
    };
    for (const name of SIGNALS) process.on(name, heard);
  });
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
