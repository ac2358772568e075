import { missingSecret } from '../../config/secrets.ts';
import { readSetup, type SetupReading } from '../../daemon/setup.ts';
import { type ServiceCredential, serviceCredentials } from '../service-credentials.ts';

/** All that could be read of a config, however wrong it is. */
export interface ConfigReading extends SetupReading {
  /** What is missing here and the service has: of the gate's secrets and `mqtt.password`. */
  readonly service: readonly ServiceCredential[];
  /** Whether a mistake concerns one of these keys, what is in them or what they are in. */
  wrong(...keys: readonly string[]): boolean;
}

/** Reads a config, its rules and its secrets, each as far as it goes. Never throws for their sake. */
export function readConfig(file: string, env: NodeJS.ProcessEnv): ConfigReading {
  const read = readSetup(file, env);
  const { secrets, service } = withService(read, env);
  const keys = [...read.mistakes, ...secrets.mistakes].map(({ key }) => key);
  const concerns = (asked: string, key: string) =>
    `${key}.`.startsWith(`${asked}.`) || key.startsWith(`${asked}[`) || asked.startsWith(`${key}.`);
  return {
    ...read,
    secrets,
    service,
    wrong: (...asked) => asked.some((one) => keys.some((key) => concerns(one, key))),
  };
}

/** Leaves out that a secret is missing where the service has it as a credential. */
function withService(
  { loaded, secrets }: SetupReading,
  env: NodeJS.ProcessEnv,
): Pick<ConfigReading, 'secrets' | 'service'> {
  if (loaded === undefined) return { secrets, service: [] };
  const { username, passwordFile } = loaded.config.mqtt;
  const wanted = [
    ...secrets.mistakes.flatMap((mistake) => missingSecret(mistake) ?? []),
    ...(username !== undefined && passwordFile === undefined && !secrets.mqttPassword
      ? ['mqtt.password']
      : []),
  ];
  if (wanted.length === 0) return { secrets, service: [] };
  const service = serviceCredentials(loaded.file, env).filter(({ name }) => wanted.includes(name));
  const has = (credential: string | undefined) => service.some(({ name }) => name === credential);
  const mistakes = secrets.mistakes.filter((mistake) => !has(missingSecret(mistake)));
  return { secrets: { ...secrets, mistakes }, service };
}
