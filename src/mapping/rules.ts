/**
 * The language of `sources` and `contexts` in the config, durations in milliseconds already. Every text is
 * taken as it stands in the config: {@link compileMapping} judges it, so that all mistakes are told at once.
 */

/** Where a value comes from: exactly one of the first six, and how to read it. */
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
  /** A JSONata expression over the body; `$topic.NAME` is a topic level. */
  readonly expr?: string | undefined;
  /** With `context`: which of its values. */
  readonly key?: FieldRule | undefined;
  /** With `context`: which field of the value; the record's field of the same name by default. */
  readonly field?: string | undefined;
  /** startTime and endTime: `auto` (default), `iso`, `local`, `unix-s`, `unix-ms`. */
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
  /** Ready rules (`pilegate`, `ocpp-gateway`, `ykc-json`, `pile-service`); `fields` replaces single ones. */
  readonly profile?: string | undefined;
  /** Rules by wire name. */
  readonly fields?: Readonly<Record<string, FieldRule>> | undefined;
  /** `utf-8` (default) or `gb18030`. */
  readonly encoding?: string | undefined;
  /** Replaces the profile's, where it has one. */
  readonly where?: WhereRule | undefined;
  /** How long to wait for contexts, milliseconds; ten minutes by default. */
  readonly wait?: number | undefined;
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
  readonly encoding?: string | undefined;
  readonly where?: WhereRule | undefined;
}

/** A row of the devices table. */
export interface DeviceRow {
  readonly name?: string | undefined;
  readonly spaceNo?: string | undefined;
}
