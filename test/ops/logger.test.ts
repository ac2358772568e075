import { fstatSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLogger, type LoggerOptions, underJournal } from '../../src/ops/logger.ts';

/** A logger that writes into a list of texts. */
function memory(options: Partial<LoggerOptions> = {}) {
  const written: string[] = [];
  const destination = {
    write: (lines: string) => void written.push(lines),
    flush: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
  const logger = createLogger({ level: 'info', format: 'auto', isTTY: false, destination, ...options });
  return { ...logger, written };
}

describe('the log', () => {
  it('writes NDJSON with the level as a word, the time with its offset, the fields, then the message', () => {
    const { log, written } = memory();
    log.warn({ event: 'gate.down', orderNo: '1', reason: undefined }, 'the gate is down');
    expect(written).toEqual([
      expect.stringMatching(
        /^\{"level":"warn","time":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d","event":"gate.down","orderNo":"1","msg":"the gate is down"\}\n$/,
      ),
    ]);
  });

  it('takes the time from the wall clock', () => {
    const { log, written } = memory();
    const before = Date.now();
    log.info({}, 'now');
    const time = Date.parse(JSON.parse(written[0] ?? '').time);
    expect(time).toBeGreaterThanOrEqual(before);
    expect(time).toBeLessThanOrEqual(Date.now());
  });

  it('writes errors with their message and stack', () => {
    const { log, written } = memory();
    log.error({ err: new RangeError('too far') }, 'failed');
    expect(JSON.parse(written[0] ?? '').err).toMatchObject({
      type: 'RangeError',
      message: 'too far',
      stack: expect.stringContaining('logger.test.ts'),
    });
  });

  it('survives values that JSON does not know', () => {
    const { log, written } = memory();
    const circle: Record<string, unknown> = { big: 10n };
    circle['self'] = circle;
    log.info({ circle, big: 10n, nothing: Symbol('x'), not: Number.NaN }, 'odd');
    expect(JSON.parse(written[0] ?? '')).toMatchObject({ msg: 'odd', big: 10, not: null });
  });

  it('writes an info line of plain fields exactly as it writes any other', () => {
    const text = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.constant('\ud800"\n\u2028'));
    const value = fc.oneof(
      text,
      fc.double(),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.constant(undefined),
    );
    const name = text.filter((one) => !['err', '__proto__', 'toJSON'].includes(one));
    fc.assert(
      fc.property(fc.dictionary(name, value), text, (fields, message) => {
        const { log, written } = memory();
        log.info(fields, message);
        log.warn(fields, message);
        const [info = '', warn = ''] = written.map((line) => line.replace(/"time":"[^"]+"/, ''));
        expect(info).toBe(warn.replace('"warn"', '"info"'));
      }),
    );
  });

  it('leaves out what is below its level, which may change while it runs', () => {
    const { log, setLevel, written } = memory();
    log.debug({}, 'one');
    expect(log.isLevelEnabled('debug')).toBe(false);
    setLevel('debug');
    expect(log.isLevelEnabled('debug')).toBe(true);
    log.debug({}, 'two');
    setLevel('error');
    log.warn({}, 'three');
    expect(written.map((line) => JSON.parse(line).msg)).toEqual(['two']);
  });

  it.each<[LoggerOptions['format'], boolean, boolean]>([
    ['auto', true, true],
    ['auto', false, false],
    ['json', true, false],
    ['pretty', false, true],
  ])('in format %s, on a terminal: %s, is pretty: %s', (format, isTTY, expected) => {
    const { log, written } = memory({ format, isTTY, colour: false });
    log.info({}, 'hello');
    expect(written[0]?.startsWith('{')).toBe(!expected);
  });

  it('puts the priority before each line for the journal', () => {
    const { log, setLevel, written } = memory({ journal: true });
    setLevel('trace');
    log.error({}, 'e');
    log.warn({}, 'w');
    log.info({}, 'i');
    log.debug({}, 'd');
    expect(written.map((line) => line.slice(0, 4))).toEqual(['<3>{', '<4>{', '<6>{', '<7>{']);
  });

  it('puts it before every line of a pretty one too', () => {
    const { log, written } = memory({ journal: true, format: 'pretty' });
    log.error({ err: new Error('x') }, 'e');
    const lines = (written[0] ?? '').trimEnd().split('\n');
    expect(lines.length).toBeGreaterThan(1);
    expect(lines.filter((line) => !line.startsWith('<3>'))).toEqual([]);
  });
});

describe('the journal', () => {
  it('is known by the device and inode of the descriptor', () => {
    const { dev, ino } = fstatSync(1);
    expect(underJournal({ JOURNAL_STREAM: `${dev}:${ino}` })).toBe(true);
    expect(underJournal({ JOURNAL_STREAM: `${dev}:${ino + 1}` })).toBe(false);
    expect(underJournal({})).toBe(false);
    expect(underJournal({ JOURNAL_STREAM: '1:1' }, 9999)).toBe(false);
  });
});
