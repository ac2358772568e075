import { resolve } from 'node:path';
import { type Notice, type PlacedMistake, placeOf } from '../../config/loaded.ts';
import type { Reason } from '../../domain/reason.ts';
import { WARNINGS } from '../../domain/warnings.ts';
import { shellWord } from '../payload.ts';
import { type ServiceCredential, withCredentials } from '../service-credentials.ts';
import type { ConfigReading } from './config.ts';
import { combined, found, problemVerdict, type Verdict } from './verdict.ts';

/** What is wrong with the config; every mistake, as `check` says it. */
export function configVerdict({ file, unreadable, mistakes, warnings, loaded }: ConfigReading): Verdict {
  const again = { file, check: `pilegate check --config ${shellWord(file)}` };
  if (unreadable) return found('red', 'config.unreadable', { reason: unreadable.reason, ...again });
  const count = mistakes.length;
  if (count > 0)
    return combined(
      mistakes.map((one) => found('red', 'config.mistake', { ...placed(one), count, ...again })),
    );
  if (warnings.length > 0)
    return combined(warnings.map((one) => found('yellow', 'config.warning', { ...placed(one), ...again })));
  if (loaded === undefined)
    return found('red', 'check.defect', { message: `${file}: no mistake, and no config` });
  const { station, sources, contexts } = loaded.config;
  return found('green', 'config.ok', {
    station: station.id,
    sources: sources.length,
    contexts: contexts.length,
  });
}

function placed(one: PlacedMistake | Notice): { place: string; reason: Reason } {
  return { place: 'place' in one ? one.place : placeOf(one), reason: one.reason };
}

/** What is wrong with the files of the key, the password and the certificates. Shows nothing of what is in them. */
export function secretsVerdict({ secrets, service, exposures, loaded, file }: ConfigReading): Verdict {
  const { mistakes, warnings, gate, mqttPassword } = secrets;
  const verdicts = mistakes.map((mistake) => mistakeVerdict(mistake));
  const command = asService(service, file);
  verdicts.push(
    ...service.map(({ name, line }) => found('yellow', 'secret.service-only', { name, line, command })),
  );
  verdicts.push(...warnings.map(({ reason }) => surroundedVerdict(reason)));
  verdicts.push(
    ...exposures
      .filter(({ code }) => code === 'secret-readable')
      .map((one) => problemVerdict({ ...one, level: WARNINGS[one.code].level })),
  );
  if (verdicts.length > 0) return combined(verdicts);
  return found('green', 'secret.ok', {
    key: gate?.origin,
    password: mqttPassword?.origin,
    user: loaded?.config.mqtt.username,
  });
}

/** The command that tries it with what the service has. */
export function asService(service: readonly ServiceCredential[], file: string): string {
  return withCredentials(service, 'doctor', '--config', shellWord(resolve(file)));
}

function mistakeVerdict(mistake: PlacedMistake): Verdict {
  const { key } = mistake;
  const { code, params } = mistake.reason;
  const seen = placed(mistake);
  if (key.includes('.tls.')) return found('red', 'secret.tls-file', { ...seen, key });
  if (code === 'file.unreadable' && params['why'] === 'denied') return found('red', 'secret.no-rights', seen);
  const into = shellWord(String(params['file'] ?? params['origin'] ?? key));
  return found('red', 'secret.wrong', {
    ...seen,
    secret: key.startsWith('mqtt.') ? 'password' : 'key',
    into,
  });
}

/** A key or password with blanks or marks around it; a file can be cleaned, a credential or variable only given anew. */
function surroundedVerdict(reason: Reason): Verdict {
  if (reason.code === 'secret.unusual-length') return found('yellow', 'secret.unusual', { reason });
  const origin = String(reason.params['origin'] ?? '');
  const inFile = !/^(?:credential|environment) /.test(origin);
  return found('yellow', 'secret.surrounded', { reason, path: inFile ? shellWord(origin) : undefined });
}
