/** What the document's interface leaves to a receiver; each default is the document's own way. */
export interface CarparkSettings {
  /** The service address (2.2), `chargePile/chargingRecord` unless the gate says otherwise. */
  readonly service: string;
  /** Name of the body field that carries `service` (1.1.4); the post then goes to `<baseUrl>service`. */
  readonly serviceField?: string | undefined;
  /** Whether fields without a value travel as `""` (the document's way) or not at all. */
  readonly emptyFields: 'send' | 'omit';
  /** Whether empty values are part of what is signed; the document says no. */
  readonly signEmptyFields: boolean;
  /** `fen` sends whole fen where the document has yuan. */
  readonly moneyUnit: 'yuan' | 'fen';
  /** Signed extension fields, sent with every record; none named like a field of the interface. */
  readonly extraFields: Readonly<Record<string, string>>;
}
