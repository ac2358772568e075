/**
 * Why something is so, as data: a code with parameters, made where it arises, stored as such, and put into words only
 * where a person is shown it (`src/i18n`). Code decides by codes, never by wording.
 */

import type { CaseReasons } from './reasons/cases.ts';
import type { ConfigReasons } from './reasons/config.ts';
import type { GateReasons } from './reasons/gate.ts';
import type { MappingReasons } from './reasons/mapping.ts';
import type { NetReasons } from './reasons/net.ts';
import type { OutboxReasons } from './reasons/outbox.ts';
import type { Reason, ReasonParam } from './reasons/param.ts';
import type { RuleReasons, WayReasons } from './reasons/rules.ts';
import type { StorageReasons } from './reasons/storage.ts';

export type { Reason, ReasonParam } from './reasons/param.ts';

/** The parameters of each code. Each room's codes stand in a file of their own under `reasons/`. */
export interface ReasonParams
  extends OutboxReasons,
    NetReasons,
    GateReasons,
    MappingReasons,
    RuleReasons,
    WayReasons,
    StorageReasons,
    ConfigReasons,
    CaseReasons {
  /** What version 0.1 stored, in English: shown as it is in every language. */
  readonly prose: { readonly text: string };
}

/** A code that this version makes. */
export type ReasonCode = keyof ReasonParams;

/** Makes a reason: the code says which parameters it takes. */
export function reason<C extends ReasonCode>(code: C, params: ReasonParams[C]): Reason {
  return { code, params: { ...params } };
}

/** How a stored reason begins that is not prose. */
const BEGINNING = '{"code":';

/** A reason as it is stored: JSON, but prose as it is. */
export function storedReason(why: Reason): string {
  const { text } = why.params;
  if (why.code === 'prose' && typeof text === 'string' && !text.startsWith(BEGINNING)) return text;
  return JSON.stringify(why);
}

/** Reads what {@link storedReason} wrote; any other text is what version 0.1 stored, and becomes `prose`. Never throws. */
export function readReason(text: string): Reason {
  if (text.startsWith(BEGINNING)) {
    try {
      const value: unknown = JSON.parse(text);
      if (isReason(value)) return value;
    } catch {
      // Prose that happens to begin alike.
    }
  }
  return reason('prose', { text });
}

/** Whether a value read from JSON is a reason. */
export function isReason(value: unknown): value is Reason {
  return (
    typeof value === 'object' &&
    value !== null &&
    'code' in value &&
    typeof value.code === 'string' &&
    'params' in value &&
    typeof value.params === 'object' &&
    value.params !== null &&
    !Array.isArray(value.params) &&
    Object.values(value.params).every(isParam)
  );
}

function isParam(value: unknown): value is ReasonParam {
  if (value === undefined || ['string', 'number', 'boolean'].includes(typeof value)) return true;
  return Array.isArray(value) ? value.every(isParam) : isReason(value);
}

/** A reason in a stored JSON value: the object, or the text that version 0.1 wrote; undefined where there is none. */
export function reasonIn(value: unknown): Reason | undefined {
  if (typeof value === 'string') return value === '' ? undefined : readReason(value);
  return isReason(value) ? value : undefined;
}
