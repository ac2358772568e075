import type { ReasonTexts } from '../texts.ts';
import { caseReasons } from './case-reasons.ts';
import { configReasons } from './config-reasons.ts';
import { gateReasons } from './gate-reasons.ts';
import { mappingReasons } from './mapping-reasons.ts';
import { netReasons } from './net-reasons.ts';
import { outboxReasons } from './outbox-reasons.ts';
import { ruleReasons, wayReasons } from './rule-reasons.ts';
import { storageReasons } from './storage-reasons.ts';

/** Why something is so, in English. */
export const reasons: ReasonTexts = {
  prose: ({ text }) => text,
  ...netReasons,
  ...outboxReasons,
  ...gateReasons,
  ...mappingReasons,
  ...ruleReasons,
  ...wayReasons,
  ...storageReasons,
  ...configReasons,
  ...caseReasons,
};
