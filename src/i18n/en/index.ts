import type { Catalogue } from '../texts.ts';
import { reasons } from './reasons.ts';

/** English. */
export const en: Catalogue = { reasons };
