import { Writable } from 'node:stream';
import { createLogUpdate } from 'log-update';
import { colours } from '../output.ts';
import { frame, NARROWEST } from './frame.ts';
import type { Look } from './state.ts';
import { ms } from './text.ts';

/** Where the demo is shown while it runs. */
export interface Screen {
  /** Shows the moment; called often. */
  draw(look: Look): void;
  /** Tells one thing that happened, `at` milliseconds after the start. */
  tell(at: number, words: string): void;
  /** Leaves the last moment standing and gives the terminal back. */
  close(): void;
}

/** Where words go: a terminal says so and has a size. `process.stdout` is one of these. */
export type Output = NodeJS.WritableStream & {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
};

/** A view that redraws itself where `stream` is a terminal wide enough, else plain lines. */
export function openScreen(stream: Output, env: NodeJS.ProcessEnv): Screen {
  const live = stream.isTTY && env['TERM'] !== 'dumb' && columnsOf(stream) >= NARROWEST;
  return live ? liveScreen(stream, env) : plainScreen(stream);
}

/** A pseudo terminal that nobody gave a size says 0. */
function columnsOf(stream: Output): number {
  return stream.columns || 80;
}

function liveScreen(stream: Output, env: NodeJS.ProcessEnv): Screen {
  const paint = colours(!env['NO_COLOR']);
  // log-update draws nothing where the terminal says it has no rows; where it has no word on that, 24.
  const relay = new Writable({
    write: (text, _encoding, done) => {
      stream.write(text);
      done();
    },
  });
  const update = createLogUpdate(stream.columns && stream.rows ? stream : relay);
  return {
    draw: (look) => update(frame(look, columnsOf(stream), paint)),
    // What happens is in the picture already.
    tell: () => {},
    close: () => update.done(),
  };
}

/** How often plain lines tell how it stands, milliseconds. */
const EVERY = 2000;

function plainScreen(stream: Output): Screen {
  let next = EVERY;
  const line = (at: number, words: string): void => {
    stream.write(`${(at / 1000).toFixed(1).padStart(5)} s  ${words}\n`);
  };
  return {
    draw: (look) => {
      const at = look.now - look.startedAt;
      if (at < next && look.phase !== 'over') return;
      next = at + EVERY;
      line(at, standing(look));
    },
    tell: line,
    close: () => {},
  };
}

function standing({ summary, daemon, phase }: Look): string {
  const { events, delivered, medianMs } = summary;
  const { pending, parked } = daemon.records;
  const median = medianMs === null ? '' : `, median ${ms(medianMs)}`;
  return `${phase}: ${events} events, ${delivered} at the gate, ${pending} pending, ${parked} parked${median}`;
}
