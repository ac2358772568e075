import { loadConfig } from '../config/load.ts';
import { ConfigRejected, type LoadedConfig, type PlacedMistake } from '../config/loaded.ts';
import { loadSecrets, type Secrets } from '../config/secrets.ts';
import type { StationIdentity } from '../domain/record.ts';
import { compileMapping, type Mapping } from '../mapping/compile.ts';
import type { Issue } from '../mapping/issues.ts';
import { overlap, parseTopic } from '../mapping/topic.ts';

/** All that a config brings: itself, the secrets it names, and its rules, compiled. */
export interface Setup {
  readonly loaded: LoadedConfig;
  readonly secrets: Secrets;
  readonly mapping: Mapping;
  /** What is no mistake but can hardly be meant, a line each. */
  readonly warnings: readonly string[];
}

/**
 * Reads a config, its secrets and its rules, as `check`, `run` and a reload do.
 * @throws ConfigRejected (exit 78) with the mistakes of all three, in the order of the file
 * @throws Failure (exit 78) where the file cannot be read
 */
export function setUp(file: string, env: NodeJS.ProcessEnv): Setup {
  const mistakes: PlacedMistake[] = [];
  /** What `read` gives; where it is rejected, what is left of it, and its mistakes are kept. */
  const tolerant = <T>(read: () => T, left: (rejected: ConfigRejected) => T | undefined): T | undefined => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof ConfigRejected)) throw error;
      mistakes.push(...error.mistakes);
      return left(error);
    }
  };
  const loaded = tolerant(
    () => loadConfig(file, env),
    ({ mended }) => mended,
  );
  if (!loaded) throw new ConfigRejected(mistakes);

  const { mapping, issues } = compileRules(loaded);
  mistakes.push(...loaded.reject(issues.filter(({ severity }) => severity === 'error')).mistakes);
  const secrets = tolerant(
    () => loadSecrets(loaded, env),
    () => undefined,
  );
  if (!secrets || mistakes.length > 0) throw new ConfigRejected(mistakes);
  const odd = issues.filter(({ severity }) => severity === 'warning').map((issue) => loaded.tell(issue));
  return { loaded, secrets, mapping, warnings: [...loaded.warnings, ...odd, ...secrets.warnings] };
}

/** What the config's rules make of events. @throws ConfigRejected (78) naming each mistake by its line */
export function mappingOf(loaded: LoadedConfig): Mapping {
  const { mapping, issues } = compileRules(loaded);
  const errors = issues.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw loaded.reject(errors);
  return mapping;
}

/** Who the config says we are to the gate. */
export function identityOf({ config: { station, gate } }: LoadedConfig): StationIdentity {
  return { portName: gate.portName, parkId: gate.parkId, stationId: station.id, stationName: station.name };
}

function compileRules(loaded: LoadedConfig): ReturnType<typeof compileMapping> {
  const { sources, contexts, devices, station } = loaded.config;
  const { mapping, issues } = compileMapping({
    sources,
    contexts,
    devices,
    timeZone: station.timeZone,
    identity: identityOf(loaded),
  });
  return { mapping, issues: [...issues, ...unsharedSources(loaded)] };
}

/**
 * Contexts are never shared, so with `shareGroup` each adapter would get every session on a topic that a context
 * takes too, and the gate every record once an adapter.
 */
function unsharedSources({ config: { mqtt, sources, contexts } }: LoadedConfig): Issue[] {
  if (mqtt.shareGroup === undefined) return [];
  return contexts.flatMap(({ topic }, at): Issue[] => {
    const filter = parseTopic(topic);
    const source = sources.find((one) => {
      const other = parseTopic(one.topic);
      return 'levels' in filter && 'levels' in other && overlap(filter, other);
    });
    if (source === undefined) return [];
    const message = `takes messages of the source ${source.name} too: with mqtt.shareGroup, which does not share contexts, every adapter would then take every session; have them published on topics of their own`;
    return [{ path: ['contexts', at, 'topic'], message, severity: 'error' }];
  });
}
