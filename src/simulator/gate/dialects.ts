import { bolinkReceiver } from './bolink/receiver.ts';
import { carparkReceiver } from './carpark/receiver.ts';
import { STYLES, type Style, signsEmptyFields } from './carpark/replies.ts';
import { keytopReceiver } from './keytop/receiver.ts';
import type { Receiver } from './receiver.ts';
import { type TeldRules, teldReceiver } from './teld/receiver.ts';

/** The receivers to choose from: the document's in its styles (`carpark` is `strict`), and those of other platforms. */
export const DIALECTS = [...STYLES, 'carpark', 'keytop', 'bolink', 'teld'] as const;

/** One of {@link DIALECTS}. */
export type Dialect = (typeof DIALECTS)[number];

/** What a receiver knows and expects; each dialect takes what it has a use for. */
export interface ReceiverOptions {
  /** The secret that requests are signed with; teld has its own. */
  readonly key: string;
  /** `strict` by default. */
  readonly dialect?: Dialect;
  /** The car parks it serves; any by default. */
  readonly parkIds?: readonly string[];
  /** The address's end, by default as the dialect has it; what comes before it does not matter. */
  readonly service?: string;
  /** carpark: the body's field that must name the service; the address then ends in `service`. */
  readonly serviceField?: string;
  /** carpark: by default as the style has it. */
  readonly signEmptyFields?: boolean;
  /** carpark: `yuan` by default. */
  readonly moneyUnit?: 'yuan' | 'fen';
  /** keytop: the accounts it has; any by default. */
  readonly appIds?: readonly string[];
  /** bolink: `base64` by default. */
  readonly bodyEncoding?: 'base64' | 'json';
  /** teld: the operator and its secrets, and how its tokens and lots are. */
  readonly teld?: Partial<Omit<TeldRules, 'parkIds'>>;
}

/** The made-up operator of the teld specification's worked example. */
export const EXAMPLE_OPERATOR = {
  operatorId: 'MA1234567',
  operatorSecret: 'operatorSecret01',
  secrets: { data: 'dataSecret000001', iv: 'dataSecretIV0001', sig: 'sigSecret0000001' },
} as const;

/** Makes the receiver of the dialect that the options name. */
export function receiverOf(options: ReceiverOptions): Receiver {
  const { key, dialect = 'strict', service } = options;
  const parkIds = options.parkIds === undefined ? undefined : new Set(options.parkIds);
  switch (dialect) {
    case 'keytop':
      return keytopReceiver({
        key,
        parkIds,
        appIds: options.appIds === undefined ? undefined : new Set(options.appIds),
        path: service ?? 'api/wec/SyncChargePilePay',
      });
    case 'bolink':
      return bolinkReceiver({
        key,
        parkIds,
        bodyEncoding: options.bodyEncoding ?? 'base64',
        path: service ?? 'chargingPile/syncChargePilePay',
      });
    case 'teld':
      return teldReceiver({
        lotBy: 'ParkID',
        tokenSeconds: 7200,
        ...EXAMPLE_OPERATOR,
        ...options.teld,
        parkIds,
      });
    default: {
      const style: Style = dialect === 'carpark' ? 'strict' : dialect;
      return carparkReceiver(style, {
        key,
        parkIds,
        signEmptyFields: options.signEmptyFields ?? signsEmptyFields(style),
        moneyUnit: options.moneyUnit ?? 'yuan',
        service: service ?? 'chargePile/chargingRecord',
        serviceField: options.serviceField,
      });
    }
  }
}
