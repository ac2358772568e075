import { describe, expect, it } from 'vitest';
import { answerMayBeLost, type Happened } from './excuse.ts';

describe('an answer', () => {
  const heard = { at: 10_000, answeredAt: 10_030 };
  const of = (what: Happened['what'], from: number, to = from): Happened => ({ what, from, to });

  it.each<[string, Happened[], string | undefined]>([
    ['nothing happened', [], undefined],
    ['the daemon was killed long before', [of('daemon killed', 5_000)], undefined],
    ['the daemon was killed at once', [of('daemon killed', 10_031)], 'daemon killed'],
    ['the daemon was killed much later', [of('daemon killed', 13_000)], undefined],
    ['the daemon was stopped in order', [of('daemon stopped', 10_010)], undefined],
    ['the daemon was frozen', [of('daemon frozen', 9_900, 14_000)], 'daemon frozen'],
    ['the gate was frozen earlier', [of('gate frozen', 2_000, 8_000)], undefined],
    ['the link was cut just before', [of('gate link cut', 6_000, 9_000)], 'gate link cut'],
    ['the link was cut long before', [of('gate link cut', 1_000, 2_000)], undefined],
    ['storage failed and came back', [of('storage failing', 9_990, 12_000)], undefined],
    [
      'storage failed, and the daemon was stopped',
      [of('storage failing', 9_990, 12_000), of('daemon stopped', 12_500)],
      'daemon ended while storage failed',
    ],
    [
      'storage failed, and the daemon was stopped much later',
      [of('storage failing', 9_990, 12_000), of('daemon stopped', 40_000)],
      undefined,
    ],
  ])('where %s', (_, happened, excuse) => {
    expect(answerMayBeLost(heard, happened, 2_000)).toBe(excuse);
  });

  it('that never left, or left when nobody waited any more, is lost', () => {
    expect(answerMayBeLost({ at: 10_000, answeredAt: undefined }, [], 2_000)).toBe('the gate did not answer');
    expect(answerMayBeLost({ at: 10_000, answeredAt: 12_600 }, [], 2_000)).toBe('the gate answered too late');
  });
});
