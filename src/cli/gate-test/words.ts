import { publicName } from '../../domain/record.ts';
import { visible } from '../../domain/visible-text.ts';
import { TEST_PLATE } from '../doctor/test-record.ts';
import type { Speech } from '../voice.ts';
import type { Finding, Tried } from './rules.ts';

/** A finding as people and programs are shown it. */
export interface Said {
  readonly rule: Finding['rule'];
  readonly ok: boolean;
  readonly severity: Finding['severity'];
  /** Each what was sent with its order number; then the first request that went wrong, else the first. */
  readonly sent: string;
  readonly expected: string;
  /** What came, of what went wrong where anything did. */
  readonly got: string;
}

/** A reply shown so far, characters. */
const REPLY = 200;

/** Puts a finding into words. @param place where records are posted; for the request that is shown */
export function saidOf(finding: Finding, speech: Speech, place: string): Said {
  const { rule, ok, severity, expected, tried } = finding;
  const texts = speech.texts.gateTest;
  const [first] = tried;
  const wrong = tried.filter(({ met }) => !met);
  const shown = wrong[0] ?? first;
  const sent = tried.map((one) => sentWords(one, speech));
  const request = shown === undefined ? [] : [`POST ${place}`, visible(shown.body)];
  return {
    rule,
    ok,
    severity,
    sent: [...sent, ...request].join('\n'),
    expected: texts.expected[expected],
    got: [...cameOf(finding, wrong, speech), ...hints(finding, speech)].join('\n'),
  };
}

function sentWords({ sent, orderNo }: Tried, { texts }: Speech): string {
  const words = texts.gateTest.sent[sent.what];
  return 'field' in sent ? `${words} ${publicName(sent.field)}` : `${words} (${orderNo})`;
}

function cameOf({ tried }: Finding, wrong: readonly Tried[], speech: Speech): string[] {
  const { gateTest } = speech.texts;
  const [first] = tried;
  if (first === undefined) return [gateTest.untried];
  if (wrong.length > 0)
    return wrong.map((one) =>
      tried.length === 1 ? answer(one, speech) : `${sentWords(one, speech)}: ${answer(one, speech)}`,
    );
  return [...(tried.length > 1 ? [gateTest.allMet(tried.length)] : []), answer(first, speech)];
}

/** What the gate said, as it is said of any record, with its reply. Secrets were blotted out of both before. */
function answer({ outcome }: Tried, { told }: Speech): string {
  const status = outcome.status === undefined ? [] : [`HTTP ${outcome.status}`];
  const reply = outcome.reply === undefined ? [] : [outcome.reply.slice(0, REPLY)];
  return visible([...status, told(outcome.reason), ...reply].join(' · ').replace(/\s+/g, ' '));
}

/** What a person has to do or know besides. */
function hints({ rule, ok, kept, tried }: Finding, { texts }: Speech): string[] {
  const { notKept, repeatTaken, carOut } = texts.gateTest;
  const [first] = tried;
  if (rule === 'keep-alive' && kept === false) return [notKept];
  if (rule === 'repeat' && first?.outcome.kind === 'delivered') return [repeatTaken(first.orderNo)];
  if (rule === 'accept' && !ok && first?.outcome.kind === 'refused') return [carOut(TEST_PLATE)];
  return [];
}
