/** The secrets that each dialect of the gate signs with, by name; none of them is ever in the config. */
import type { Path } from './mistakes.ts';
import type { ParsedConfig } from './schema.ts';

/** A secret that is looked for: in a file, a systemd credential, an environment variable, or beside the config. */
export interface WantedSecret {
  /** The credential's name, and the file's beside the config. */
  readonly name: string;
  readonly variable: string;
  /** The config's key for its file. */
  readonly path: Path;
  /** What that key says. */
  readonly file: string | undefined;
  /** How many bytes of UTF-8 it must have, where the dialect says. */
  readonly bytes?: number;
  /** How many bytes all known platforms give. */
  readonly usual?: number;
}

/** The gate's part of a config. */
export type ParsedGate = ParsedConfig['gate'];

/** The secrets that the gate needs, by the names under which its dialect knows them. */
export function gateSecretsOf(gate: ParsedGate): Readonly<Record<string, WantedSecret>> {
  if (gate.dialect !== 'teld')
    return {
      key: {
        name: 'gate.key',
        variable: 'PILEGATE_GATE_KEY',
        path: ['gate', 'keyFile'],
        file: gate.keyFile,
      },
    };
  const { operatorSecretFile, dataSecretFile, dataSecretIvFile, sigSecretFile } = gate.teld;
  const named = (name: string, variable: string, file: string | undefined) => ({
    name: `gate.${name}`,
    variable: `PILEGATE_GATE_${variable}`,
    path: ['gate', 'teld', `${name}File`],
    file,
  });
  return {
    operatorSecret: named('operatorSecret', 'OPERATOR_SECRET', operatorSecretFile),
    // AES-128: key and initialisation vector are one block each.
    dataSecret: { ...named('dataSecret', 'DATA_SECRET', dataSecretFile), bytes: 16 },
    dataSecretIv: { ...named('dataSecretIv', 'DATA_SECRET_IV', dataSecretIvFile), bytes: 16 },
    sigSecret: { ...named('sigSecret', 'SIG_SECRET', sigSecretFile), usual: 16 },
  };
}

/** The same gate with each path of a secret's file put through `change`; one that becomes undefined is left out. */
export function withSecretFiles(gate: ParsedGate, change: (file: string) => string | undefined): ParsedGate {
  if (gate.dialect !== 'teld') return changed(gate, ['keyFile'], change);
  const files = ['operatorSecretFile', 'dataSecretFile', 'dataSecretIvFile', 'sigSecretFile'] as const;
  return { ...gate, teld: changed(gate.teld, files, change) };
}

function changed<T extends object>(
  value: T,
  keys: readonly (keyof T)[],
  change: (file: string) => string | undefined,
): T {
  const copy = { ...value };
  for (const key of keys) {
    const file: unknown = value[key];
    if (typeof file !== 'string') continue;
    const made = change(file);
    if (made === undefined) delete copy[key];
    else Object.assign(copy, { [key]: made });
  }
  return copy;
}

/** The keys and values by which the gate platform knows this car park and account, to be compared with what it gave. */
export function gateAccount(gate: ParsedGate): string {
  const pairs = (): readonly (readonly [key: string, value: string])[] => {
    switch (gate.dialect) {
      case 'carpark':
        return [
          ['parkId', gate.parkId],
          ['portName', gate.portName],
        ];
      case 'keytop':
        return [
          ['parkId', gate.parkId],
          ['keytop.appId', gate.keytop.appId],
        ];
      case 'bolink':
        return [
          ['bolink.comid', gate.bolink.comid],
          ['bolink.unionId', gate.bolink.unionId],
        ];
      case 'teld':
        return [
          ['parkId', gate.parkId],
          ['teld.operatorId', gate.teld.operatorId],
        ];
    }
  };
  return pairs()
    .map(([key, value]) => `gate.${key} (${value})`)
    .join(', ');
}

/** The account and the car park that records carry; `''` where the dialect has none of its own. */
export function gateIdentity(gate: ParsedGate): { readonly portName: string; readonly parkId: string } {
  switch (gate.dialect) {
    case 'carpark':
      return { portName: gate.portName, parkId: gate.parkId };
    case 'bolink':
      return { portName: '', parkId: gate.bolink.comid };
    default:
      return { portName: '', parkId: gate.parkId };
  }
}
