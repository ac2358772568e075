import type { Catalogue } from '../catalogue.ts';
import { reasons } from './reasons.ts';

/** Chinese. */
export const zh: Catalogue = { reasons };
