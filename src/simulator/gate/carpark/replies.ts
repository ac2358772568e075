import { JSON_TYPE, jsonReply, type Reply, type Rule } from '../receiver.ts';

/**
 * How a gate of the document's dialect answers. `strict` is the interface document's way; the others are real
 * receivers: Go with a plain mux (failures under 200), Go with gin (capital letters, failures under 400 and 500), PHP
 * (text/html, messages unescaped, empty values signed).
 */
export const STYLES = ['strict', 'mux', 'gin', 'php'] as const;

/** One of {@link STYLES}. */
export type Style = (typeof STYLES)[number];

const DONE = '充电记录处理成功';

/** Whether receivers of this style sign empty values, against the document. */
export function signsEmptyFields(style: Style): boolean {
  return style === 'php';
}

/** The answer to a record taken, for the first or another time. */
export function success(style: Style): Reply {
  if (style === 'php') return { status: 200, type: 'text/html; charset=UTF-8', body: '{"result":0}' };
  if (style === 'strict') return jsonReply({ result: 0 });
  return jsonReply(style === 'gin' ? { Result: 0, Description: DONE } : { result: 0, description: DONE });
}

/**
 * The answer to a record refused.
 *
 * @param rule the rule it breaks; undefined where the gate refuses it for reasons of its own
 */
export function refusal(style: Style, rule: Rule | undefined, description: string): Reply {
  if (style === 'php') {
    const body = `{"result":1, "description":"${description}"}`;
    return { status: 200, type: 'text/html; charset=UTF-8', body };
  }
  if (style === 'gin') {
    const body = JSON.stringify({ Result: 1, Description: description });
    return { status: rule === undefined ? 500 : 400, type: JSON_TYPE, body };
  }
  return jsonReply({ result: 1, description });
}
