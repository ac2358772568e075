/** Operator actions: questions, what would be done, corrections and the audit. */
export const actions = {
  would: {
    retry: (state: string, why: string) => `would be due now (${state}${why === '' ? '' : `: ${why}`})`,
    park: (state: string, why: string) => `would be parked (${state}${why === '' ? '' : `: ${why}`})`,
    replay: (why: string) => `would be mapped again (${why})`,
    discard: (why: string) => `would be discarded (${why})`,
    resend: (state: string) => `would be sent again (${state})`,
    not: (state: string) => `would be left as it is (${state})`,
  },
  dryRun: (count: number) => `${count} would be dealt with; nothing was changed (--dry-run)`,
  askRetry: (count: number) => `Send ${count} records now? [y/N] `,
  askPark: (count: number) => `Park ${count} records? [y/N] `,
  askReplay: (count: number) => `Map ${count} events again? [y/N] `,
  askDiscard: (count: number) => `Discard ${count} events for good? [y/N] `,
  askReplace: (id: number, orderNo: string, differs: string) =>
    `Event ${id} contradicts order ${orderNo}, which is parked: ${differs}. Replace the parked record by it? [y/N] `,
  askResend: (count: number, risk: string) =>
    `Send ${count === 1 ? 'this delivered record' : `these ${count} delivered records`} again? ${risk} [y/N] `,
  notDone: 'Nothing was done.',
  needsYes: (count: number) => `${count} at once: say --yes`,
  resendNeedsYes: (risk: string) => `${risk} Say --yes.`,
  /** What posting a delivered record again may do. */
  risk: {
    harmless: "This gate's interface allows a repeat: it grants no second discount for the same order.",
    doubtful:
      "This gate's interface does not say that a repeat is harmless: a second discount may be granted. Ask the gate platform first.",
  },
  resent: {
    due: 'due now, once more, as a fresh record',
    pending: 'not sent again: it is pending, and goes by itself (to send it now: records retry)',
    parked: 'not sent again: it is parked, so the gate does not have it (to send it: records retry)',
    waiting: 'not sent again: it waits for what its event lacks (to supply it: records retry --set)',
  },
  pruned: 'not sent again: it was delivered so long ago that its record is gone (outbox.keepDelivered)',
  deliveredNotRetried: (resend: string) =>
    `not sent again: the gate has it already, and a second time might grant a second discount. To send it all the same: ${resend}`,
  kept: 'The conflict stays in quarantine.',
  replaceable: (id: number) =>
    `its order is parked: to put this event in its place: pilegate quarantine replay ${id} --yes`,
  /** Beside a corrected value in `records show`. */
  corrected: (before: string) => `corrected; the event: ${before === '' ? '-' : before}`,
  orderNoStays:
    'an order number names its record and stays; park this one, and have the pile publish the right one',
  audit: 'OPERATOR ACTIONS',
  who: 'WHO',
  command: 'COMMAND',
  id: 'EVENT',
  changed: 'CHANGED',
  noAudit: 'no such operator actions',
};
