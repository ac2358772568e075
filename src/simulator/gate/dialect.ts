import type { Rule } from './rules.ts';

/**
 * How a gate answers. `strict` is the interface document's way; the others are real receivers: Go with a plain
 * mux (failures under 200), Go with gin (capital letters, failures under 400 and 500), PHP (text/html, messages
 * unescaped, empty values signed).
 */
export const DIALECTS = ['strict', 'mux', 'gin', 'php'] as const;

/** One of {@link DIALECTS}. */
export type Dialect = (typeof DIALECTS)[number];

/** A response as it is written. */
export interface Reply {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  /** The `Retry-After` header. */
  readonly retryAfter?: string;
}

const JSON_TYPE = 'application/json; charset=utf-8';
const DONE = '充电记录处理成功';

/** Whether receivers of this dialect sign empty values, against the document. */
export function signsEmptyFields(dialect: Dialect): boolean {
  return dialect === 'php';
}

/** The answer to a record taken, for the first or another time. */
export function success(dialect: Dialect): Reply {
  if (dialect === 'php') return { status: 200, type: 'text/html; charset=UTF-8', body: '{"result":0}' };
  if (dialect === 'strict') return { status: 200, type: JSON_TYPE, body: '{"result":0}' };
  const fields = dialect === 'gin' ? { Result: 0, Description: DONE } : { result: 0, description: DONE };
  return { status: 200, type: JSON_TYPE, body: JSON.stringify(fields) };
}

/**
 * The answer to a record refused.
 *
 * @param rule the rule it breaks; undefined where the gate refuses it for reasons of its own
 */
export function refusal(dialect: Dialect, rule: Rule | undefined, description: string): Reply {
  if (dialect === 'php') {
    const body = `{"result":1, "description":"${description}"}`;
    return { status: 200, type: 'text/html; charset=UTF-8', body };
  }
  if (dialect === 'gin') {
    const body = JSON.stringify({ Result: 1, Description: description });
    return { status: rule === undefined ? 500 : 400, type: JSON_TYPE, body };
  }
  return { status: 200, type: JSON_TYPE, body: JSON.stringify({ result: 1, description }) };
}
