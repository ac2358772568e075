import type { Mapped } from '../domain/draft.ts';
import type { Fault } from '../domain/event.ts';
import type { Reason } from '../domain/reason.ts';
import { publicName, publicRecord } from '../domain/record.ts';
import type { Explanation, FieldWay } from '../mapping/explain.ts';
import { table } from './table.ts';
import type { Speech } from './voice.ts';

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
export function judge({ mapped, fields }: Explanation, speech: Speech): Verdict {
  const words = speech.texts.check;
  const [first] = mapped;
  const outcome = first ? outcomeOf(first, speech) : { outcome: 'ignored', words: words.untaken };
  const { words: said, good = false, ...json } = outcome;
  const facts = mapped.slice(1).filter(({ kind }) => kind === 'context');
  return {
    good,
    lines: fields.length > 0 ? wayTable(fields, speech) : [],
    words: [said, ...facts.map((fact) => outcomeOf(fact, speech).words)].join('\n'),
    json: { ...json, fields: fields.map((field) => fieldJson(field, speech.english)) },
  };
}

interface Outcome {
  readonly outcome: string;
  readonly words: string;
  readonly good?: boolean;
  readonly [name: string]: unknown;
}

function outcomeOf(mapped: Mapped, speech: Speech): Outcome {
  const words = speech.texts.check;
  switch (mapped.kind) {
    case 'ignored':
      return {
        outcome: 'ignored',
        source: mapped.source,
        reason: speech.english(mapped.reason),
        code: mapped.reason.code,
        words: words.ignored(mapped.source, speech.told(mapped.reason)),
      };
    case 'wrong':
      return wrong(mapped.source, mapped.fault, speech);
    case 'context': {
      const { context, key, values } = mapped.fact;
      return {
        outcome: 'context',
        good: true,
        context,
        key,
        values,
        words: words.context(context, key, values),
      };
    }
    case 'draft': {
      const { source, waitMs } = mapped.draft;
      const completed = mapped.draft.complete(() => undefined);
      if (completed.kind === 'wrong') return wrong(source, completed.fault, speech);
      if (completed.kind === 'record') {
        const { record, warnings } = completed.made;
        const odd = warnings.map((warning) => `\n${words.warning(speech.told(warning))}`).join('');
        return {
          outcome: 'record',
          good: true,
          source,
          record: publicRecord(record),
          warnings: warnings.map(speech.english),
          words: `${words.record}${odd}`,
        };
      }
      if (completed.kind === 'ignored') {
        const { reason } = completed;
        const why = words.ignored(source, speech.told(reason));
        return { outcome: 'ignored', source, reason: speech.english(reason), code: reason.code, words: why };
      }
      const missing = completed.needs.map(({ field, context, key }) => ({
        field: publicName(field),
        context,
        key,
      }));
      return {
        outcome: 'waiting',
        good: true,
        source,
        record: publicRecord(completed.known),
        missing,
        waitMs,
        words: words.waits(missing, waitMs),
      };
    }
  }
}

function wrong(source: string, { field, reason }: Fault, { texts, told, english }: Speech): Outcome {
  const name = publicName(field);
  return {
    outcome: 'wrong',
    source,
    field: name,
    reason: english(reason),
    code: reason.code,
    words: texts.check.wrong(name, told(reason)),
  };
}

/** The way of a field for programs, in English. */
function fieldJson({ field, rules, raw, way, value }: FieldWay, say: (why: Reason) => string): object {
  const text = (one: string | Reason) => (typeof one === 'string' ? one : say(one));
  return { field, rule: rules.map(text).join(', else '), raw, way: text(way), value };
}

function wayTable(fields: readonly FieldWay[], { texts, told }: Speech): string[] {
  const { heads } = texts.check;
  return table(
    heads.map((head) => ({ head })),
    fields.map(({ field, value, raw, way }) => {
      const name = publicName(field);
      const by = typeof way === 'string' ? way : told(way);
      return [name, value, raw && raw !== value ? `${by} (${raw})` : by];
    }),
  );
}
