import { alerts } from './alerts.ts';
import { page } from './page.ts';
import { problems } from './problems.ts';
import { reasons } from './reasons.ts';

/** What a daemon says, in English: all of a catalogue that it has to hold in memory. */
export const spoken = { alerts, page, problems, reasons };

/** What a daemon says in a language. */
export type Spoken = typeof spoken;
