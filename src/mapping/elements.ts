import type { InboundEvent } from '../domain/event.ts';
import { isReason } from '../domain/reason.ts';
import { Unreadable, unreadable } from '../domain/unreadable.ts';
import { type Body, ExactBody, kindOf } from './decoders/body.ts';
import { DamagedElement } from './decoders/decoding.ts';
import { MAX_ENTRIES } from './decoders/form.ts';
import { parseExact } from './decoders/json.ts';
import { type Path, readPath, withValue } from './path.ts';

/** Where the list of sessions is in a message (`each`). */
export interface Each {
  /** As the config has it. */
  readonly text: string;
  /** Empty where the body is the list. */
  readonly path: Path;
  /** Whether the elements are the members of an object, `{ key, value }` each; a member that is a list is one for each of its elements. */
  readonly isMembers: boolean;
  /** Whether a rule reads the message beside the element. */
  keepsMessage: boolean;
}

/** One session of a message: what rules read, and what is kept of it. */
export interface Unit {
  readonly body: Body | Unreadable;
  /** The whole decoded body, where this is an element of it. */
  readonly message?: unknown;
  /** Which element of a list it is, from 0. */
  readonly element?: number;
  /** What is kept as its payload; absent where that is the event's own. */
  readonly part?: Uint8Array;
}

/** How a kept element begins that is kept with more than itself. */
const MARK = '{"pilegate:element":';

/** What all elements of a message may keep of the message beside themselves, bytes. */
const KEPT_BYTES = 8 * 1024 * 1024;

/**
 * The elements of a decoded body's list; undefined where there are none.
 *
 * An element is kept alone, as JSON that says its place and, where rules read it, the message: whole while that
 * comes to at most 8 MiB for all elements, else without the list, so that a long list does not multiply itself.
 */
export function unitsOf(body: Body, each: Each): readonly Unit[] | Unreadable | undefined {
  const found = each.path.length === 0 ? body.body : readPath(body.body, each.path);
  const list = each.isMembers ? membersOf(found) : found;
  if (!Array.isArray(list)) return unreadable('list.not', { path: each.text, got: kindOf(found) });
  const elements: readonly unknown[] = list;
  const count = elements.length;
  if (count === 0) return undefined;
  if (count > MAX_ENTRIES) return unreadable('decode.too-many', { count, max: MAX_ENTRIES });
  const message = each.keepsMessage ? messageFor(body, each, count) : undefined;
  if (message instanceof Unreadable) return message;
  const [only] = elements;
  // A list of one needs no taking apart: the message is kept as it came.
  if (count === 1)
    return [
      { body: only instanceof DamagedElement ? only.why : new ExactBody(only), message: message?.body },
    ];
  return elements.map((element, index) => {
    const damaged = element instanceof DamagedElement;
    const value = new ExactBody(element);
    return {
      body: damaged ? element.why : value,
      element: index,
      message: message?.body,
      get part() {
        return kept(value, message, damaged ? element.why : undefined);
      },
    };
  });
}

/** The members of an object, each with its name; undefined where it is none. */
function membersOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return Object.entries(value).flatMap(([key, member]) => {
    const members: readonly unknown[] = Array.isArray(member) ? member : [member];
    return members.map((one) => ({ key, value: one }));
  });
}

function messageFor(body: Body, each: Each, count: number): Body | Unreadable {
  if (body.json.length * count <= KEPT_BYTES) return body;
  const rest =
    each.path.length === 0 ? new ExactBody([]) : new ExactBody(withValue(body.body, each.path, []));
  return rest.json.length * count <= KEPT_BYTES
    ? rest
    : unreadable('decode.too-large', { bytes: rest.json.length * count, max: KEPT_BYTES });
}

function kept(element: Body, message: Body | undefined, why: Unreadable | undefined): Buffer {
  if (message === undefined && why === undefined) return Buffer.from(element.json);
  const parts = [`${MARK}${element.json}`];
  if (message !== undefined) parts.push(`"message":${message.json}`);
  if (why !== undefined) parts.push(`"why":${JSON.stringify(why.reason)}`);
  return Buffer.from(`${parts.join(',')}}`);
}

/** The element that an event keeps, or undefined where it is a message as it came. */
export function keptElement({
  payload,
  element,
}: Pick<InboundEvent, 'payload' | 'element'>): Unit | undefined {
  if (element === undefined) return undefined;
  const value = parseExact(Buffer.from(payload).toString('utf8'));
  if (value instanceof Unreadable) return { element, body: value };
  if (!Buffer.from(MARK).equals(payload.subarray(0, MARK.length)))
    return { element, body: new ExactBody(value) };
  const why = readPath(value, ['why']);
  return {
    element,
    body: isReason(why) ? new Unreadable(why) : new ExactBody(readPath(value, ['pilegate:element'])),
    message: readPath(value, ['message']),
  };
}

/** How deep a list is looked for that nobody named. */
const SEARCH_DEPTH = 3;

/** A list of objects in a body, by its path as `each` would have it; for the remedy where a rule finds nothing. */
export function findList(body: unknown, at = '', depth = 0): { each: string; count: number } | undefined {
  if (Array.isArray(body)) {
    const [first]: readonly unknown[] = body;
    return typeof first === 'object' && first !== null
      ? { each: at === '' ? '.' : at, count: body.length }
      : undefined;
  }
  if (typeof body !== 'object' || body === null || depth >= SEARCH_DEPTH) return undefined;
  for (const [name, value] of Object.entries(body)) {
    const step = /^[^.[\]"\s]+$/.test(name) ? `${at === '' ? '' : '.'}${name}` : `[${JSON.stringify(name)}]`;
    const found = findList(value, at + step, depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}
