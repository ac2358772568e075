import { bolink } from './bolink/dialect.ts';
import { carpark } from './carpark/dialect.ts';
import { keytop } from './keytop/dialect.ts';
import type { Dialect, DialectTools } from './port.ts';
import type { DialectName, GateSecrets, GateSettings } from './settings.ts';
import { teld } from './teld/dialect.ts';

/** Makes the dialect of one gate. */
type MakeDialect<D extends DialectName> = (
  settings: GateSettings<D>,
  secrets: GateSecrets,
  tools: DialectTools,
) => Dialect;

/** The dialects, by `gate.dialect`. A new one adds one line here and one in `settings.ts`. */
const DIALECTS: { readonly [D in DialectName]: MakeDialect<D> } = {
  carpark,
  keytop,
  bolink,
  teld,
};

/**
 * The dialect that the settings choose. Without its secrets it can name its address and probe, but make no request of a
 * record.
 */
export function openDialect<D extends DialectName>(
  settings: GateSettings<D>,
  secrets: GateSecrets,
  tools: DialectTools,
): Dialect {
  const make: MakeDialect<D> = DIALECTS[settings.dialect];
  return make(settings, secrets, tools);
}
