import type { MappingReasons } from '../../domain/reasons/mapping.ts';
import type { TextsOf } from '../texts.ts';
import { aheadGuess, behindGuess } from './guesses.ts';
import { duration } from './time.ts';

function written(text: string): string {
  return text === '' ? 'empty' : `"${text}"`;
}

/** Why an event is no record, or an odd one, in English. */
export const mappingReasons: TextsOf<MappingReasons> = {
  'amount.not-number': ({ text }) => `${text} is no number`,
  'amount.negative': ({ text }) => `${text} is negative`,
  'amount.too-large': ({ text }) => `${text} is more than any charging session's`,
  'amount.unit': ({ text, unit, expected }) =>
    `${text} is in ${unit}, expected ${expected || 'a bare number'}`,

  'time.not-local': ({ text }) => `${text} is no local time like 2026-11-24 08:00:00`,
  'time.not-iso': ({ text }) => `${text} is no ISO time, like 2026-11-24T08:00:00+08:00`,
  'time.no-offset': ({ text }) =>
    `${text} has no offset (time: local takes the station's zone), like 2026-11-24T08:00:00+08:00`,
  'time.not-any': ({ text }) =>
    `${text} is no time: expected one like 2026-11-24 08:00:00, 20261124080000, 2026-11-24T08:00:00+08:00, or epoch seconds or milliseconds; for any other form give its picture, such as time: "dd.MM.yyyy HH:mm"`,
  'time.not-epoch': ({ text, unit }) => `${text} is no epoch time (${unit})`,
  'time.is-seconds': ({ text }) => `${text} looks like seconds, not milliseconds (time: unix-s)`,
  'time.is-milliseconds': ({ text }) => `${text} looks like milliseconds, not seconds (time: unix-ms)`,
  'time.digits': ({ text, count }) =>
    `${text} has ${count} digits: expected 10 (epoch seconds), 13 (epoch milliseconds) or 14 (yyyyMMddHHmmss)`,
  'time.not-picture': ({ text, picture }) => `${text} is not written as ${picture}`,
  'time.year': ({ text }) => `${text} is beyond the year 9999`,
  'time.never-set': ({ text }) => `${text} is before 2015: the clock of the device was never set`,
  'time.not-duration': ({ text }) => `${text} is no duration: expected a number, or HH:mm:ss`,
  'time.no-start': () => 'the start that the duration is added to is not known',
  'time.end-before-start': ({ start, end }) => `the session ends at ${end}, before its start at ${start}`,
  'end-ahead': ({ ms, end }) =>
    `the session ends at ${end}, ${duration(ms)} after it arrived${aheadGuess(ms)}`,
  'end-behind': ({ ms, end }) =>
    `the session ended at ${end}, ${duration(ms)} before it arrived${behindGuess(ms)}`,

  'plate-odd': ({ oddity }, say) => `odd plate: ${say(oddity)}`,
  'plate-odd.province': () => 'it does not begin with a province',
  'plate-odd.letter': () => 'its second character is no letter',
  'plate-odd.length': ({ length }) => `${length} characters, where 7 (ordinary) or 8 (new energy) are usual`,
  'plate-odd.new-energy': () =>
    '8 characters without the letter of a new energy plate (A to H, J, K; third or last)',
  'plate-odd.characters': () => 'it holds characters that plates do not have',

  'text.long': ({ text, length, max }) => `${text} has ${length} characters, more than ${max}`,
  'text.control': ({ text }) => `${text} holds a control, invisible or broken character`,
  'text.expected': ({ got }) => `expected a text or a number, got ${got}`,

  'decode.step': ({ step, name, why }, say) => `decode step ${step} (${name}): ${say(why)}`,
  'decode.too-large': ({ bytes, max }) => `the payload has ${bytes} bytes; at most ${max} are read`,
  'decode.not-text': ({ encoding }) =>
    `the payload is not ${encoding} text${encoding === 'utf-8' ? ' (an older controller? set encoding: gb18030)' : ''}`,
  'decode.empty': () => 'the payload is empty',
  'decode.not-json': ({ why }) => `the payload is no JSON: ${why}`,
  'decode.bare-nan': () =>
    'the payload is no JSON: NaN or Infinity stands in it; decode: [{ json: lenient }] reads it as null',
  'decode.too-deep': ({ max }) => `the JSON is nested more than ${max} deep`,
  'decode.line': ({ line, why }, say) => `line ${line}: ${say(why)}`,
  'decode.too-many': ({ count, max }) => `there are ${count} entries; at most ${max} are read`,
  'decode.not-form': ({ text }) => `${text} is no form: expected name=value&name=value`,
  'decode.not-hex': ({ text }) => `${text} is no hex text: expected pairs of 0-9 and A-F`,
  'decode.odd-hex': ({ digits }) => `${digits} hex digits, an odd number: the text is cut off`,
  'decode.not-base64': ({ text }) => `${text} is no Base64 text`,
  'decode.not-gzip': ({ why }) => `the bytes are no gzip: ${why}`,
  'decode.gzip-large': ({ max }) => `what is packed has more than ${max} bytes`,
  'decode.nothing-at': ({ path }) => `there is nothing at ${path}`,
  'decode.expected-text': ({ got }) => `expected text, got ${got}`,
  'decode.expected-bytes': ({ got }) => `expected bytes, got ${got}`,
  'ykc.none': ({ start }) =>
    `no transaction record (frame 68 … 3B) in these bytes, which begin with ${start}`,
  'ykc.looks-hex': () => 'the bytes are hex text: put the step hex before ykc',
  'ykc.looks-base64': () => 'the bytes are Base64 text: put the step base64 before ykc',
  'ykc.looks-json': () => 'the bytes are JSON: put the steps json, { at: path } and hex or base64 before ykc',
  'ykc.checksum': ({ at, got, expected }) =>
    `the record at byte ${at} is damaged: its checksum is ${got}, computed ${expected}`,
  'ykc.encrypted': () =>
    'the record is encrypted (flag 01): only the platform with its key can read it; ask it to publish the record decrypted',
  'ykc.cut': ({ at, bytes, length }) =>
    `the record at byte ${at} is cut off: ${bytes} of ${length} bytes (does the DTU split packets?)`,
  'ykc.layout': ({ type, length }) =>
    `a record of type ${type} with a body of ${length} bytes is not known (3B: 156, 158 or 174; 3D: 201)`,
  'ykc.rest': ({ frame, why }, say) => `${say(why)}; frame ${frame}`,

  'list.no-each': ({ each, count, why }, say) =>
    `${say(why)}; the payload has a list of ${count} ${each === '.' ? 'as its body' : `at ${each}`}: set each: ${JSON.stringify(each)} to make a record of each element`,
  'list.not': ({ path, got }) =>
    `expected a list ${path === '.' ? 'as the body' : `at ${path}`} (each), got ${got}`,
  'list.empty': () => 'the list is empty',
  'list.element': ({ index, why }, say) => `element [${index}]: ${say(why)}`,
  'list.supplied-no-each': ({ each, count }) =>
    `the event is a list of ${count} sessions: one value cannot serve all of them; set each: ${JSON.stringify(each)}, replay it without --set, then supply values for the elements that stay`,
  'list.supplied': ({ count }) =>
    `the event is a list of ${count} sessions: one value cannot serve all of them; replay it without --set, then supply values for the elements that stay`,

  'event.too-large': ({ bytes, limit }) =>
    `the message has ${bytes} bytes, at most ${limit} are read: raise mqtt.maxPacket, or have less published on this topic`,
  'event.untaken': () => 'no source or context takes this topic',
  'event.not-taken-today': () =>
    "today's config makes no record of this event: no source takes its topic, or its `where` does not hold",
  'event.where': ({ path, value }) => `where ${path} is ${value} does not hold`,
  'event.where-expression': () => 'the where expression is not true',
  'event.no-energy': ({ power, below }) => `${power} kWh is below ${below} kWh (ignore.energyBelow)`,
  'event.short': ({ seconds, min }) => `${seconds} s is shorter than ${min} s (ignore.shorterThan)`,
  'event.failed-start': () => 'a failed start: no energy and no amount',
  'event.retained': () => 'a retained message (retained: ignore)',
  'event.defect': ({ why }) => `a defect of pilegate: ${why}`,

  'rule.nothing-at': ({ path }) => `there is nothing at ${path}`,
  'rule.level-empty': ({ name }) => `the topic's level {${name}} is empty`,
  'rule.device-unknown': ({ column }) => `the device, whose ${column} it is, is not known`,
  'rule.device-lacks': ({ device, column }) => `device ${device} has no ${column} under devices: give it one`,
  'rule.device-unlisted': ({ device, column }) =>
    `device ${device} is not under devices: add it with its ${column}`,
  'rule.const-empty': () => 'the const is empty',
  'rule.none': () => 'it has no rule',
  'rule.all': ({ whys }, say) => whys.map(say).join('; '),
  'rule.supplied': ({ why }, say) => `the supplied value: ${say(why)}`,
  'rule.supplied-empty': () => 'the supplied value is empty',
  'expression.failed': ({ why }, say) => `the expression ${say(why)}`,
  'expression.where': ({ why }, say) => `the expression of where ${say(why)}`,
  'expression.over-payload': ({ why }, say) => `the expressions over the payload: ${say(why)}`,
  'expression.nothing': ({ expression }) => `the expression ${expression} gives nothing`,
  'expression.gives': ({ got }) => `gives ${got} where a text or a number is expected`,
  'expression.inexact': () => 'gives a number that is not exact',
  'expression.long': ({ length }) => `gives a text of ${length} characters`,
  'expression.error': ({ message }) => `fails: ${message}`,
  'expression.error-at': ({ message, at, near }) =>
    `fails at character ${at}, near ${JSON.stringify(near)}: ${message}`,
  'expression.slow': ({ ms }) => `they took longer than ${ms} ms`,
  'expression.memory': ({ mib }) => `they took more than ${mib} MiB of memory`,
  'expression.no-end': () => 'did not end',
  'context.no-key': ({ context, why }, say) =>
    `it comes from the context ${context}, and there is no key for that: ${say(why)}`,
  'context.value': ({ context, key, why }, say) =>
    `the context ${context} gives a value for ${key}: ${say(why)}`,
  'context.fact-keyless': ({ why }, say) => `it has no key: ${say(why)}`,
  'context.key-long': ({ length, max }) => `its key has ${length} characters, more than ${max}`,
  'context.fact-empty': () => 'it has none of the fields',
  'context.over': ({ missing, seconds }, say) =>
    `nothing supplied ${missing.map(say).join(', ')} within ${seconds} s of the event`,
  'context.lacks': ({ field, context, key }) => `${field} (context ${context}, key ${key})`,
  'conflict.first-stands': ({ state, differs }, say) =>
    `another event of this order came first and stands (${state}): ${differs.length === 0 ? 'it gave other fields' : differs.map(say).join('; ')}`,
  'conflict.differs': ({ field, first, here }) => `${field} is ${written(first)}, here ${written(here)}`,
  'conflict.expired': () =>
    'another event of this order came first and waited in vain for what it lacks: it lies in quarantine (expired); replay or discard one of the two',
  'conflict.pruned': () => 'this order was delivered long ago with other content; the first stands',
  'field.stays-empty': ({ field, why }, say) => `${field} stays empty: ${say(why)}`,
};
