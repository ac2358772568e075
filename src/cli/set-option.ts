import { InvalidArgumentError, Option } from 'commander';
import { fieldNamed, publicName, RECORD_FIELDS, type RecordField } from '../domain/record.ts';

/** What a person supplies for fields, by the record's names. */
export type Supplied = Readonly<Partial<Record<RecordField, string>>>;

/** `--set field=value`, which may be given several times. */
export function setOption(description: string): Option {
  return new Option('--set <field=value>', description).argParser(collect);
}

/** Either spelling of a field is understood. */
function collect(text: string, before: Supplied | undefined): Supplied {
  const [, name = '', value = ''] = /^([^=]*)=(.*)$/s.exec(text) ?? [];
  const field = fieldNamed(name);
  if (field === undefined)
    throw new InvalidArgumentError(
      `Allowed is FIELD=VALUE, where FIELD is one of ${RECORD_FIELDS.map(publicName).join(', ')}.`,
    );
  return { ...before, [field]: value };
}
