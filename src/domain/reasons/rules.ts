/** Mistakes in the rules of a config. A value from the config (`found`) is quoted; `allowed` lists what is allowed. */
export interface RuleReasons {
  /** A field that the gate's dialect requires and no rule gives; `instead` is sent. */
  readonly 'rules.dialect-needs': {
    readonly field: string;
    readonly dialect: string;
    readonly instead: string;
  };
  readonly 'rules.no-source': Record<never, never>;
  readonly 'rules.name-empty': Record<never, never>;
  readonly 'rules.name-twice': { readonly name: string };
  readonly 'rules.overlap': { readonly source: string };
  readonly 'rules.shared-context': { readonly source: string };
  readonly 'rules.time-zone': { readonly found: string };
  readonly 'rules.profile-unknown': { readonly found: string; readonly allowed: string };
  readonly 'rules.no-fields': Record<never, never>;
  readonly 'rules.encoding': { readonly found: string; readonly allowed: string };
  readonly 'rules.where-empty': Record<never, never>;
  readonly 'rules.where-both': Record<never, never>;
  readonly 'rules.where-context': Record<never, never>;
  readonly 'rules.path': { readonly found: string };
  readonly 'rules.each-path': { readonly found: string };
  readonly 'rules.steps-empty': Record<never, never>;
  readonly 'rules.steps-many': { readonly count: number; readonly most: number };
  readonly 'rules.step-unknown': { readonly found: string; readonly allowed: string };
  readonly 'rules.step-form': { readonly plain: string; readonly paths: string };
  readonly 'rules.step-path-first': Record<never, never>;
  readonly 'rules.step-bytes-last': { readonly step: string };
  readonly 'rules.topic-empty': Record<never, never>;
  readonly 'rules.topic-share': Record<never, never>;
  readonly 'rules.topic-nul': Record<never, never>;
  readonly 'rules.topic-long': Record<never, never>;
  readonly 'rules.topic-rest': Record<never, never>;
  readonly 'rules.topic-name': { readonly found: string };
  readonly 'rules.topic-wildcard': { readonly found: string };
  readonly 'rules.topic-level-twice': { readonly name: string };
  /** `levels`: the names that the topic has; empty where it has none. */
  readonly 'rules.topic-no-level': { readonly name: string; readonly levels: string };
  readonly 'rules.field-unknown': { readonly found: string; readonly allowed: string };
  readonly 'rules.field-missing': { readonly field: string };
  readonly 'rules.device-id-missing': Record<never, never>;
  readonly 'rules.list-empty': { readonly of: 'field' | 'key' };
  readonly 'rules.way': { readonly ways: string; readonly found: readonly string[] };
  readonly 'rules.way-here': { readonly way: string; readonly allowed: string };
  readonly 'rules.only-context': { readonly key: string };
  readonly 'rules.context-last': Record<never, never>;
  readonly 'rules.context-key': Record<never, never>;
  readonly 'rules.context-chain': Record<never, never>;
  readonly 'rules.context-unknown': { readonly found: string; readonly known: string };
  readonly 'rules.context-field': {
    readonly context: string;
    readonly field: string;
    readonly allowed: string;
  };
  readonly 'rules.context-no-key': { readonly context: string };
  readonly 'rules.context-no-fields': Record<never, never>;
  readonly 'rules.context-unused': { readonly context: string };
  readonly 'rules.context-elsewhere': Record<never, never>;
  readonly 'rules.context-bare': Record<never, never>;
  readonly 'rules.plus-alone': Record<never, never>;
  readonly 'rules.start-alone': Record<never, never>;
  readonly 'rules.start-elsewhere': Record<never, never>;
  readonly 'rules.device-column': { readonly field: string };
  readonly 'rules.device-column-unknown': { readonly found: string; readonly allowed: string };
  readonly 'rules.device-column-empty': { readonly column: string };
  readonly 'rules.device-unlisted': { readonly found: string };
  readonly 'rules.const-empty': Record<never, never>;
  readonly 'rules.unit-or-scale': Record<never, never>;
  readonly 'rules.unit': { readonly found: string; readonly allowed: readonly string[] };
  readonly 'rules.scale': { readonly found: string };
  readonly 'rules.only-amounts': { readonly key: string };
  readonly 'rules.only-times': Record<never, never>;
  /** As a picture the format has letters that mean nothing (`unknown`), or lacks parts. */
  readonly 'rules.time-format': {
    readonly found: string;
    readonly allowed: string;
    readonly unknown: string | undefined;
    readonly lacks: string;
  };
  readonly 'rules.duration-unit': { readonly found: string; readonly allowed: string };
  /** JSONata's own words; `at` is the character, `near` what stands there, quoted. */
  readonly 'rules.expression': {
    readonly error: string;
    readonly at: number | undefined;
    readonly near: string;
  };
  readonly 'rules.expression-banned': { readonly name: string; readonly unsafe: boolean };
  readonly 'rules.expression-name': { readonly name: string; readonly meant: string | undefined };
}

/** Where the value of a field is from, as `check --event` says it. A path, a const and an expr stand for themselves. */
export interface WayReasons {
  readonly 'way.topic-level': { readonly name: string };
  readonly 'way.device-column': { readonly column: string };
  readonly 'way.context-field': { readonly context: string; readonly field: string };
  /** Asks a context by a key (quoted). */
  readonly 'way.asks': { readonly context: string; readonly key: string };
  /** Finds the key of a context in another one. */
  readonly 'way.asks-through': { readonly context: string; readonly by: string; readonly key: string };
  readonly 'way.supplied': Record<never, never>;
  readonly 'way.config': { readonly key: string };
  readonly 'way.devices-table': Record<never, never>;
  readonly 'way.device-id': Record<never, never>;
  readonly 'way.unknown': Record<never, never>;
}
