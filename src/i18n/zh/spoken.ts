import type { Spoken } from '../en/spoken.ts';
import { alerts } from './alerts.ts';
import { page } from './page.ts';
import { problems } from './problems.ts';
import { reasons } from './reasons.ts';

/** What a daemon says, in Chinese. */
export const spoken: Spoken = { alerts, page, problems, reasons };
