import type { RuleReasons, WayReasons } from '../../domain/reasons/rules.ts';
import type { TextsOf } from '../texts.ts';

const DURATION = '{ start: startTime, plus: payload.duration }';

/** Mistakes in the rules of a config, in English. */
export const ruleReasons: TextsOf<RuleReasons> = {
  'rules.dialect-needs': ({ field, dialect, instead }) =>
    `no rule gives ${field}, which gate.dialect ${dialect} requires: ${instead} is sent in its place`,
  'rules.no-source': () => 'without a source no event becomes a record',
  'rules.name-empty': () => 'the name is empty',
  'rules.name-twice': ({ name }) => `the name ${name} is there twice: one source or context each`,
  'rules.overlap': ({ source }) =>
    `the source ${source} takes messages of this topic too, and comes first: it gets them (tell them apart by where)`,
  'rules.shared-context': ({ source }) =>
    `takes messages of the source ${source} too: with mqtt.shareGroup, which does not share contexts, every adapter would then take every session; have them published on topics of their own`,
  'rules.time-zone': ({ found }) => `no time zone ${found}, such as Asia/Shanghai`,
  'rules.profile-unknown': ({ found, allowed }) => `no profile ${found}: ${allowed}`,
  'rules.no-fields': () =>
    'a source has a profile, or fields, or both (fields then replace single rules of the profile)',
  'rules.encoding': ({ found, allowed }) => `no encoding ${found}: ${allowed}`,
  'rules.where-empty': () => 'an empty where: give a path and its value, or an expr',
  'rules.where-both': () => 'either paths with their values or one expr, not both',
  'rules.where-context': () => 'no $context in where: which events are meant cannot wait for a context',
  'rules.path': ({ found }) => `${found} is not a path such as payload.list[0]["a name"].x`,
  'rules.each-path': ({ found }) =>
    `${found} is not a path such as payload.records, nor "." for the body itself`,
  'rules.steps-empty': () => 'an empty list of steps: leave decode out',
  'rules.steps-many': ({ count, most }) => `${count} steps, allowed are ${most}`,
  'rules.step-unknown': ({ found, allowed }) =>
    `no step ${found}: ${allowed}, or { at: path }, { json: path }, { hex: path }, { base64: path }`,
  'rules.step-form': ({ plain, paths }) =>
    `a step is one of ${plain}, or exactly one of ${paths} with a path`,
  'rules.step-path-first': () => 'a path needs a body: put json or form before it',
  'rules.step-bytes-last': ({ step }) =>
    `${step} leaves bytes, of which rules read nothing: add json, form or ykc behind it`,
  'rules.topic-empty': () => 'the topic is empty',
  'rules.topic-share': () => 'no $share/ here: set mqtt.shareGroup',
  'rules.topic-nul': () => 'a topic cannot hold the character NUL',
  'rules.topic-long': () => 'a topic is at most 65535 bytes long',
  'rules.topic-rest': () => '# stands for all that follows: it can only be the last level',
  'rules.topic-name': ({ found }) =>
    `the level ${found} must be a whole {name}: a letter, then letters, digits and _`,
  'rules.topic-wildcard': ({ found }) => `+ and # must be whole levels, not part of ${found}`,
  'rules.topic-level-twice': ({ name }) => `the level {${name}} is there twice`,
  'rules.topic-no-level': ({ name, levels }) =>
    `the topic has no level {${name}}; it has ${levels === '' ? 'no {name} level' : levels}`,
  'rules.field-unknown': ({ found, allowed }) => `no field ${found} in a record: ${allowed}`,
  'rules.field-missing': ({ field }) => `no rule for ${field}, which every record must have`,
  'rules.device-id-missing': () =>
    'no rule for deviceId, which every record must have, and no {deviceId} level in the topic',
  'rules.list-empty': ({ of }) => `an empty list of rules${of === 'field' ? ': leave the field out' : ''}`,
  'rules.way': ({ ways, found }) =>
    `a rule has exactly one of ${ways}; this one has ${found.length === 0 ? 'none of them' : found.join(' and ')}`,
  'rules.way-here': ({ way, allowed }) => `no ${way} rule here: ${allowed}`,
  'rules.only-context': ({ key }) => `only a context rule has a ${key}`,
  'rules.context-last': () => 'rules with a context come last: nothing waits for them otherwise',
  'rules.context-key': () => 'a context rule needs a key, such as { device: spaceNo } or { topic: deviceId }',
  'rules.context-chain': () =>
    'a context that supplies a key needs its own key and a field: { context: reply, key: transactionId, field: messageId }',
  'rules.context-unknown': ({ found, known }) =>
    `no context ${found} under contexts: there are ${known === '' ? 'none' : known}`,
  'rules.context-field': ({ context, field, allowed }) =>
    `the context ${context} has no field ${field}: ${allowed}`,
  'rules.context-no-key': ({ context }) =>
    `$context.${context} has no key: add contexts: { ${context}: … } to the source`,
  'rules.context-no-fields': () => 'a context without fields supplies nothing',
  'rules.context-unused': ({ context }) =>
    `no source uses the context ${context}: { context: ${context}, key: ... }`,
  'rules.context-elsewhere': () =>
    '$context is for the fields of a source alone: what it gives may come later',
  'rules.context-bare': () =>
    '$context is read as $context.NAME.FIELD: a context of the source, and one of its fields',
  'rules.plus-alone': () => `plus needs start beside it: ${DURATION}`,
  'rules.start-alone': () => `start needs plus, the rule for the duration: ${DURATION}`,
  'rules.start-elsewhere': () => `only endTime is made so: ${DURATION}`,
  'rules.device-column': ({ field }) => `the devices table cannot give ${field}: it is read by the deviceId`,
  'rules.device-column-unknown': ({ found, allowed }) => `the devices table has no ${found}: ${allowed}`,
  'rules.device-column-empty': ({ column }) => `no device in the devices table has a ${column}`,
  'rules.device-unlisted': ({ found }) => `device ${found} is not under devices`,
  'rules.const-empty': () => 'an empty text says nothing: leave the rule out',
  'rules.unit-or-scale': () => 'either unit or scale, not both',
  'rules.unit': ({ found, allowed }) => `no unit ${found} here: ${allowed.join(' or ')}`,
  'rules.scale': ({ found }) => `${found} is not a decimal above zero, such as "0.0001"`,
  'rules.only-amounts': ({ key }) => `only amounts have a ${key}`,
  'rules.only-times': () => 'only startTime and endTime have a time format',
  'rules.time-format': ({ found, allowed, unknown, lacks }) =>
    `no time format ${found}: ${allowed}; as a picture such as yyyy/MM/dd H:mm:ss it ${unknown === undefined ? `lacks ${lacks}` : `has ${unknown}`}`,
  'rules.duration-unit': ({ found, allowed }) => `no unit ${found} of a duration: ${allowed}`,
  'rules.expression': ({ error, at, near }) =>
    `not a JSONata expression: ${error}${at === undefined ? '' : ` (at character ${at}: ${near})`}`,
  'rules.expression-banned': ({ name, unsafe }) =>
    `no $${name} in an expression: ${unsafe ? 'it would run text of the event as an expression' : 'the same event would not give the same record again'}`,
  'rules.expression-name': ({ name, meant }) =>
    `there is no name ${name}${meant === undefined ? '' : `; did you mean ${meant}?`}`,
};

/** Where the value of a field is from, in English. */
export const wayReasons: TextsOf<WayReasons> = {
  'way.topic-level': ({ name }) => `topic level {${name}}`,
  'way.device-column': ({ column }) => `${column} in the devices table`,
  'way.context-field': ({ context, field }) => `${field} of the context ${context}`,
  'way.asks': ({ context, key }) => `asks the context ${context} for ${key}`,
  'way.asks-through': ({ context, by, key }) =>
    `finds the key in the context ${by} by ${key}, then asks the context ${context}`,
  'way.supplied': () => 'supplied',
  'way.config': ({ key }) => `${key} of the config`,
  'way.devices-table': () => 'devices table',
  'way.device-id': () => "the device's id: it has no name",
  'way.unknown': () => 'unknown',
};
