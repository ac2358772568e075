import { readFileSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { Command } from 'commander';
import { Failure } from '../domain/failure.ts';
import { explain, type SignedParams, sign } from '../gate/carpark/sign.ts';
import { print, say } from './output.ts';

/** What `sign` and `verify` understand. */
export interface SignFlags {
  readonly keyFile?: string;
  readonly signEmptyFields?: true;
  readonly explain?: true;
}

/** `sign`: signs a JSON object by the gate's rules, without any config. */
export function signCommand(): Command {
  return withSignOptions(new Command('sign'))
    .description("sign a JSON object from stdin by the gate's rules; prints it with `sign` set, last")
    .addHelpText(
      'after',
      `
Examples:
  echo '{"orderNo":"2026112408000001","plateNo":"浙BD12345"}' | pilegate sign --key-file gate.key
  pilegate sign --key-file gate.key --explain < record.json | pilegate verify --key-file gate.key`,
    )
    .action(async (flags: SignFlags) => {
      const { fields, params, key, options } = await readSigned(flags);
      const signed = [
        ...fields.filter(([name]) => name !== 'sign'),
        ['sign', sign(params, key, options)] as const,
      ];
      print(
        `{${signed.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')}}`,
      );
    });
}

/** Adds the options that `sign` and `verify` share. */
export function withSignOptions(command: Command): Command {
  return command
    .option('--key-file <file>', 'the file with the key (else $PILEGATE_GATE_KEY)')
    .option('--sign-empty-fields', 'take empty values into the sign, as gate.signEmptyFields does')
    .option('--explain', 'print the string that is hashed to stderr, the key masked');
}

/** What `sign` and `verify` work on. */
export interface Signed {
  /** The object's fields in the order they stand in. */
  readonly fields: readonly (readonly [string, string])[];
  readonly params: SignedParams;
  readonly key: string;
  readonly options: { readonly signEmptyFields: boolean };
}

/**
 * Reads the object from stdin and the key, and explains where that is wanted.
 *
 * @throws Failure where either cannot be used
 */
export async function readSigned(flags: SignFlags): Promise<Signed> {
  const key = readKey(flags.keyFile);
  if (process.stdin.isTTY) say('reading a JSON object from stdin, end it with Ctrl-D');
  const fields = parseFields(await readStdin());
  const params: SignedParams = Object.fromEntries(fields);
  const options = { signEmptyFields: flags.signEmptyFields === true };
  if (flags.explain) say(explain(params, options));
  return { fields, params, key, options };
}

/**
 * Reads the gate's key from its file, else from the environment; a byte order mark and white space around it are
 * left out, as the daemon does.
 *
 * @throws Failure where there is none
 */
export function readKey(file: string | undefined): string {
  const variable = process.env['PILEGATE_GATE_KEY'];
  if (file === undefined && variable === undefined) {
    throw new Failure('no key: name its file with --key-file, or set PILEGATE_GATE_KEY', 2);
  }
  const origin = file ?? 'PILEGATE_GATE_KEY';
  const key = (file === undefined ? (variable ?? '') : readText(file)).replace(/^\ufeff/, '').trim();
  if (key === '') throw new Failure(`the key in ${origin} is empty: write the key into it, on one line`);
  if (/\p{Cc}/u.test(key)) throw new Failure(`${origin} has more than one line: write the key alone into it`);
  return key;
}

function readText(file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(readFileSync(file));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Failure(`cannot read the key from ${file}: ${why}`, 1, { cause });
  }
}

async function readStdin(): Promise<string> {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await buffer(process.stdin));
  } catch (cause) {
    throw new Failure('stdin is not UTF-8 text: a sign is made over UTF-8', 1, { cause });
  }
}

/**
 * Reads a JSON object of strings, its fields in the order they stand in: JavaScript's own objects would put
 * names that are numbers first, and drop one of two of the same name.
 */
function parseFields(text: string): [string, string][] {
  let object: unknown;
  try {
    object = JSON.parse(text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Failure(`stdin is not JSON (${why}): give it one object, such as {"orderNo":"1"}`, 1, {
      cause,
    });
  }
  if (typeof object !== 'object' || object === null || Array.isArray(object)) {
    throw new Failure('stdin is JSON, but no object: give it one, such as {"orderNo":"1"}');
  }
  for (const [name, value] of Object.entries(object)) {
    if (typeof value === 'string') continue;
    throw new Failure(
      `${name} is ${JSON.stringify(value).slice(0, 60)}, but every value of the interface is a string: quote it`,
    );
  }
  // What is left is names and values in turn, and nothing but them is in quotes.
  const strings: string[] = (text.match(/"(?:[^"\\]|\\.)*"/g) ?? []).map((quoted) => JSON.parse(quoted));
  if (strings.length !== 2 * Object.keys(object).length) {
    throw new Failure('a field stands twice in the object: which of the two is meant cannot be known');
  }
  return Array.from({ length: strings.length / 2 }, (_, n) => [
    strings[2 * n] ?? '',
    strings[2 * n + 1] ?? '',
  ]);
}
