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
  /** The names and values by which this platform says how it went. */
  readonly reply: ReplyForm;
  /** Signed extension fields, sent with every record; none named like a field of the interface. */
  readonly extraFields: Readonly<Record<string, string>>;
}

/** How a platform says in its reply what became of a record. Names count in any case of letters. */
export interface ReplyForm {
  /** The names that its verdict may have. */
  readonly result: readonly string[];
  /** The verdicts that mean success; where all of them are numbers, only a number is a verdict. */
  readonly success: readonly string[];
  /** The names that its words may have; the first that is there and not empty counts. */
  readonly description: readonly string[];
}

/** The document's names, and those that receivers in use have in their place. */
export const DOCUMENT_REPLY: ReplyForm = {
  result: ['result', 'Result'],
  success: ['0'],
  description: ['description', 'Description', 'msg', 'message', 'desc', 'error'],
};
