import type { ChargingRecord } from '../../domain/record.ts';
import type { GateRequest } from '../port.ts';
import type { CommonSettings } from '../settings.ts';
import type { CarparkSettings } from './settings.ts';
import { sign } from './sign.ts';
import { WIRE_FIELDS } from './wire.ts';

/** What of the settings shapes a request. */
export type RequestSettings = Pick<CommonSettings, 'baseUrl'> & CarparkSettings;

const HEADERS = { 'content-type': 'application/json; charset=utf-8' };

/** @returns where records are posted: `<baseUrl><service>`, or `<baseUrl>service` where the body names it (1.1.4) */
export function serviceUrl({
  baseUrl,
  service,
  serviceField,
}: Pick<RequestSettings, 'baseUrl' | 'service' | 'serviceField'>): string {
  const path = serviceField === undefined ? service.replace(/^\/+/, '') : 'service';
  return `${baseUrl.replace(/\/+$/, '')}/${path}`;
}

/**
 * An empty JSON object for the gate's address, without a signature, an order number or a plate, so that no gate can
 * take it for a record. A GET would do no harm either, but many servers answer it with 404 at the right address.
 */
export function emptyRequest(settings: RequestSettings): GateRequest {
  const { service, serviceField } = settings;
  const body = JSON.stringify(serviceField === undefined ? {} : { [serviceField]: service });
  return { url: serviceUrl(settings), headers: HEADERS, body: Buffer.from(body) };
}

/**
 * Makes the requests of records: the fields in the order of the interface's table, the service field and the
 * extension fields after them, `sign` last. What is the same for all records is worked out once.
 *
 * @throws Error (the returned function) where an amount has not two decimals; (this one) where an extension field is
 *   named like a field of the interface: defects of the caller, not the gate's doing
 */
export function requestMaker(
  settings: RequestSettings,
  key: string,
): (record: ChargingRecord) => GateRequest {
  const url = serviceUrl(settings);
  const added = addedFields(settings);
  const sendEmpty = settings.emptyFields === 'send';
  const inFen = settings.moneyUnit === 'fen';

  return (record) => {
    if (key === '') throw new Error(`no key for the record ${record.orderNo}`);
    const fields: Record<string, string> = {};
    for (const { field, name, money } of WIRE_FIELDS) {
      const value = record[field];
      if (value === '' && !sendEmpty) continue;
      // Half a surrogate pair has no UTF-8, so it could not be signed as it travels.
      fields[name] = inFen && money ? toFen(value) : value.toWellFormed();
    }
    // Spread, never assigned: an extension field may be called `__proto__`.
    const params = { ...fields, ...added };
    const body = JSON.stringify({ ...params, sign: sign(params, key, settings) });
    return { url, headers: HEADERS, body: Buffer.from(body) };
  };
}

/** What travels besides the record, as it will be sent. */
function addedFields(settings: RequestSettings): Readonly<Record<string, string>> {
  const { service, serviceField, extraFields, emptyFields } = settings;
  const named: [string, string][] = serviceField === undefined ? [] : [[serviceField, service]];
  for (const [name, value] of Object.entries(extraFields)) {
    if (value !== '' || emptyFields === 'send') named.push([name.toWellFormed(), value.toWellFormed()]);
  }
  const taken = new Set<string>(['sign', ...WIRE_FIELDS.map(({ name }) => name)]);
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
