/** Says to a person what is not as expected. */
import { visible } from '../../domain/visible-text.ts';
import type { Speech } from '../voice.ts';
import type { Difference } from './compare.ts';
import type { ListName, Row } from './expected.ts';

/** The most of a value that one line shows. */
const SHOWN = 120;

/** Fields that are alike in all records of a station. */
const OF_STATION = new Set(['portName', 'parkId', 'stationId', 'stationName', 'source']);

/** A difference in one line. */
export function differenceLine(difference: Difference, { texts: { cases }, told }: Speech): string {
  switch (difference.what) {
    case 'missing':
      return difference.kind === 'expect'
        ? cases.noExpect
        : cases.missing(cases[difference.kind], fieldsText(difference.expected));
    case 'unexpected':
      return cases.unexpected(cases[difference.kind], rowText(difference.kind, difference.got, told));
    case 'differs': {
      if (difference.kind === 'ignored') return cases.ignored(difference.got, difference.expected);
      if (difference.kind === 'warnings')
        return cases.warnings(
          difference.got.join(', ') || cases.none,
          difference.expected.join(', ') || cases.none,
        );
      const fields = Object.entries(difference.fields).map(([name, { expected, got }]) =>
        cases.field(name, shown(got), shown(expected)),
      );
      return cases.differs(cases[difference.kind], difference.got['orderNo'] ?? '', fields);
    }
  }
}

function shown(text: string): string {
  return visible(JSON.stringify(text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text));
}

function fieldsText(row: Row): string {
  const fields = Object.entries(row);
  if (fields.length === 0) return '{}';
  return fields.map(([name, value]) => `${name} ${shown(value)}`).join(', ');
}

function rowText(list: ListName, row: Row, told: Speech['told']): string {
  if (list !== 'quarantine')
    return fieldsText(
      Object.fromEntries(
        Object.entries(row).filter(([name, value]) => value !== '' && !OF_STATION.has(name)),
      ),
    );
  const { kind = '', field, reason = '', orderNo, topic = '' } = row;
  return visible(
    `${kind}, ${field ? `${field}: ` : ''}${told(reason)} (${orderNo ? `${orderNo}, ` : ''}${topic})`,
  );
}
