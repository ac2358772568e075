import type { Mapped } from '../domain/draft.ts';
import type { Explanation, FieldWay } from '../mapping/explain.ts';
import { spelt } from './output.ts';
import { table } from './table.ts';

/** What would become of an event: for a person, and for a program. */
export interface Verdict {
  /** Whether it would become a record, now or once a context has supplied what it lacks, or is a context's fact. */
  readonly good: boolean;
  /** The way of each field, a table. */
  readonly lines: readonly string[];
  /** The outcome in words. */
  readonly words: string;
  readonly json: object;
}

/** Judges what the rules made of an event, with no context known. */
export function judge({ mapped, fields }: Explanation): Verdict {
  const [first] = mapped;
  const outcome = first ? outcomeOf(first) : { outcome: 'ignored', words: 'no source takes it' };
  const { words, good = false, ...json } = outcome;
  const facts = mapped.slice(1).filter(({ kind }) => kind === 'context');
  return {
    good,
    lines: fields.length > 0 ? wayTable(fields) : [],
    words: [words, ...facts.map((fact) => outcomeOf(fact).words)].join('\n'),
    json: { ...json, fields },
  };
}

interface Outcome {
  readonly outcome: string;
  readonly words: string;
  readonly good?: boolean;
  readonly [name: string]: unknown;
}

function outcomeOf(mapped: Mapped): Outcome {
  switch (mapped.kind) {
    case 'ignored':
      return {
        outcome: 'ignored',
        source: mapped.source,
        reason: mapped.reason,
        words: `it would be ignored by ${mapped.source}: ${mapped.reason}`,
      };
    case 'wrong':
      return wrong(mapped.source, mapped.fault);
    case 'context': {
      const { context, key, values } = mapped.fact;
      const told = Object.entries(values).map(([name, value]) => `${name} ${value}`);
      return {
        outcome: 'context',
        good: true,
        context,
        key,
        values,
        words: `it tells the context ${context} of ${key}: ${told.join(', ')}`,
      };
    }
    case 'draft': {
      const { source, waitMs } = mapped.draft;
      const completed = mapped.draft.complete(() => undefined);
      if (completed.kind === 'wrong') return wrong(source, completed.fault);
      if (completed.kind === 'record') {
        const { record, warnings } = completed.made;
        const odd = warnings.map((warning) => `\nwarning: ${warning}`).join('');
        return {
          outcome: 'record',
          good: true,
          source,
          record,
          warnings,
          words: `it becomes a record${odd}`,
        };
      }
      const missing = completed.needs.map(({ field, context, key }) => ({ field, context, key }));
      const what = missing.map(
        ({ field, context, key }) => `${field} from the context ${context} for ${key}`,
      );
      return {
        outcome: 'waiting',
        good: true,
        source,
        record: completed.known,
        missing,
        waitMs,
        words: `it becomes a record with ${what.join(' and ')}; for that it waits up to ${spelt(waitMs)}`,
      };
    }
  }
}

function wrong(source: string, { field, reason }: { field: string; reason: string }): Outcome {
  const words = `it becomes no record, but goes into quarantine: ${field ? `${field}: ` : ''}${reason}`;
  return { outcome: 'wrong', source, field, reason, words };
}

function wayTable(fields: readonly FieldWay[]): string[] {
  return table(
    [{ head: 'FIELD' }, { head: 'VALUE' }, { head: 'WAY' }],
    fields.map(({ field, value, raw, way }) => [
      field,
      value,
      raw && raw !== value ? `${way} (${raw})` : way,
    ]),
  );
}
