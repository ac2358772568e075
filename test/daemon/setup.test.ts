import { describe, expect, it } from 'vitest';
import { ConfigRejected, linesOf } from '../../src/config/loaded.ts';
import { setUp } from '../../src/daemon/setup.ts';
import { inEnglish } from '../../src/i18n/english.ts';
import { tempDir, writeConfig } from '../support/tmp.ts';

function config(overrides: Record<string, unknown>): string {
  const broker = { url: 'mqtt://127.0.0.1:1883' };
  return writeConfig(tempDir(), { broker, gateUrl: 'http://127.0.0.1:8080/', overrides });
}

/** The mistakes as `line key`, in the order told. */
function mistakes(overrides: Record<string, unknown>): { keys: string[]; lines: number[] } {
  try {
    setUp(config(overrides), {});
  } catch (error) {
    if (!(error instanceof ConfigRejected)) throw error;
    expect(error.exitCode).toBe(78);
    return {
      keys: error.mistakes.map(({ key }) => key),
      lines: error.mistakes.map(({ line }) => line),
    };
  }
  return { keys: [], lines: [] };
}

describe('setting up', () => {
  it('gives a config, its secrets and its rules', () => {
    const { loaded, secrets, mapping, warnings } = setUp(config({}), {});
    expect(loaded.config.station.id).toBe('3302120001');
    expect(secrets.gate.all.map(({ from }) => from)).toEqual(['file']);
    expect(mapping.filters.sources).toEqual(['piles/+/session/end']);
    expect(warnings).toEqual([]);
  });

  it('tells the mistakes of the config, its rules and its key at once, in the order of the file', () => {
    const wrong = mistakes({
      gate: { keyFile: 'none.key', timeout: 10 },
      sources: [{ name: 's', topic: 't', wait: 5, fields: { orderNo: { topic: 'zzz' }, colour: 'red' } }],
      log: { level: 'loud' },
    });
    expect(wrong.keys).toEqual(
      expect.arrayContaining([
        'gate.keyFile',
        'gate.timeout',
        'sources[0].wait',
        expect.stringMatching(/^sources\[0\]\.fields\.orderNo/),
        expect.stringMatching(/^sources\[0\]\.fields\.colour/),
        'log.level',
      ]),
    );
    expect(wrong.lines).toEqual(wrong.lines.toSorted((a, b) => a - b));
  });

  it('blames no rule for a mistake of the config that it leans on', () => {
    const plate = { context: 'plate', key: { topic: 'deviceId' } };
    const sources = [
      { name: 's', topic: 'piles/{deviceId}/session/end', profile: 'pilegate', fields: { plateNo: plate } },
    ];
    const contexts = [{ name: 'plate', topic: 5, key: { topic: 'id' }, fields: { plateNo: 'plate' } }];
    expect(mistakes({ sources, contexts }).keys).toEqual(['contexts[0].topic']);
  });

  it('warns by line of what can hardly be meant', () => {
    const sources = [
      { name: 'first', topic: 'piles/{deviceId}/session/end', profile: 'pilegate' },
      { name: 'second', topic: 'piles/+/session/end', profile: 'pilegate' },
    ];
    const { warnings } = setUp(config({ sources, mqtt: { tls: {} } }), {});
    expect(linesOf(warnings, inEnglish)).toMatch(/^.*config\.yaml:\d+:\d+: sources\[1\]\.topic: .*first.*$/);
  });

  it('refuses to share the work where each adapter would hear every session through a context', () => {
    const plate = { context: 'start', key: 'payload.id' };
    const sources = [
      { name: 'stop', topic: 'csms/{id}/events', profile: 'pilegate', fields: { plateNo: plate } },
    ];
    const contexts = [
      { name: 'start', topic: 'csms/#', key: 'payload.id', fields: { plateNo: 'plate' }, keep: '1h' },
    ];
    const shared = { mqtt: { shareGroup: 'adapters', clientId: 'adapter-1' }, sources, contexts };
    expect(mistakes(shared).keys).toEqual(['contexts[0].topic']);
    expect(mistakes({ sources, contexts }).keys).toEqual([]);
    const apart = [{ ...contexts[0], topic: 'starts/+' }];
    expect(mistakes({ ...shared, contexts: apart }).keys).toEqual([]);
  });
});
