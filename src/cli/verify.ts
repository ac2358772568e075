import { Command } from 'commander';
import { Failure } from '../domain/failure.ts';
import { sign } from '../gate/carpark/sign.ts';
import { print } from './output.ts';
import { readSigned, type SignFlags, withSignOptions } from './sign.ts';

/** `verify`: checks the `sign` of a JSON object by the gate's rules, without any config. */
export function verifyCommand(): Command {
  return withSignOptions(new Command('verify'))
    .description('check the `sign` of a JSON object from stdin; exits 1 where it does not match')
    .addHelpText(
      'after',
      `
Example:
  pilegate verify --key-file gate.key --explain < request.json`,
    )
    .action(async (flags: SignFlags) => {
      const { params, key, options } = await readSigned(flags);
      const given = params['sign'];
      const expected = sign(params, key, options);
      if (given === undefined) throw new Failure('the object has no sign to verify');
      if (given !== expected) throw new Failure(`the sign does not match: ${why(given, expected, flags)}`);
      print('the sign matches');
    });
}

function why(given: string, expected: string, flags: SignFlags): string {
  const both = `it is ${JSON.stringify(given)}, but these fields and this key make ${expected}`;
  if (given.trim().toUpperCase() === expected) return `${both}; it must be upper case, without blanks`;
  const hint = flags.explain ? '' : '; --explain shows the string that is hashed';
  return `${both}${hint}`;
}
