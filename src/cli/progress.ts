/** Nothing is told before, milliseconds: most work is over by then. */
const PATIENCE_MS = 2_000;
/** Characters of the bar. */
const BAR = 24;
/** Between two looks at it, milliseconds. */
const EVERY_MS = 250;

/** Tells how far work is. */
export interface Progress {
  /** So much is done of so much. Call it as often as you like. */
  at(done: number, total: number): void;
  /** The work is over: leaves nothing behind. */
  end(): void;
}

/** Progress in one line of stderr that is written over, where that is a terminal; silent elsewhere. */
export function progress(stream: NodeJS.WriteStream = process.stderr): Progress {
  const started = performance.now();
  let told = started + PATIENCE_MS - EVERY_MS;
  let drawn = false;
  return {
    at: (done, total) => {
      const now = performance.now();
      if (!stream.isTTY || total === 0 || now < told + EVERY_MS) return;
      told = now;
      drawn = true;
      const left = done === 0 ? '' : `, ${Math.ceil(((now - started) * (total - done)) / done / 1000)} s`;
      const filled = Math.floor((BAR * done) / total);
      const bar = `[${'#'.repeat(filled)}${'.'.repeat(BAR - filled)}]`;
      stream.write(`\r\u001b[K${bar} ${Math.floor((100 * done) / total)} % (${done}/${total})${left}`);
    },
    end: () => {
      if (drawn) stream.write('\r\u001b[K');
    },
  };
}
