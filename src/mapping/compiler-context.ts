import type { StationIdentity } from '../domain/record.ts';
import type { StationZone } from '../domain/station-time.ts';
import type { ContextFacts } from './context-key.ts';
import type { Issues } from './issues.ts';
import type { DeviceRow } from './rules.ts';
import type { Sandbox } from './sandbox.ts';

/** What every source and context is compiled with. */
export interface Tools {
  readonly zone: StationZone;
  readonly identity: StationIdentity;
  readonly devices: ReadonlyMap<string, DeviceRow>;
  readonly contexts: ReadonlyMap<string, ContextFacts>;
  /** Opened by the first expression: most configs have none. */
  readonly sandbox: () => Sandbox;
  readonly issues: Issues;
}
