import { readFileSync } from 'node:fs';
import { Command, Option } from 'commander';
import { Failure } from '../domain/failure.ts';
import { DIALECTS, type Dialect, EXAMPLE_OPERATOR, receiverOf } from '../simulator/gate/dialects.ts';
import { FAULT_HELP, parseFault } from '../simulator/gate/fault-text.ts';
import type { Fault } from '../simulator/gate/faults.ts';
import type { GateOptions } from '../simulator/gate/gate.ts';
import type { GateEvent } from '../simulator/gate/reception.ts';
import { interrupted } from './interrupted.ts';
import { colours, print, printJson, say } from './output.ts';
import { readKey } from './sign.ts';
import { wholeNumber } from './simulate-options.ts';

interface Flags {
  readonly host: string;
  readonly port: number;
  readonly keyFile?: string;
  readonly parkId?: readonly string[];
  readonly dialect: Dialect;
  readonly service?: string;
  readonly serviceField?: string;
  readonly signEmptyFields?: boolean;
  readonly moneyUnit: 'yuan' | 'fen';
  readonly appId?: readonly string[];
  readonly bodyEncoding?: 'base64' | 'json';
  readonly operatorId: string;
  readonly lotBy: 'ParkID' | 'StationID';
  readonly tokenSeconds: number;
  readonly operatorSecretFile?: string;
  readonly dataSecretFile?: string;
  readonly dataSecretIvFile?: string;
  readonly sigSecretFile?: string;
  readonly grantRepeats?: true;
  readonly fault?: readonly Fault[];
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly tlsCa?: string;
  readonly json?: true;
}

const SECRET_HELP = "a file with this secret (else the worked example's)";

/** The key of the interface document's example, for a gate that is given none. */
const EXAMPLE_KEY = '192006250b4c09247ec02edce69f6a2d';

/** `simulate gate`: the reference receiver in the foreground, until Ctrl-C. */
export function simulateGateCommand(): Command {
  return new Command('gate')
    .description('run a gate platform that checks every rule of its dialect and says which one is broken')
    .option('--host <address>', 'the address to listen on', '127.0.0.1')
    .option('--port <number>', 'the port to listen on; 0 takes any free one', wholeNumber(0, 65_535), 9650)
    .option(
      '--key-file <file>',
      "the file with the key (else $PILEGATE_GATE_KEY, else the document's example)",
    )
    .option('--park-id <id>', 'a car park it serves, repeatable; any by default', collect)
    .addOption(
      new Option('--dialect <name>', 'what it speaks; see below').choices(DIALECTS).default('strict'),
    )
    .option('--service <path>', "the address's end, by default as the dialect has it")
    .option(
      '--service-field <name>',
      'the field that must name the service; the address then ends in `service`',
    )
    .option('--sign-empty-fields', 'empty values are signed (php: they are unless told otherwise)')
    .option('--no-sign-empty-fields', 'empty values are not signed')
    .addOption(
      new Option('--money-unit <unit>', 'what money comes in').choices(['yuan', 'fen']).default('yuan'),
    )
    .option('--app-id <id>', 'keytop: an account it has, repeatable; any by default', collect)
    .addOption(
      new Option('--body-encoding <encoding>', 'bolink: what bodies come in').choices(['base64', 'json']),
    )
    .option('--operator-id <id>', 'teld: the operator that it knows', EXAMPLE_OPERATOR.operatorId)
    .addOption(
      new Option('--lot-by <field>', 'teld: the field it finds a lot by')
        .choices(['ParkID', 'StationID'])
        .default('ParkID'),
    )
    .option('--token-seconds <number>', 'teld: how long a token is good for', wholeNumber(1, 86_400), 7200)
    .option('--operator-secret-file <file>', `teld: ${SECRET_HELP}`)
    .option('--data-secret-file <file>', `teld: ${SECRET_HELP}`)
    .option('--data-secret-iv-file <file>', `teld: ${SECRET_HELP}`)
    .option('--sig-secret-file <file>', `teld: ${SECRET_HELP}`)
    .option('--grant-repeats', 'take a repeated order number for a new record, as one real gate does')
    .option('--fault <fault>', 'a misfortune to order, repeatable; see below', collectFault)
    .option('--tls-cert <file>', 'PEM file with its certificate, for https')
    .option('--tls-key <file>', 'PEM file with the key of the certificate')
    .option('--tls-ca <file>', 'PEM file with the authority of the client certificates it asks for')
    .option('--json', 'each request as a JSON object a line')
    .addHelpText(
      'after',
      `
A line for each request goes to stdout. GET / is a page that shows what arrived, GET /records all of it as JSON.
The path before the address's end does not matter, so any gate.baseUrl that leads here is good.
Dialects: carpark is the interface document's (strict is another name of it; mux, gin and php answer as real receivers
of it do); keytop is 科拓 SyncChargePilePay, bolink 泊链 syncChargePilePay, teld the T/CEC 102 envelope with query_token.
keytop and teld grant a discount for each record that they take, repeated or not, as the known receivers do.

${FAULT_HELP}

Habits, by dialect:
${habitHelp()}

Examples:
  pilegate simulate gate --host 0.0.0.0 --key-file gate.key --park-id 3302122004
  pilegate simulate gate --dialect gin --fault latency=200ms --fault status=503,retry-after=5,share=10%
  pilegate simulate gate --fault away,from=10s,to=40s --fault refuse=车辆已离场,plate=^浙BD
  pilegate simulate gate --dialect teld --fault habit=glued,share=10%
  pilegate simulate gate --port 0 --json | jq -c 'select(.verdict == "refused")'`,
    )
    .action(run);
}

