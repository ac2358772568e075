/** What is wrong with a case file of `pilegate test`. */
export interface CaseReasons {
  /** `keys`: those by which a message can give its payload. */
  readonly 'case.no-payload': { readonly keys: string };
  /** A message gives its payload by this key and by another. */
  readonly 'case.two-payloads': { readonly key: string };
  readonly 'case.empty-payload': Readonly<Record<never, never>>;
  /** `.inf`, `0x10`: YAML has such numbers. */
  readonly 'case.number-not-json': Readonly<Record<never, never>>;
  readonly 'case.hex': Readonly<Record<never, never>>;
  readonly 'case.base64': Readonly<Record<never, never>>;
  readonly 'case.wildcard': Readonly<Record<never, never>>;
  readonly 'case.out-of-order': Readonly<Record<never, never>>;
  readonly 'case.until-too-early': Readonly<Record<never, never>>;
  readonly 'case.not-a-time': Readonly<Record<never, never>>;
  readonly 'case.not-utf8': Readonly<Record<never, never>>;
  readonly 'case.too-large': { readonly bytes: number; readonly allowed: number };
}
