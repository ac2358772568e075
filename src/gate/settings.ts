import type { BolinkSettings } from './bolink/request.ts';
import type { CarparkSettings } from './carpark/settings.ts';
import type { KeytopSettings } from './keytop/request.ts';
import type { TeldSettings } from './teld/request.ts';

/** What each dialect adds to the settings that all gates have, by `gate.dialect`. A new dialect adds one line here. */
export interface DialectSettings {
  readonly carpark: CarparkSettings;
  readonly keytop: KeytopSettings;
  readonly bolink: BolinkSettings;
  readonly teld: TeldSettings;
}

/** The values of `gate.dialect`. */
export type DialectName = keyof DialectSettings;

/** The config's `gate` once loaded: how this gate is reached, which dialect it speaks, and that dialect's settings. */
export type GateSettings<D extends DialectName = DialectName> = {
  [Name in D]: CommonSettings & DialectSettings[Name] & { readonly dialect: Name };
}[D];

/** The settings that every gate has. */
export interface CommonSettings {
  /** `http` or `https` address with any path, ending in a slash or not; passed `checkBaseUrl`. */
  readonly baseUrl: string;
  /** For the whole of an attempt, from the first byte to the last, milliseconds. */
  readonly timeout: number;
  /** How many records may be on their way at once; also the number of connections kept. */
  readonly concurrency: number;
  /** `off`, `env` (HTTP_PROXY, HTTPS_PROXY, NO_PROXY) or the proxy's URL. */
  readonly proxy: string;
  readonly tls: GateTls;
  /** What a refusal means, by its description; the first that matches wins. */
  readonly refusals: readonly RefusalRule[];
}

/** Secrets by name: `key`, and those that a dialect adds. */
export type GateSecrets = Readonly<Record<string, string>>;

/** PEM files, absolute paths. */
export interface GateTls {
  /** The authorities to trust instead of the system's. */
  readonly ca?: string | undefined;
  /** The certificate that this side shows, with its key. */
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

/** What a refusal means whose description matches. */
export interface RefusalRule {
  /** A regular expression's source (`domain/pattern.ts`), looked for anywhere in the description. */
  readonly match: string;
  readonly means: 'setup' | 'final' | 'delivered';
}
