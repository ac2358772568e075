import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { openScreen } from '../../../src/cli/demo/screen.ts';
import { makeLook } from './states.ts';

/** What a demo of three moments prints on a stream of this kind. */
function printed(
  kind: { isTTY?: boolean; columns?: number; rows?: number },
  env: NodeJS.ProcessEnv = {},
): string {
  const chunks: string[] = [];
  const stream = Object.assign(new PassThrough(), { isTTY: false, columns: 80, rows: 24, ...kind });
  stream.on('data', (chunk) => chunks.push(String(chunk)));
  const screen = openScreen(stream, env);
  const look = makeLook(5, 4);
  screen.tell(100, 'the gate goes away');
  screen.draw({ ...look, now: look.startedAt + 100 });
  screen.draw({ ...look, now: look.startedAt + 2500 });
  screen.draw({ ...look, now: look.startedAt + 2600, phase: 'over' });
  screen.close();
  return chunks.join('');
}

describe('the screen', () => {
  it('is plain lines where it is no terminal: what happens, and how it stands every two seconds and at the end', () => {
    expect(printed({})).toBe(
      [
        '  0.1 s  the gate goes away',
        '  2.5 s  normal: 5 events, 4 at the gate, 1 pending, 0 parked, median 4 ms',
        '  2.6 s  over: 5 events, 4 at the gate, 1 pending, 0 parked, median 4 ms',
        '',
      ].join('\n'),
    );
  });

  it.each([
    ['a terminal', {}],
    ['a terminal that does not know its size', { columns: 0, rows: 0 }],
  ])('is redrawn in colour on %s', (_, size) => {
    const text = printed({ isTTY: true, ...size });
    expect(text).toContain('GATE PLATFORM');
    expect(text).toContain('\u001b[32m');
  });

  it('has no colour there with NO_COLOR', () => {
    const text = printed({ isTTY: true }, { NO_COLOR: '1' });
    expect(text).toContain('GATE PLATFORM');
    expect(text).not.toContain('\u001b[32m');
  });

  it.each([
    ['dumb', { isTTY: true }, { TERM: 'dumb' }],
    ['too narrow', { isTTY: true, columns: 60 }, {}],
  ])('is plain lines on a terminal that is %s', (_, kind, env) => {
    expect(printed(kind, env)).toMatch(/^ {2}0\.1 s {2}the gate goes away\n/);
  });
});
