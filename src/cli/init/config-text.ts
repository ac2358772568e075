import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseConfig } from '../../config/document.ts';
import { loadLayers } from '../../config/load.ts';
import { ConfigRejected, type PlacedMistake } from '../../config/loaded.ts';
import type { Catalogue } from '../../i18n/en/index.ts';
import type { Answers } from './answers.ts';

/** Where editors find what may stand in a config: as packages install it, and in a checkout. */
const SCHEMAS = [
  '/usr/share/doc/pilegate/config.schema.json',
  fileURLToPath(new URL('../../../docs/generated/config.schema.json', import.meta.url)),
] as const;

/** A small config with these answers, with comments in the person's language. */
export function configText(answers: Answers, comments: Catalogue['setup']['comments']): string {
  const { stationId, stationName, gateUrl, brokerUrl } = answers;
  const schema = SCHEMAS.find((file) => existsSync(file)) ?? SCHEMAS[0];
  return `# yaml-language-server: $schema=${schema}
# ${comments.head}
# ${comments.check}

station:
  id: ${quoted(stationId)} # ${comments.station}
  name: ${quoted(stationName)}
  # timeZone: Asia/Shanghai # ${comments.timeZone}

gate: # ${comments.gate}
  baseUrl: ${quoted(gateUrl)}
${gateLines(answers)}  # ${answers.dialect === 'teld' ? comments.secrets : comments.key}

mqtt: # ${comments.mqtt}
  url: ${quoted(brokerUrl)}
  # username: pilegate # ${comments.login}

sources: # ${comments.sources}
  - name: session-end
    topic: piles/{deviceId}/session/end
    profile: pilegate # ${comments.profile}

# devices: # ${comments.devices}
#   D001: { name: "1", spaceNo: A-01 }
`;
}

function gateLines({ dialect, portName, parkId }: Answers): string {
  const account = quoted(portName);
  const park = quoted(parkId);
  switch (dialect) {
    case 'carpark':
      return `  dialect: carpark\n  portName: ${account}\n  parkId: ${park}\n`;
    case 'keytop':
      return `  dialect: keytop\n  parkId: ${park}\n  keytop:\n    appId: ${account}\n`;
    case 'bolink':
      return `  dialect: bolink\n  bolink:\n    comid: ${park}\n    unionId: ${account}\n`;
    case 'teld':
      return `  dialect: teld\n  parkId: ${park}\n  teld:\n    operatorId: ${account}\n`;
  }
}

/** A text as YAML and JSON write it alike. */
function quoted(text: string): string {
  return JSON.stringify(text);
}

/** What is wrong with a config before it is written. */
export function mistakesIn(text: string, file: string): ConfigRejected | undefined {
  try {
    loadLayers([{ file, document: parseConfig(text), base: [] }], {});
    return undefined;
  } catch (error) {
    if (error instanceof ConfigRejected) return error;
    throw error;
  }
}

/** The mistakes that concern one key. */
export function mistakesOf(rejected: ConfigRejected | undefined, key: string): readonly PlacedMistake[] {
  return (rejected?.mistakes ?? []).filter((mistake) => mistake.key === key);
}
