/** The config that a case runs by: its own, laid over the one of the command line or a made-up one. */
import { parseConfig } from '../../config/document.ts';
import { type ConfigLayer, loadLayers, readLayer } from '../../config/load.ts';
import { ConfigRejected, type LoadedConfig } from '../../config/loaded.ts';
import { mappingOf } from '../../daemon/setup.ts';
import { reason } from '../../domain/reason.ts';
import { StationZone } from '../../domain/station-time.ts';
import type { Mapping } from '../../mapping/compile.ts';
import { readMoment } from '../times.ts';
import { type CaseFile, CaseRejected } from './case-file.ts';
import type { Trial } from './trial.ts';

/** What a case that brings its own sources needs besides: nothing of it is ever connected to. */
const MADE_UP = `
station: { id: "1", name: 示例充电站, timeZone: Asia/Shanghai }
gate: { baseUrl: http://127.0.0.1/, portName: example, parkId: "1" }
`;

/** Makes cases ready to be run. Cases with the same config share its rules. */
export class CaseConfigs {
  readonly #file: string;
  readonly #named: boolean;
  readonly #env: NodeJS.ProcessEnv;
  readonly #known = new Map<string, { loaded: LoadedConfig; mapping: Mapping }>();
  #base: ConfigLayer | undefined;

  /**
   * @param file the config, by whatever it is named
   * @param named whether a person named it; else it is used only for cases that bring no sources of their own
   */
  constructor(file: string, named: boolean, env: NodeJS.ProcessEnv) {
    this.#file = file;
    this.#named = named;
    this.#env = env;
  }

  /**
   * A case with its rules compiled.
   * @throws CaseRejected (2) where the case's own part is wrong
   * @throws Failure (78) where the config below it is wrong or cannot be read
   */
  prepare(file: CaseFile): Trial {
    const { loaded, mapping } = this.#load(file);
    const zone = new StationZone(loaded.config.station.timeZone);
    const now = file.now === undefined ? Date.now() : readMoment(file.now, Number.NaN, zone);
    if (now === undefined || Number.isNaN(now))
      throw file.reject([
        {
          path: ['now'],
          reason: reason('case.not-a-time', {}),
        },
      ]);
    return { loaded, mapping, now, messages: file.messages, until: file.until };
  }

  #load({ config: own }: CaseFile): { loaded: LoadedConfig; mapping: Mapping } {
    const key = own === undefined ? '' : JSON.stringify(own.document.value);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    try {
      const loaded = loadLayers(own === undefined ? [this.#below(own)] : [this.#below(own), own], this.#env);
      const made = { loaded, mapping: mappingOf(loaded) };
      this.#known.set(key, made);
      return made;
    } catch (error) {
      if (!(error instanceof ConfigRejected)) throw error;
      // What is wrong below the case is the config's own fault.
      if (error.mistakes.some(({ file }) => file === this.#file)) throw error;
      throw new CaseRejected(error.mistakes);
    }
  }

  #below(own: ConfigLayer | undefined): ConfigLayer {
    if (!this.#named && own !== undefined && hasSources(own.document.value))
      return { file: own.file, document: parseConfig(MADE_UP), base: [] };
    this.#base ??= readLayer(this.#file);
    return this.#base;
  }
}

function hasSources(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'sources' in value;
}