async function run(flags: Flags): Promise<void> {
  const { startGate } = await import('../simulator/gate/gate.ts');
  const key = flags.dialect === 'teld' ? '' : keyOf(flags.keyFile);
  const tell = flags.json ? tellJson : teller();
  const gate = await startGate({ ...gateOptions(flags), key, onRequest: tell });
  if (flags.json) printJson({ listening: gate.url, port: gate.port, dialect: flags.dialect });
  else print(`listening on ${gate.url} (${flags.dialect}), Ctrl-C ends it`);
  await interrupted();
  const { requests, repeats, refused } = gate;
  say(`${requests} requests, ${gate.records().length} records, ${repeats} repeats, ${refused} refused`);
  await gate.close();
}

function keyOf(file: string | undefined): string {
  if (file !== undefined || process.env['PILEGATE_GATE_KEY'] !== undefined) return readKey(file);
  say(`no --key-file: the key is the interface document's example, ${EXAMPLE_KEY}`);
  return EXAMPLE_KEY;
}

function gateOptions(flags: Flags): Omit<GateOptions, 'key'> {
  const { host, port, parkId, dialect, service, serviceField, signEmptyFields, moneyUnit, fault } = flags;
  return {
    host,
    port,
    dialect,
    moneyUnit,
    teld: teldRules(flags),
    ...(flags.grantRepeats === undefined ? {} : { idempotent: false }),
    ...(service === undefined ? {} : { service }),
    ...(flags.appId === undefined ? {} : { appIds: flags.appId }),
    ...(flags.bodyEncoding === undefined ? {} : { bodyEncoding: flags.bodyEncoding }),
    ...(fault === undefined ? {} : { faults: fault }),
    ...(parkId === undefined ? {} : { parkIds: parkId }),
    ...(serviceField === undefined ? {} : { serviceField }),
    ...(signEmptyFields === undefined ? {} : { signEmptyFields }),
    ...tlsOptions(flags),
  };
}

function teldRules(flags: Flags): NonNullable<GateOptions['teld']> {
  const { operatorId, lotBy, tokenSeconds } = flags;
  const { operatorSecret, secrets } = EXAMPLE_OPERATOR;
  const read = (file: string | undefined, otherwise: string) =>
    file === undefined ? otherwise : readKey(file);
  return {
    operatorId,
    lotBy,
    tokenSeconds,
    operatorSecret: read(flags.operatorSecretFile, operatorSecret),
    secrets: {
      data: read(flags.dataSecretFile, secrets.data),
      iv: read(flags.dataSecretIvFile, secrets.iv),
      sig: read(flags.sigSecretFile, secrets.sig),
    },
  };
}

/** A line for each dialect: the habits that can be ordered of it. */
function habitHelp(): string {
  return (['carpark', 'keytop', 'bolink', 'teld'] as const)
    .map((dialect) => `  ${dialect}: ${Object.keys(receiverOf({ key: '', dialect }).habits).join(', ')}`)
    .join('\n');
}

function tlsOptions({ tlsCert, tlsKey, tlsCa }: Flags): Pick<GateOptions, 'tls'> {
  if (tlsCert === undefined && tlsKey === undefined && tlsCa === undefined) return {};
  if (tlsCert === undefined || tlsKey === undefined) {
    throw new Failure('https takes both --tls-cert and --tls-key', 2);
  }
  const ca = tlsCa === undefined ? {} : { ca: readPem(tlsCa) };
  return { tls: { cert: readPem(tlsCert), key: readPem(tlsKey), ...ca } };
}

function readPem(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Failure(`cannot read ${file}: ${why}`, 1, { cause });
  }
}

function tellJson({ at, ...event }: GateEvent): void {
  printJson({ at: new Date(at).toISOString(), ...event });
}

/** Readable lines: when, the verdict, the record, and what is to be said of it. */
function teller(): (event: GateEvent) => void {
  const { green, red, yellow } = colours();
  const paint = { accepted: green, repeat: yellow, refused: red, session: green, fault: red, stray: red };
  return ({ at, ms, method, path, status, verdict, description, detail, fault, orderNo, plateNo }) => {
    const about = orderNo === undefined ? `${method} ${path}` : `${orderNo} ${plateNo}`;
    // What came may hold anything: nothing of it may steer the terminal.
    const more = [about, fault, description, detail].flatMap((part) => part?.replace(/\p{Cc}+/gu, ' ') ?? []);
    const when = new Date(at).toISOString();
    print(`${when} ${paint[verdict](verdict)} ${status} ${ms.toFixed(1)}ms ${more.join('  ')}`);
  };
}

function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

function collectFault(text: string, before: readonly Fault[] = []): Fault[] {
  return [...before, parseFault(text)];
}
