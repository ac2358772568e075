/** The config's `gate` once loaded: how this gate is reached, and which dialect of the interface it speaks. */
export interface GateSettings {
  /** `http` or `https` address with any path, ending in a slash or not; passed `checkBaseUrl`. */
  readonly baseUrl: string;
  /** The service address (2.2), `chargePile/chargingRecord` unless the gate says otherwise. */
  readonly service: string;
  /** Name of the body field that carries `service` (1.1.4); the post then goes to `<baseUrl>service`. */
  readonly serviceField?: string | undefined;
  /** For the whole of an attempt, from the first byte to the last, milliseconds. */
  readonly timeout: number;
  /** How many records may be on their way at once; also the number of connections kept. */
  readonly concurrency: number;
  /** Whether fields without a value travel as `""` (the document's way) or not at all. */
  readonly emptyFields: 'send' | 'omit';
  /** Whether empty values are part of what is signed; the document says no. */
  readonly signEmptyFields: boolean;
  /** `fen` sends whole fen where the document has yuan. */
  readonly moneyUnit: 'yuan' | 'fen';
  /** Signed extension fields, sent with every record; none named like a field of the interface. */
  readonly extraFields: Readonly<Record<string, string>>;
  /** `off`, `env` (HTTP_PROXY, HTTPS_PROXY, NO_PROXY) or the proxy's URL. */
  readonly proxy: string;
  readonly tls: GateTls;
  /** What a refusal means, by its description; the first that matches wins. */
  readonly refusals: readonly RefusalRule[];
}

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
  /** A regular expression's source, looked for anywhere in the description. */
  readonly match: string;
  readonly means: 'setup' | 'final';
}
