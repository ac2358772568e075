import { describe, expect, it } from 'vitest';
import { inEnglish } from '../../src/i18n/english.ts';
import { compileMapping, type MappingInput } from '../../src/mapping/compile.ts';
import type { ContextInput, FieldRule, SourceInput } from '../../src/mapping/rules.ts';
import { input } from './support.ts';

const TOPIC = 'piles/{deviceId}/session/end';

function issuesOf(differs: Partial<MappingInput>) {
  return compileMapping(input(differs)).issues.map(
    ({ path, reason, severity }) => `${severity} ${path.join('.')}: ${inEnglish(reason)}`,
  );
}

const source = (differs: Partial<SourceInput>): SourceInput => ({
  name: 'end',
  topic: TOPIC,
  profile: 'pilegate',
  ...differs,
});
const plate = (differs: Partial<ContextInput> = {}): ContextInput => ({
  name: 'plate',
  topic: 'cameras/{spaceNo}',
  key: { topic: 'spaceNo' },
  fields: { plateNo: 'plate' },
  keep: 1000,
  ...differs,
});
const uses: Record<string, FieldRule> = { plateNo: { context: 'plate', key: { topic: 'deviceId' } } };

describe('a mistake in a source', () => {
  it.each<[string, Partial<SourceInput>, string]>([
    ['a bad topic', { topic: 'a/#/b' }, 'error sources.0.topic: # stands for all that follows'],
    [
      'an unknown profile',
      { profile: 'ocpp' },
      'error sources.0.profile: no profile "ocpp": pilegate, ykc-json, ykc-frame',
    ],
    [
      'neither profile nor fields',
      { profile: undefined },
      'error sources.0: a source has a profile, or fields, or both',
    ],
    [
      'an unknown encoding',
      { encoding: 'gbk' },
      'error sources.0.encoding: no encoding "gbk": utf-8, gb18030',
    ],
    ['an empty where', { where: {} }, 'error sources.0.where: an empty where'],
    [
      'paths and an expression',
      { where: { expr: 'a', b: 1 } },
      'error sources.0.where: either paths with their values or one expr',
    ],
    ['a bad path in where', { where: { 'a..b': 1 } }, 'error sources.0.where.a..b: "a..b" is not a path'],
    [
      'a bad expression in where',
      { where: { expr: 'a =' } },
      'error sources.0.where.expr: not a JSONata expression',
    ],
    ['no name', { name: ' ' }, 'error sources.0.name: the name is empty'],
    [
      'required fields without rules',
      { profile: undefined, fields: { orderNo: 'id' } },
      'error sources.0.fields: no rule for endTime',
    ],
    [
      'no device',
      { topic: 'a/+', fields: { deviceId: [] } },
      'error sources.0.fields.deviceId: an empty list',
    ],
  ])('is told: %s', (_what, differs, told) => {
    expect(issuesOf({ sources: [source(differs)] }).join('\n')).toContain(told);
  });

  it('is told where no rule and no topic level names the device', () => {
    const fields = { orderNo: 'o', plateNo: 'p', startTime: 's', endTime: 'e' };
    expect(issuesOf({ sources: [source({ profile: undefined, topic: 'a/b', fields })] })).toEqual([
      'error sources.0.fields: no rule for deviceId, which every record must have, and no {deviceId} level in the topic',
    ]);
  });
});

