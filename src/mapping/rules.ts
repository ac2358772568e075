/**
 * The language of `sources` and `contexts` in the config, durations in milliseconds already. Every text is
 * taken as it stands in the config: {@link compileMapping} judges it, so that all mistakes are told at once.
 */

import type { DecodeStep } from './decoders/decoding.ts';

/** Where a value comes from: exactly one of the first six or `start`, and how to read it. */
export interface RuleObject {
  /** A path into the JSON body: names with dots, list places and odd names in brackets: `a.list[0]["x.y"]`. */
  readonly path?: string | undefined;
  /** A `{name}` level of the source's topic. */
  readonly topic?: string | undefined;
  /** A fixed text. */
  readonly const?: string | undefined;
  /** A column of the devices table (`name`, `spaceNo`), in the row of the event's deviceId. */
  readonly device?: string | undefined;
  /** A context by name, with `key` and, unless it bears the record's name, `field`. */
  readonly context?: string | undefined;
  /** A JSONata expression over the body; `$topic.NAME` is a topic level, `$context.NAME.FIELD` a context's value. */
  readonly expr?: string | undefined;
  /** endTime alone: `startTime`, to which `plus` is added. */
  readonly start?: string | undefined;
  /** With `start`: a rule for a duration, in seconds unless its `unit` is `min` or `h`; text may be `HH:mm:ss`. */
  readonly plus?: FieldRule | undefined;
  /** With `context`: which of its values. */
  readonly key?: FieldRule | undefined;
  /** With `context`: which field of the value; the record's field of the same name by default. */
  readonly field?: string | undefined;
  /** startTime and endTime: `auto` (default), `iso`, `local`, `unix-s`, `unix-ms`, or a picture such as `dd.MM.yyyy HH:mm`. */
  readonly time?: string | undefined;
  /** Amounts: `kWh` (default) or `Wh`, `yuan` (default) or `fen`. */
  readonly unit?: string | undefined;
  /** Amounts, instead of `unit`: a decimal the number is multiplied by, as text: `"0.0001"`. */
  readonly scale?: string | undefined;
}

/** A rule; a text is a path. */
export type Rule = string | RuleObject;

/** One rule, or several of which the first that finds a value counts; `context` rules come last. */
export type FieldRule = Rule | readonly Rule[];

/** Which messages of a topic count: all paths hold these values, or the expression is true. */
export type WhereRule = Readonly<Record<string, string | number | boolean>>;

/** Messages that become records. */
export interface SourceInput {
  readonly name: string;
  /** An MQTT filter; `{name}` is one level and a value. */
  readonly topic: string;
  /** Ready rules by name; `fields` replaces single ones. */
  readonly profile?: string | undefined;
  /** Rules by wire name. */
  readonly fields?: Readonly<Record<string, FieldRule>> | undefined;
  /** `utf-8` (default) or `gb18030`. */
  readonly encoding?: string | undefined;
  /** Replaces the profile's, where it has one. */
  readonly where?: WhereRule | undefined;
  /** What becomes of retained messages: `accept` (default) or `ignore`. */
  readonly retained?: 'accept' | 'ignore' | undefined;
  /** How long to wait for contexts, milliseconds; ten minutes by default. */
  readonly wait?: number | undefined;
  /** The steps from payload to body; `json` by default. */
  readonly decode?: readonly DecodeStep[] | undefined;
  /** The path of the list of which each element is a session; `.` where the body is the list. */
  readonly each?: string | undefined;
  /** Sessions that become no record; either is enough. */
  readonly ignore?: IgnoreRule | undefined;
  /** Added to the times of this source, milliseconds. */
  readonly shift?: number | undefined;
  /** The contexts that expressions may read, each with its key. */
  readonly contexts?: Readonly<Record<string, FieldRule>> | undefined;
}

/** Which sessions become no record. */
export interface IgnoreRule {
  /** kWh. */
  readonly energyBelow?: number | undefined;
  /** Milliseconds. */
  readonly shorterThan?: number | undefined;
}

/** Messages that supply what events lack. */
export interface ContextInput {
  readonly name: string;
  readonly topic: string;
  readonly key: FieldRule;
  /** Rules by any name; a wire name of a time or an amount is read as one, others are text. */
  readonly fields: Readonly<Record<string, FieldRule>>;
  /** How long before an event a value may have come and still count, milliseconds. */
  readonly keep: number;
  readonly late?: boolean | undefined;
  /** Values that are none, whatever their case; for plates there are such by default. */
  readonly ignore?: readonly string[] | undefined;
  readonly decode?: readonly DecodeStep[] | undefined;
  readonly encoding?: string | undefined;
  readonly where?: WhereRule | undefined;
}

/** A row of the devices table. */
export interface DeviceRow {
  readonly name?: string | undefined;
  readonly spaceNo?: string | undefined;
}
