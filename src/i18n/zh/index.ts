import type { Catalogue } from '../texts.ts';
import { reasons } from './reasons.ts';

/** Chinese. */
export const zh: Catalogue = { reasons };