describe('a mistake in a rule', () => {
  it.each<[string, Record<string, FieldRule>, string]>([
    [
      'an unknown field',
      { plate: 'p' },
      'error sources.0.fields.plate: no field "plate" in a record: portName, parkId',
    ],
    ['no path', { power: 'a..b' }, 'error sources.0.fields.power: "a..b" is not a path'],
    [
      'two ways',
      { power: { path: 'a', const: '1' } },
      'exactly one of path, topic, const, device, context, expr, start; this one has path and const',
    ],
    ['no way', { power: { unit: 'kWh' } }, 'this one has none of them'],
    [
      'an unknown level',
      { power: { topic: 'gun' } },
      'error sources.0.fields.power.topic: the topic has no level {gun}; it has {deviceId}',
    ],
    [
      'an unknown unit',
      { power: { path: 'a', unit: 'fen' } },
      'error sources.0.fields.power.unit: no unit "fen" here: kWh or Wh',
    ],
    ['a unit of money', { totalMoney: { path: 'a', unit: 'jiao' } }, 'no unit "jiao" here: yuan or fen'],
    [
      'a unit of text',
      { spaceNo: { path: 'a', unit: 'kWh' } },
      'error sources.0.fields.spaceNo.unit: only amounts have a unit',
    ],
    ['a scale of a time', { startTime: { path: 'a', scale: '2' } }, 'only amounts have a scale'],
    [
      'a scale that is none',
      { power: { path: 'a', scale: '0' } },
      'error sources.0.fields.power.scale: "0" is not a decimal above zero',
    ],
    ['unit and scale', { power: { path: 'a', unit: 'Wh', scale: '2' } }, 'either unit or scale, not both'],
    [
      'an unknown time',
      { startTime: { path: 'a', time: 'gmt' } },
      'error sources.0.fields.startTime.time: no time format "gmt": auto, iso',
    ],
    [
      'a time of text',
      { orderNo: { path: 'a', time: 'iso' } },
      'error sources.0.fields.orderNo.time: only startTime and endTime',
    ],
    ['an empty constant', { spaceNo: { const: ' ' } }, 'error sources.0.fields.spaceNo.const: an empty text'],
    [
      'an unknown column',
      { spaceNo: { device: 'bay' } },
      'error sources.0.fields.spaceNo.device: the devices table has no "bay": name, spaceNo',
    ],
    [
      'a device by the table',
      { deviceId: { device: 'name' } },
      'error sources.0.fields.deviceId.device: the devices table cannot give deviceId',
    ],
    [
      'a key without a context',
      { spaceNo: { path: 'a', key: 'b' } },
      'error sources.0.fields.spaceNo.key: only a context rule has a key',
    ],
    [
      'a bad expression',
      { power: { expr: 'a +' } },
      'error sources.0.fields.power.expr: not a JSONata expression',
    ],
    [
      'a banned function',
      { power: { expr: '$eval(a)' } },
      'no $eval in an expression: it would run text of the event',
    ],
    ['another', { power: { expr: '$map(a, $random)' } }, 'no $random in an expression'],
    [
      'one of several rules',
      { power: ['a', { path: 'b..c' }] },
      'error sources.0.fields.power.1: "b..c" is not a path',
    ],
    ['no rules at all', { power: [] }, 'error sources.0.fields.power: an empty list of rules'],
  ])('is told: %s', (_what, fields, told) => {
    expect(issuesOf({ sources: [source({ fields })] }).join('\n')).toContain(told);
  });

  it.each<[string, FieldRule, string]>([
    [
      'an unknown context',
      { context: 'tag', key: 'a' },
      'error sources.0.fields.spaceNo.context: no context "tag" under contexts: there are plate',
    ],
    [
      'an unknown field',
      { context: 'plate', key: 'a' },
      'error sources.0.fields.spaceNo: the context plate has no field spaceNo: plateNo',
    ],
    [
      'an unknown named field',
      { context: 'plate', key: 'a', field: 'x' },
      'error sources.0.fields.spaceNo.field: the context plate has no field x',
    ],
    [
      'no key',
      { context: 'plate', field: 'plateNo' },
      'error sources.0.fields.spaceNo: a context rule needs a key',
    ],
    [
      'a key by context',
      { context: 'plate', field: 'plateNo', key: { context: 'plate' } },
      'error sources.0.fields.spaceNo.key: a context that supplies a key needs its own key and a field',
    ],
    [
      'a bad key',
      { context: 'plate', field: 'plateNo', key: { topic: 'x' } },
      'error sources.0.fields.spaceNo.key.topic: the topic has no level {x}',
    ],
    [
      'a rule after it',
      [{ context: 'plate', key: 'a', field: 'plateNo' }, 'b'],
      'error sources.0.fields.spaceNo.1: rules with a context come last',
    ],
  ])('about a context is told: %s', (_what, rule, told) => {
    const sources = [source({ fields: { ...uses, spaceNo: rule } })];
    expect(issuesOf({ sources, contexts: [plate()] }).join('\n')).toContain(told);
  });
});

describe('a mistake in a context', () => {
  it.each<[string, Partial<ContextInput>, string]>([
    ['a bad topic', { topic: 'a+' }, 'error contexts.0.topic: + and # must be whole levels'],
    [
      'a bad level',
      { key: { topic: 'x' } },
      'error contexts.0.key.topic: the topic has no level {x}; it has {spaceNo}',
    ],
    [
      'a bad level in where',
      { where: { expr: '$topic.aera = 1' } },
      'error contexts.0.where.expr: the topic has no level {aera}; it has {spaceNo}',
    ],
    [
      'a device',
      { key: { device: 'spaceNo' } },
      'error contexts.0.key.device: no device rule here: path, topic, const, expr',
    ],
    [
      'a context',
      { fields: { plateNo: { context: 'plate', key: 'a' } } },
      'error contexts.0.fields.plateNo.context: no context rule here',
    ],
    ['no fields', { fields: {} }, 'error contexts.0.fields: a context without fields supplies nothing'],
    [
      'a bad unit',
      { fields: { plateNo: 'p', x: { path: 'x', unit: 'jiao' } } },
      'error contexts.0.fields.x.unit: no unit "jiao"',
    ],
    ['a bad path', { fields: { plateNo: '..' } }, 'error contexts.0.fields.plateNo: ".." is not a path'],
  ])('is told: %s', (_what, differs, told) => {
    expect(
      issuesOf({ sources: [source({ fields: uses })], contexts: [plate(differs)] }).join('\n'),
    ).toContain(told);
  });
});

