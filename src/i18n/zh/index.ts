import type { Catalogue } from '../en/index.ts';
import { actions } from './actions.ts';
import { capture } from './capture.ts';
import { cases } from './cases.ts';
import { check } from './check.ts';
import { doctor } from './doctor/index.ts';
import { fleet } from './fleet.ts';
import { gateTest } from './gate-test.ts';
import { listing } from './listing.ts';
import { names } from './names.ts';
import { orders } from './orders.ts';
import { setup } from './setup.ts';
import { spoken } from './spoken.ts';
import { status } from './status.ts';
import { support } from './support.ts';
import { duration } from './time.ts';
import { upkeep } from './upkeep.ts';

/** Chinese: all that the program says to people, one file a surface. */
export const zh: Catalogue = {
  ...spoken,
  names,
  status,
  orders,
  actions,
  upkeep,
  support,
  setup,
  listing,
  fleet,
  gateTest,
  check,
  cases,
  capture,
  doctor,
  duration,
};
