import type { Catalogue } from '../catalogue.ts';
import { reasons } from './reasons.ts';

/** English. */
export const en: Catalogue = { reasons };