describe('what looks like a mistake', () => {
  it('is a context that nobody uses', () => {
    expect(issuesOf({ contexts: [plate()] })).toEqual([
      'warning contexts.0.name: no source uses the context plate: { context: plate, key: ... }',
    ]);
  });

  it('is a second source that gets nothing, or less', () => {
    const second = source({ name: 'other', topic: 'piles/+/session/#' });
    const told = [
      'warning sources.1.topic: the source end takes messages of this topic too, and comes first',
    ];
    expect(issuesOf({ sources: [source({}), second] })).toEqual([expect.stringContaining(told[0] ?? '')]);
    expect(
      issuesOf({ sources: [source({ where: { a: 1 } }), source({ name: 'b', where: { a: 1 } })] }),
    ).toHaveLength(1);
  });

  it('is not a second source for what the first one leaves', () => {
    expect(issuesOf({ sources: [source({ where: { a: 1 } }), source({ name: 'b' })] })).toEqual([]);
    expect(issuesOf({ sources: [source({}), source({ name: 'b', topic: 'other/{deviceId}' })] })).toEqual([]);
  });

  it('is a device rule that no device satisfies', () => {
    const sources = [source({ fields: { spaceNo: { device: 'spaceNo' } } })];
    expect(issuesOf({ sources, devices: { D001: { name: 'n' } } })).toEqual([
      'warning sources.0.fields.spaceNo.device: no device in the devices table has a spaceNo',
    ]);
    expect(issuesOf({ sources, devices: { D001: { spaceNo: 'A' } } })).toEqual([]);
  });

  it('is a device that the table does not have', () => {
    const sources = [source({ fields: { deviceId: { const: 'D9' } } })];
    expect(issuesOf({ sources, devices: { D001: { name: 'n' } } })).toEqual([
      'warning sources.0.fields.deviceId.const: device "D9" is not under devices',
    ]);
  });
});

describe('the whole', () => {
  it('has each name once, among sources and contexts', () => {
    const sources = [source({}), source({ topic: 'b/{deviceId}' })];
    expect(issuesOf({ sources })).toEqual([
      'error sources.1.name: the name "end" is there twice: one source or context each',
    ]);
    expect(issuesOf({ sources: [source({ fields: uses, name: 'plate' })], contexts: [plate()] })).toEqual([
      expect.stringContaining('error contexts.0.name: the name "plate" is there twice'),
    ]);
  });

  it('has a source and a time zone', () => {
    expect(issuesOf({ sources: [], timeZone: 'Mars/North' })).toEqual([
      'error station.timeZone: no time zone "Mars/North", such as Asia/Shanghai',
      'error sources: without a source no event becomes a record',
    ]);
  });

  it('is told all at once, and a mapping is there nevertheless', () => {
    const fields = { power: { path: 'a', unit: 'x' }, plate: 'p', totalMoney: { expr: '(' }, spaceNo: '..' };
    const { mapping, issues } = compileMapping(input({ sources: [source({ topic: '', fields })] }));
    expect(issues.map(({ path }) => path)).toEqual([
      ['sources', 0, 'topic'],
      ['sources', 0, 'fields', 'plate'],
      ['sources', 0, 'fields', 'spaceNo'],
      ['sources', 0, 'fields', 'power', 'unit'],
      ['sources', 0, 'fields', 'totalMoney', 'expr'],
    ]);
    expect(mapping.filters).toEqual({ sources: [], contexts: [] });
  });

  it('subscribes to each filter once, contexts apart', () => {
    const sources = [source({ fields: uses, where: { a: 1 } }), source({ name: 'b' })];
    const { mapping, issues } = compileMapping(input({ sources, contexts: [plate()] }));
    expect(issues).toEqual([]);
    expect(mapping.filters).toEqual({ sources: ['piles/+/session/end'], contexts: ['cameras/+'] });
  });
});
