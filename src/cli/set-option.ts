import { InvalidArgumentError, Option } from 'commander';
import { WIRE_FIELDS, type WireField } from '../domain/record.ts';

/** What a person supplies for fields, by wire name. */
export type Supplied = Readonly<Partial<Record<WireField, string>>>;

/** `--set field=value`, which may be given several times. */
export function setOption(description: string): Option {
  return new Option('--set <field=value>', description).argParser(collect);
}

/** The record's own misspelt name is one of two ways to write it. */
function collect(text: string, before: Supplied | undefined): Supplied {
  const [, name = '', value = ''] = /^([^=]*)=(.*)$/s.exec(text) ?? [];
  const field = WIRE_FIELDS.find((known) => known === (name === 'serviceMoney' ? 'seviceMoney' : name));
  if (field === undefined)
    throw new InvalidArgumentError(
      `Allowed is FIELD=VALUE, where FIELD is one of ${WIRE_FIELDS.join(', ')}.`,
    );
  return { ...before, [field]: value };
}
