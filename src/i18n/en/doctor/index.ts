import type { FindingsAs } from '../../texts.ts';
import { broker } from './broker.ts';
import { config } from './config.ts';
import { delivery } from './delivery.ts';
import { gate, testRecordWarning } from './gate.ts';
import { links } from './link.ts';
import { storage } from './storage.ts';

const texts = { ...config, ...links, ...broker, ...gate, ...storage, ...delivery };
const findings: FindingsAs<typeof texts> = texts;

/** What `doctor` says: the checks' names, and each finding with its remedy (empty where there is nothing to do). */
export const doctor = {
  checks: {
    config: 'config',
    key: 'key, password and certificates',
    storage: 'storage',
    outbox: 'outbox',
    daemon: 'daemon',
    broker: 'broker',
    subscriptions: 'subscriptions',
    events: 'events',
    gate: 'gate',
    clock: 'clock',
    refusals: 'refusals',
    backlog: 'backlog',
    parked: 'parked',
    quarantine: 'quarantine',
    'test-record': 'test record',
  },
  findings,
  testRecordWarning,
};

type Texts = typeof texts;

/** The parameters of each finding, by its code. */
export type FindingParams = { readonly [C in keyof Texts]: Parameters<Texts[C]>[0] };
