import type { Reason } from './param.ts';

/** A value that is not allowed, and what is. */
interface Refused {
  /** The value as JSON, cut; empty where it could hold a password. */
  readonly value: string;
}

/** What is wrong with the gate's base address. */
export type BaseUrlFault = 'white-space' | 'not-url' | 'scheme' | 'slashes' | 'login' | 'query' | 'port-0';

/** What an editor, a chat or a clipboard left in a file with a secret. */
export type SecretOddity = 'bom' | 'cr' | 'blanks' | 'quotes' | 'invisible';

/** What is wrong with a config and the files that it names: made in `src/config`. */
export interface ConfigReasons {
  /** What a key is. `text` is its description in the schema, by which the Chinese one is found. */
  readonly 'config.key': { readonly text: string };
  /** A mistake about the file as a whole. */
  readonly 'config.file': { readonly mistake: Reason };
  readonly 'config.missing': { readonly expected: Reason };
  readonly 'config.empty': { readonly expected: Reason };
  readonly 'config.not-a-mapping': { readonly expected: Reason };
  readonly 'config.not-a-list': { readonly expected: Reason };
  /** A list or a mapping stands where a text or a number is expected. */
  readonly 'config.not-a-scalar': { readonly expected: Reason };
  /** A number or a truth value where text is expected; `written` as the file has it. */
  readonly 'config.unquoted': {
    readonly kind: 'number' | 'boolean';
    readonly written?: string | undefined;
  };
  /** The value has another shape. */
  readonly 'config.shape': { readonly expected: Reason };
  /** A number whose digits would be rounded. */
  readonly 'config.inexact-number': Readonly<Record<never, never>>;
  readonly 'config.control-character': Readonly<Record<never, never>>;
  /** `allowed`: a reason of its own kind, or the allowed words. */
  readonly 'config.not-allowed': Refused & { readonly allowed: Reason | string };
  readonly 'allowed.flag': Readonly<Record<never, never>>;
  readonly 'allowed.whole': { readonly min: number; readonly max: number };
  readonly 'allowed.range': { readonly min: string; readonly max: string };
  readonly 'allowed.measure': { readonly examples: string };
  readonly 'allowed.signed': { readonly most: string };
  readonly 'allowed.amount': Readonly<Record<never, never>>;
  readonly 'allowed.factor': Readonly<Record<never, never>>;
  readonly 'allowed.protocol': Readonly<Record<never, never>>;
  readonly 'allowed.group-name': Readonly<Record<never, never>>;
  readonly 'allowed.park-number': Readonly<Record<never, never>>;
  readonly 'allowed.yuan': Readonly<Record<never, never>>;
  readonly 'allowed.header-value': Readonly<Record<never, never>>;
  readonly 'allowed.listen': Readonly<Record<never, never>>;
  readonly 'config.unknown-key': { readonly meant?: string | undefined; readonly allowed: string };
  /** A key of other dialects of the gate: `dialects` such as `carpark|keytop`. */
  readonly 'config.other-dialect': { readonly dialects: string };
  readonly 'config.secret-in-config': { readonly fileKey?: string | undefined };
  readonly 'config.time-zone': Refused;
  readonly 'config.not-a-url': Refused & { readonly allowed: string };
  /** `of`: whose address has a login in it. */
  readonly 'config.url-login': { readonly of: 'proxy' | 'broker' | 'uplink' };
  /** `scheme` as it was written, with its colon. */
  readonly 'config.base-url': { readonly fault: BaseUrlFault; readonly scheme?: string | undefined };
  readonly 'config.pattern': { readonly error: string };
  readonly 'config.wildcard': Refused;
  readonly 'config.field-taken': Refused;
  /** A field of the body that the dialect fills itself. */
  readonly 'config.dialect-field-taken': { readonly dialect: string };
  readonly 'config.is-service-field': Readonly<Record<never, never>>;
  readonly 'config.needs-beside': { readonly key: string; readonly example?: string };
  /** A time that is no whole number of the dialect's unit. */
  readonly 'config.whole-units': { readonly unit: 'minutes' | 'seconds' };
  readonly 'config.needs-client-id': Readonly<Record<never, never>>;
  readonly 'config.longer-than': { readonly key: string };
  readonly 'config.not-encrypted': { readonly key: string };
  /** A password goes to another host unencrypted. */
  /** `rule`: its paths and expressions; `events`: how many of its source there are in the outbox. */
  readonly 'config.path-unseen': { readonly rule: string; readonly events: number };
  readonly 'config.password-in-clear': { readonly host: string };
  /** The YAML itself. `error` in the parser's words. */
  readonly 'yaml.unreadable': { readonly error: string };
  readonly 'yaml.key-twice': { readonly key: string };
  readonly 'yaml.tab': Readonly<Record<never, never>>;
  readonly 'yaml.no-space-after-colon': { readonly key: string };
  readonly 'yaml.indented-further': Readonly<Record<never, never>>;
  readonly 'yaml.too-deep': { readonly levels: number };
  /** Characters that look right and are not YAML. `code`: U+XXXX. */
  readonly 'slip.full-width': { readonly slip: string; readonly ascii: string };
  readonly 'slip.dash': { readonly slip: string };
  readonly 'slip.quotes': { readonly quotes: string };
  readonly 'slip.invisible': { readonly code: string };
  readonly 'slip.blank-indent': { readonly code: string };
  readonly 'slip.blank': { readonly code: string };
  readonly 'slip.full-width-value': { readonly plain: string };
  /** The config file. */
  readonly 'file.no-config': { readonly cause: Reason };
  readonly 'file.too-large': { readonly file: string; readonly bytes: number; readonly allowed: number };
  readonly 'file.encoding': {
    readonly place: string;
    readonly found: 'utf-16' | 'gbk' | 'unknown' | 'cr-only';
  };
  /** A file that a person named. `error` in the system's words, where it is none of the usual ones. */
  readonly 'file.unreadable': {
    readonly file: string;
    readonly why: 'missing' | 'denied' | 'folder' | 'other';
    readonly error: string;
  };
  readonly 'file.not-pem': { readonly file: string };
  /** A secret of the gate is nowhere. `credential`: whether the service could be given one. */
  readonly 'secret.missing': {
    /** The credential's name. */
    readonly name: string;
    readonly file: string;
    readonly credential: boolean;
    readonly variable: string;
  };
  /** Not the length in bytes that its cipher takes. */
  readonly 'secret.length': { readonly origin: string; readonly bytes: number; readonly allowed: number };
  /** Another length in bytes than all known platforms give. */
  readonly 'secret.unusual-length': {
    readonly origin: string;
    readonly bytes: number;
    readonly usual: number;
  };
  readonly 'secret.not-text': { readonly origin: string };
  readonly 'secret.empty': { readonly origin: string };
  readonly 'secret.lines': { readonly origin: string };
  readonly 'secret.odd': { readonly origin: string; readonly oddity: SecretOddity };
  /** A robot that signs nothing has a secret to sign with. */
  readonly 'config.unsigned-alerts': { readonly to: string };
  /** The address of an alert's receiver is nowhere. */
  readonly 'secret.no-alert-url': {
    readonly file: string;
    readonly credential: string;
    readonly variable: string;
  };
  /** What should be an address is none; it is not shown. */
  readonly 'secret.not-an-address': { readonly origin: string };
}
