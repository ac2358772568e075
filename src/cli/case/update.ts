/** Writes what came of a case as what it expects. */
import {
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { type Plain, YamlEditor } from '../../config/yaml-edit.ts';
import { Failure } from '../../domain/failure.ts';
import { parseCase } from './case-file.ts';
import { differences, pair, wrongFields } from './compare.ts';
import { type Expected, LISTS, type ListName, type Result, type Row } from './expected.ts';

/** The fields of a fresh row; what is empty is left out. */
const FIELDS: Readonly<Record<ListName, readonly string[]>> = {
  records: 'orderNo plateNo startTime endTime deviceId spaceNo power elecMoney seviceMoney totalMoney'.split(
    ' ',
  ),
  waiting: 'orderNo startTime endTime deviceId'.split(' '),
  quarantine: 'kind field orderNo'.split(' '),
};

/**
 * Writes today's result into a case file: only what differs changes, all else keeps its form. The file is replaced
 * as a whole, and keeps its mode.
 * @throws Failure (1) where it cannot be written
 */
export function updateCase(file: string, result: Result): void {
  try {
    const before = readFileSync(file, 'utf8');
    replaceFile(file, updatedCase(file, before, result));
  } catch (error) {
    if (error instanceof Failure) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new Failure(`cannot write ${file}: ${why}`, 1, { cause: error });
  }
}

/** The text of a case with today's result as what is expected. @throws Failure (1) where that cannot be written */
export function updatedCase(file: string, before: string, result: Result): string {
  for (const edit of [editDifferences, writeAnew]) {
    const editor = new YamlEditor(before);
    try {
      edit(editor, file, before, result);
    } catch {
      // Its form is one that the editor does not know.
      continue;
    }
    const text = editor.toString();
    if (isRight(file, before, text, result)) return text;
  }
  throw new Failure(
    `${file}: its expect has a form that cannot be changed here: remove expect, and run it again`,
  );
}

/** Changes what differs: single values in place, rows that are gone or new. */
function editDifferences(editor: YamlEditor, file: string, before: string, result: Result): void {
  const { expected } = parseCase(file, before);
  if (expected === undefined) {
    writeAnew(editor, file, before, result);
    return;
  }
  for (const list of LISTS) editList(editor, list, expected, result[list]);
  if (expected.ignored !== result.ignored) editor.set(['expect', 'ignored'], result.ignored);
  if (expected.warnings !== undefined) editor.set(['expect', 'warnings'], result.warnings);
}

function editList(editor: YamlEditor, list: ListName, expected: Expected, got: readonly Row[]): void {
  const path = ['expect', list];
  const { of, rest } = pair(list, expected[list], got);
  const gone = of.flatMap((index, at) => (index === undefined ? [at] : []));
  if (gone.length === of.length && rest.length === 0) {
    editor.remove(path);
    return;
  }
  for (const [at, index] of of.entries()) {
    const [wanted, row] = [expected[list][at], got[index ?? -1]];
    if (wanted === undefined || row === undefined) continue;
    for (const name of wrongFields(list, wanted, row)) {
      const alias =
        name === 'seviceMoney' && editor.has([...path, at, 'serviceMoney']) ? 'serviceMoney' : name;
      editor.set([...path, at, alias], row[name] ?? '');
    }
  }
  const fresh = rest.flatMap((index) => (got[index] ? [freshRow(list, got[index])] : []));
  if (fresh.length === 0 && gone.length === 0) return;
  if (!editor.has(path) || gone.length === of.length) {
    editor.set(path, fresh);
    return;
  }
  for (const row of fresh) editor.append(path, row);
  for (const at of gone.toReversed()) editor.remove([...path, at]);
}

/** Writes the whole of what is expected, in place of what is there. */
function writeAnew(editor: YamlEditor, _file: string, _before: string, result: Result): void {
  const lists = LISTS.filter((list) => result[list].length > 0);
  editor.set(['expect'], {
    ...Object.fromEntries(
      lists.map((list): [string, Plain] => [list, result[list].map((row) => freshRow(list, row))]),
    ),
    ...(result.ignored > 0 ? { ignored: result.ignored } : {}),
    ...(result.warnings.length > 0 ? { warnings: result.warnings } : {}),
  });
}

function freshRow(list: ListName, row: Row): Record<string, string> {
  const named = FIELDS[list].filter((name) => row[name] !== undefined && row[name] !== '');
  return Object.fromEntries(named.map((name) => [name, row[name] ?? '']));
}

/** Whether a new text says the same as before, but for what it expects; and that is what came. */
function isRight(file: string, before: string, after: string, result: Result): boolean {
  const [old, now] = [parseCase(file, before), parseCase(file, after)];
  const same = ({ now: clock, messages, until, config }: typeof old) =>
    JSON.stringify([
      clock,
      messages.map((one) => ({ ...one, payload: [...one.payload] })),
      until,
      config?.document.value,
    ]);
  return same(old) === same(now) && differences(now.expected, result).length === 0;
}

function replaceFile(file: string, text: string): void {
  const path = realpathSync(file);
  const fresh = `${path}.${process.pid}.new`;
  const fd = openSync(fresh, 'wx', statSync(path).mode & 0o777);
  try {
    writeFileSync(fd, text);
    fsyncSync(fd);
    renameSync(fresh, path);
  } catch (error) {
    unlinkSync(fresh);
    throw error;
  } finally {
    closeSync(fd);
  }
}
