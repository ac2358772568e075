import type { CaseReasons } from '../../domain/reasons/cases.ts';
import type { TextsOf } from '../texts.ts';

/** What is wrong with a case file, in English. */
export const caseReasons: TextsOf<CaseReasons> = {
  'case.no-payload': ({ keys }) => `has no payload: name one of ${keys}`,
  'case.two-payloads': ({ key }) => `is there besides ${key}: name one of them`,
  'case.empty-payload': () => 'is empty: write "" for an empty payload, or "null" for the JSON null',
  'case.number-not-json': () =>
    'holds a number that JSON does not have: quote it, or write the payload as text',
  'case.hex': () => 'must be pairs of hexadecimal digits, such as "68 A2"',
  'case.base64': () => 'must be base64',
  'case.wildcard': () => 'has a wildcard: name the topic that one message is published on',
  'case.out-of-order': () => 'is before that of the message above it: put them in order',
  'case.until-too-early': () => 'is before the last message: put it later, or leave it out',
  'case.not-a-time': () => 'is not a time: write one such as 2026-11-29T08:00:00+08:00',
  'case.not-utf8': () => 'not UTF-8 text: save the file as UTF-8',
  'case.too-large': ({ bytes, allowed }) =>
    `the file has ${bytes} bytes, allowed is ${allowed}: it is not a case file`,
};
