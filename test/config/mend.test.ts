import { describe, expect, it } from 'vitest';
import { ConfigRejected } from '../../src/config/loaded.ts';
import { load, MINIMAL } from './support.ts';

describe('what is left of a wrong config', () => {
  function left(text: string) {
    try {
      load(text);
    } catch (error) {
      if (error instanceof ConfigRejected) return error.mended?.config;
    }
    throw new Error('not rejected');
  }

  it('keeps what is right of a source, so that its rules can be checked too', () => {
    const text = MINIMAL.replace(
      'profile: pilegate',
      'wait: 5, fields: { orderNo: a, power: { path: p, unt: kWh } }',
    );
    expect(left(`${text}log: { level: x }`)?.sources).toEqual([
      {
        name: 'session-end',
        topic: 'piles/{deviceId}/session/end',
        encoding: 'utf-8',
        retained: 'accept',
        wait: 600_000,
        fields: { orderNo: 'a', power: 'x' },
      },
    ]);
  });

  it('keeps the sources where only a context’s key is lost', () => {
    const text = MINIMAL.replace(
      'profile: pilegate',
      'profile: pilegate, fields: { power: { expr: $rond(a) } }',
    );
    const mended = left(`${text}contexts: [{ name: c, topic: t, fields: { plateNo: p } }]`);
    expect(mended?.contexts).toMatchObject([{ name: 'c', key: { const: 'x' } }]);
    expect(mended?.sources).toMatchObject([{ fields: { power: { expr: '$rond(a)' } } }]);
  });

  it('has plain sources where a context they may use is lost', () => {
    expect(left(`${MINIMAL}contexts: [{ name: 5, topic: t, key: k, fields: {} }]`)?.sources).toMatchObject([
      { topic: 'x/0', profile: 'pilegate' },
    ]);
  });

  it('is something even where next to nothing was right', () => {
    expect(left('sources: [5]\nstation: x\nmqtt: { url: 1 }\nzzz: 1')?.station.timeZone).toBe(
      'Asia/Shanghai',
    );
  });
});
