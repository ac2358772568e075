import { describe, expect, test } from 'vitest';
import { Failure } from '../../../src/domain/failure.ts';
import { parseFault } from '../../../src/simulator/gate/fault-text.ts';
import { type Fault, Faults } from '../../../src/simulator/gate/faults.ts';

/** Which of `requests` requests in a row the fault hits. */
function hits(fault: Fault, requests: number, random: () => number = () => 0.5): number[] {
  const faults = new Faults([fault], random, () => 0);
  return Array.from({ length: requests }, (_, n) => n + 1).filter(
    () => faults.hitting('浙BD12345', '7').length > 0,
  );
}

describe('a fault hits', () => {
  test('every request, unless told otherwise', () => {
    expect(hits({ kind: 'no-answer' }, 3)).toEqual([1, 2, 3]);
  });

  test('so many, after so many', () => {
    expect(hits({ kind: 'no-answer', count: 2 }, 5)).toEqual([1, 2]);
    expect(hits({ kind: 'no-answer', after: 2 }, 5)).toEqual([3, 4, 5]);
    expect(hits({ kind: 'no-answer', after: 1, count: 2 }, 5)).toEqual([2, 3]);
  });

  test('a share of them, by chance', () => {
    const chances = [0.2, 0.4, 0.39, 0.99];
    expect(hits({ kind: 'no-answer', share: 0.4 }, 4, () => chances.shift() ?? 1)).toEqual([1, 3]);
    expect(hits({ kind: 'no-answer', share: 0 }, 3, () => 0)).toEqual([]);
    expect(hits({ kind: 'no-answer', share: 1 }, 2, () => 0.999)).toEqual([1, 2]);
  });

  test('from one time to another, counted from when it was set', () => {
    let now = 1000;
    const faults = new Faults([{ kind: 'no-answer', from: 5, to: 10 }], Math.random, () => now);
    const at = (ms: number) => {
      now = 1000 + ms;
      return faults.hitting('', '').length;
    };
    expect([0, 4, 5, 9, 10].map(at)).toEqual([0, 0, 1, 1, 0]);
  });

  test('plates and order numbers that match, and only those count', () => {
    const faults = new Faults(
      [{ kind: 'no-answer', plate: /^浙B/, order: /7$/, count: 1 }],
      Math.random,
      () => 0,
    );
    const met: [string, string][] = [
      ['粤B1', '17'],
      ['浙B1', '18'],
      ['浙B1', '17'],
      ['浙B1', '27'],
    ];
    expect(met.map(([plate, order]) => faults.hitting(plate, order).length)).toEqual([0, 0, 1, 0]);
  });

  test('together with others, in the order they were set', () => {
    const both: Fault[] = [
      { kind: 'latency', ms: 1 },
      { kind: 'status', status: 503 },
    ];
    expect(new Faults(both, Math.random, () => 0).hitting('', '')).toEqual(both);
  });

  test('before the body is read only where it resets there', () => {
    const faults = new Faults([{ kind: 'reset-before', count: 1 }, { kind: 'away' }], Math.random, () => 0);
    expect(faults.hitting('', '')).toEqual([]);
    expect([faults.resetsUnread(), faults.resetsUnread()]).toEqual([true, false]);
    expect(new Faults([{ kind: 'reset-after' }], Math.random, () => 0).resetsUnread()).toBe(false);
  });
});

describe('a fault as a person writes it', () => {
  test.each<[string, Fault]>([
    ['latency=200ms', { kind: 'latency', ms: 200 }],
    ['slow-body=1.5s', { kind: 'slow-body', ms: 1500 }],
    ['status=503', { kind: 'status', status: 503 }],
    ['status=503,retry-after=30,share=10%', { kind: 'status', status: 503, retryAfter: '30', share: 0.1 }],
    [
      'status=503,retry-after=Tue\\, 24 Nov 2026 01:13:30 GMT',
      { kind: 'status', status: 503, retryAfter: 'Tue, 24 Nov 2026 01:13:30 GMT' },
    ],
    ['reset-before, share=0.5', { kind: 'reset-before', share: 0.5 }],
    ['reset-after,after=100,count=5', { kind: 'reset-after', after: 100, count: 5 }],
    ['no-answer,from=10s,to=2m', { kind: 'no-answer', from: 10_000, to: 120_000 }],
    ['away,from=1h', { kind: 'away', from: 3_600_000 }],
    ['malformed', { kind: 'malformed', body: '{"result":' }],
    ['malformed={"result"\\,0}', { kind: 'malformed', body: '{"result",0}' }],
    ['refuse', { kind: 'refuse', description: '处理充电和优惠失败' }],
    [
      'refuse=车辆已离场,plate=^浙B\\d{2\\,3},order=7$',
      { kind: 'refuse', description: '车辆已离场', plate: /^浙B\d{2,3}/, order: /7$/ },
    ],
  ])('%s', (text, fault) => {
    expect(parseFault(text)).toEqual(fault);
  });

  test.each([
    ['', 'latency, status, reset-before'],
    ['explode', '"explode" is wrong; allowed: latency, status'],
    ['latency', 'latency=TIME'],
    ['latency=200', 'latency=TIME'],
    ['latency=2 weeks', 'latency=TIME'],
    ['status', 'from 200 to 599'],
    ['status=99', 'from 200 to 599'],
    ['status=600', 'from 200 to 599'],
    ['no-answer=1', 'no-answer without a value'],
    ['no-answer,share=200%', '"share=200%" is wrong; allowed: a share such as 10%'],
    ['no-answer,share=-1', 'a share such as'],
    ['no-answer,after=x', 'a whole number'],
    ['no-answer,count=1.5', 'a whole number'],
    ['no-answer,from=5', 'a time such as'],
    ['no-answer,to=', 'a time such as'],
    ['no-answer,plate=(', 'a regular expression'],
    ['no-answer,order=', 'a regular expression'],
    ['no-answer,sometimes', '"sometimes" is wrong; allowed: share, after'],
    ['no-answer,retry-after=1', 'retry-after for a status'],
    ['away,share=10%', 'away with from and to only'],
    ['away,plate=x', 'away with from and to only'],
    ['reset-before,plate=x', 'reset-before without plate and order'],
    ['reset-before,order=x', 'reset-before without plate and order'],
  ])('is told what is wrong with it: %j', (text, says) => {
    expect(() => parseFault(text)).toThrow(
      expect.objectContaining({ exitCode: 2, message: expect.stringContaining(says) }),
    );
    expect(() => parseFault(text)).toThrow(Failure);
  });
});
