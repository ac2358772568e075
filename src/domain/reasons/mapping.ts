import type { Reason } from './param.ts';

/** Why an event is no record, or an odd one: the codes of mapping. Quoted texts are shortened already (`quoted`). */
export interface MappingReasons {
  // Amounts.
  readonly 'amount.not-number': { readonly text: string };
  readonly 'amount.negative': { readonly text: string };
  readonly 'amount.too-large': { readonly text: string };
  readonly 'amount.unit': { readonly text: string; readonly unit: string; readonly expected: string };

  // Times.
  readonly 'time.not-local': { readonly text: string };
  readonly 'time.not-iso': { readonly text: string };
  readonly 'time.no-offset': { readonly text: string };
  readonly 'time.not-any': { readonly text: string };
  readonly 'time.not-epoch': { readonly text: string; readonly unit: string };
  readonly 'time.is-seconds': { readonly text: string };
  readonly 'time.is-milliseconds': { readonly text: string };
  readonly 'time.digits': { readonly text: string; readonly count: number };
  readonly 'time.not-picture': { readonly text: string; readonly picture: string };
  readonly 'time.year': { readonly text: string };
  readonly 'time.never-set': { readonly text: string };
  readonly 'time.not-duration': { readonly text: string };
  readonly 'time.no-start': Record<never, never>;
  readonly 'time.end-before-start': { readonly start: string; readonly end: string };
  /** `ms`: how far the end lies ahead of, or behind, its arrival, milliseconds; `end`: as the record has it. */
  readonly 'end-ahead': { readonly ms: number; readonly end: string };
  readonly 'end-behind': { readonly ms: number; readonly end: string };

  // Plates.
  readonly 'plate-odd': { readonly oddity: Reason };
  readonly 'plate-odd.province': Record<never, never>;
  readonly 'plate-odd.letter': Record<never, never>;
  readonly 'plate-odd.length': { readonly length: number };
  readonly 'plate-odd.new-energy': Record<never, never>;
  readonly 'plate-odd.characters': Record<never, never>;

  // Messages.
  readonly 'event.too-large': { readonly bytes: number; readonly limit: number };

  // Texts.
  readonly 'text.long': { readonly text: string; readonly length: number; readonly max: number };
  readonly 'text.control': { readonly text: string };
  readonly 'text.expected': { readonly got: string };

  // Decoding the payload.
  readonly 'decode.step': { readonly step: number; readonly name: string; readonly why: Reason };
  readonly 'decode.too-large': { readonly bytes: number; readonly max: number };
  readonly 'decode.not-text': { readonly encoding: string };
  readonly 'decode.empty': Record<never, never>;
  readonly 'decode.not-json': { readonly why: string };
  readonly 'decode.bare-nan': Record<never, never>;
  readonly 'decode.too-deep': { readonly max: number };
  readonly 'decode.line': { readonly line: number; readonly why: Reason };
  readonly 'decode.too-many': { readonly count: number; readonly max: number };
  readonly 'decode.not-form': { readonly text: string };
  readonly 'decode.not-hex': { readonly text: string };
  readonly 'decode.odd-hex': { readonly digits: number };
  readonly 'decode.not-base64': { readonly text: string };
  readonly 'decode.not-gzip': { readonly why: string };
  readonly 'decode.gzip-large': { readonly max: number };
  readonly 'decode.nothing-at': { readonly path: string };
  readonly 'decode.expected-text': { readonly got: string };
  readonly 'decode.expected-bytes': { readonly got: string };
  readonly 'ykc.none': { readonly start: string };
  readonly 'ykc.looks-hex': Record<never, never>;
  readonly 'ykc.looks-base64': Record<never, never>;
  readonly 'ykc.looks-json': Record<never, never>;
  readonly 'ykc.checksum': { readonly at: number; readonly got: string; readonly expected: string };
  readonly 'ykc.encrypted': Record<never, never>;
  readonly 'ykc.cut': { readonly at: number; readonly bytes: number; readonly length: number };
  readonly 'ykc.layout': { readonly type: string; readonly length: number };
  readonly 'ykc.rest': { readonly frame: string; readonly why: Reason };

  // Lists.
  readonly 'list.no-each': { readonly each: string; readonly count: number; readonly why: Reason };
  readonly 'list.not': { readonly path: string; readonly got: string };
  readonly 'list.empty': Record<never, never>;
  readonly 'list.element': { readonly index: number; readonly why: Reason };
  readonly 'list.supplied': { readonly count: number };
  readonly 'list.supplied-no-each': { readonly each: string; readonly count: number };

  // Which events are meant.
  readonly 'event.untaken': Record<never, never>;
  readonly 'event.not-taken-today': Record<never, never>;
  readonly 'event.where': { readonly path: string; readonly value: string };
  readonly 'event.where-expression': Record<never, never>;
  readonly 'event.no-energy': { readonly power: string; readonly below: string };
  readonly 'event.short': { readonly seconds: number; readonly min: number };
  readonly 'event.failed-start': Record<never, never>;
  readonly 'event.retained': Record<never, never>;
  readonly 'event.defect': { readonly why: string };

  // Rules over an event.
  readonly 'rule.nothing-at': { readonly path: string };
  readonly 'rule.level-empty': { readonly name: string };
  readonly 'rule.device-unknown': { readonly column: string };
  readonly 'rule.device-lacks': { readonly device: string; readonly column: string };
  readonly 'rule.device-unlisted': { readonly device: string; readonly column: string };
  readonly 'rule.const-empty': Record<never, never>;
  readonly 'rule.none': Record<never, never>;
  readonly 'rule.all': { readonly whys: readonly Reason[] };
  readonly 'rule.supplied': { readonly why: Reason };
  readonly 'rule.supplied-empty': Record<never, never>;
  readonly 'expression.failed': { readonly why: Reason };
  readonly 'expression.where': { readonly why: Reason };
  readonly 'expression.over-payload': { readonly why: Reason };
  readonly 'expression.nothing': { readonly expression: string };
  readonly 'expression.gives': { readonly got: string };
  readonly 'expression.inexact': Record<never, never>;
  readonly 'expression.long': { readonly length: number };
  readonly 'expression.error': { readonly message: string };
  readonly 'expression.error-at': { readonly message: string; readonly at: number; readonly near: string };
  readonly 'expression.slow': { readonly ms: number };
  readonly 'expression.memory': { readonly mib: number };
  readonly 'expression.no-end': Record<never, never>;
  readonly 'context.no-key': { readonly context: string; readonly why: Reason };
  readonly 'context.value': { readonly context: string; readonly key: string; readonly why: Reason };
  readonly 'context.fact-keyless': { readonly why: Reason };
  readonly 'context.key-long': { readonly length: number; readonly max: number };
  readonly 'context.fact-empty': Record<never, never>;
  readonly 'context.over': { readonly missing: readonly Reason[]; readonly seconds: number };
  readonly 'context.lacks': { readonly field: string; readonly context: string; readonly key: string };

  // Another event of the same order.
  readonly 'conflict.first-stands': { readonly state: string; readonly differs: readonly Reason[] };
  readonly 'conflict.differs': { readonly field: string; readonly first: string; readonly here: string };
  readonly 'conflict.expired': Record<never, never>;
  readonly 'conflict.pruned': Record<never, never>;
  readonly 'field.stays-empty': { readonly field: string; readonly why: Reason };
}
