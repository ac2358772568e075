import { type ChargingRecord, WIRE_FIELDS, type WireField } from '../domain/record.ts';
import type { GateSettings } from './settings.ts';
import { sign } from './sign.ts';

/** One record as it goes over the wire. */
export interface GateRequest {
  /** Where to post it. */
  readonly url: string;
  /** The JSON body in UTF-8. Its strings are the very ones that were signed. */
  readonly body: Buffer;
}

/** What of the settings shapes a request. */
export type RequestSettings = Pick<
  GateSettings,
  'baseUrl' | 'service' | 'serviceField' | 'emptyFields' | 'signEmptyFields' | 'moneyUnit' | 'extraFields'
>;

const MONEY_FIELDS: readonly WireField[] = ['elecMoney', 'seviceMoney', 'totalMoney'];

/** @returns where records are posted: `<baseUrl><service>`, or `<baseUrl>service` where the body names it (1.1.4) */
export function serviceUrl({ baseUrl, service, serviceField }: RequestSettings): string {
  const path = serviceField === undefined ? service.replace(/^\/+/, '') : 'service';
  return `${baseUrl.replace(/\/+$/, '')}/${path}`;
}

/**
 * Makes the request of one record: the fields in the order of the interface's table, the service field and the
 * extension fields after them, `sign` last.
 *
 * @param record canonical: yuan and kWh with two decimals, or `''`
 * @throws Error where an amount is not canonical, or an extension field is named like a field of the interface:
 *   defects of the caller, not the gate's doing
 */
export function requestFor(record: ChargingRecord, settings: RequestSettings, key: string): GateRequest {
  return requestMaker(settings, key)(record);
}

/** {@link requestFor} for many records: what is the same for all of them is worked out once. */
export function requestMaker(
  settings: RequestSettings,
  key: string,
): (record: ChargingRecord) => GateRequest {
  const url = serviceUrl(settings);
  const added = addedFields(settings);
  const sendEmpty = settings.emptyFields === 'send';
  const inFen = settings.moneyUnit === 'fen';

  return (record) => {
    const fields: Record<string, string> = {};
    for (const name of WIRE_FIELDS) {
      const value = record[name];
      if (value === '' && !sendEmpty) continue;
      // Half a surrogate pair has no UTF-8, so it could not be signed as it travels.
      fields[name] = inFen && MONEY_FIELDS.includes(name) ? toFen(value) : value.toWellFormed();
    }
    // Spread, never assigned: an extension field may be called `__proto__`.
    const params = { ...fields, ...added };
    const body = JSON.stringify({ ...params, sign: sign(params, key, settings) });
    return { url, body: Buffer.from(body) };
  };
}

/** What travels besides the record, as it will be sent. */
function addedFields(settings: RequestSettings): Readonly<Record<string, string>> {
  const { service, serviceField, extraFields, emptyFields } = settings;
  const named: [string, string][] = serviceField === undefined ? [] : [[serviceField, service]];
  for (const [name, value] of Object.entries(extraFields)) {
    if (value !== '' || emptyFields === 'send') named.push([name.toWellFormed(), value.toWellFormed()]);
  }
  const taken = new Set<string>(['sign', ...WIRE_FIELDS]);
  for (const [name] of named) {
    if (taken.has(name)) throw new Error(`the extension field ${name} would stand twice in the body`);
    taken.add(name);
  }
  return Object.fromEntries(named);
}

/** Yuan with two decimals as whole fen, by moving the point: never through a float. */
function toFen(yuan: string): string {
  if (yuan === '') return '';
  if (!/^\d+\.\d\d$/.test(yuan)) throw new Error(`not an amount in yuan with two decimals: ${yuan}`);
  return yuan.replace('.', '').replace(/^0+(?=\d)/, '');
}
