/** Why an order is where it is, what a person's action came to, and what to do next. Times are written already. */
export const orders = {
  due: 'It is due and goes to the gate in its turn, newest sessions first. Nothing to do.',
  dueBut: (trouble: string) => `It is due. ${trouble}`,
  dueAgain: (last: string) =>
    `The last attempt failed (${last}); it is due and goes again in its turn. Nothing to do.`,
  gate: {
    'no-daemon': () =>
      'But the daemon is not running, so nothing is sent. Start it: systemctl start pilegate',
    down: ({ since, reason }: { since: string; reason: string }) =>
      `But the gate is unreachable since ${since} (${reason}). Delivery resumes by itself once the gate answers; find the fault: pilegate doctor`,
    held: ({ since, reason }: { since: string; reason: string }) =>
      `But all records are held since ${since}, because the gate refuses them for a configuration error (${reason}). Fix this (see pilegate doctor); delivery then resumes by itself.`,
  },
  deferredRefused: (refusals: number, last: string, again: string) =>
    `The gate refused it, ${times(refusals)} so far (${last}); ${again}`,
  deferredOther: (last: string, again: string) =>
    `The gate accepted other records but not this one (${last}); ${again}`,
  again: (at: string, limit: number, idle: string, retry: string) =>
    `it goes again at ${at}, and is parked after ${limit} refusals.${idle} To send it now: ${retry}`,
  idle: ' But the daemon is not running: start it (systemctl start pilegate).',
  waiting: (what: string, until: string, idle: string, supply: string) =>
    `It waits for ${what}${until}.${idle} To supply it now: ${supply}`,
  waitingFor: 'what its event lacks',
  needs: (needs: readonly { readonly context: string; readonly key: string }[]) =>
    ` (${needs.map(({ context, key }) => `context ${context}, key ${key}`).join('; ')})`,
  until: (at: string) => ` until ${at}, then it goes to quarantine`,
  value: 'VALUE',
  comma: ', ',
  delivered: (at: string, posts: number) =>
    `The gate has it since ${at}, after ${posts === 1 ? 'one attempt' : `${posts} attempts`}. Nothing to do.`,
  deliveredOdd: (at: string, posts: number, odd: string) =>
    `The gate has it since ${at}, after ${posts === 1 ? 'one attempt' : `${posts} attempts`}, but its answer is odd (${odd}). Ask the gate platform whether the discount was granted.`,
  parkedRefused: (
    refusals: number,
    exhausted: boolean,
    last: string,
    at: string,
    advice: string,
    retry: string,
  ) =>
    `The gate refused it ${exhausted ? times(refusals) : 'for good'} (${last}), so it was parked at ${at}. ${advice}, then: ${retry}`,
  parkedUnanswered: (why: string, at: string, retry: string) =>
    `The gate accepted other records but gave no readable answer for this one (${why}), so it was parked at ${at}; it may have arrived. Ask the gate platform whether it has this order; if not: ${retry}`,
  parkedHeld: (why: string, at: string, retry: string) =>
    `It was parked at ${at}: ${why}. Ask the gate platform whether it has this order; if not: ${retry}`,
  parkedOther: (at: string, why: string, retry: string) =>
    `It was parked at ${at} (${why}). Fix this (see pilegate doctor), then: ${retry}`,
  parkedByPerson: (at: string, why: string, waited: boolean, retry: string) =>
    `A person parked it at ${at}${why === '' ? '' : `: ${why}`}. ${waited ? 'To let it wait again' : 'To send it after all'}: ${retry}`,
  quarantined: (field: string, reason: string, remedy: string) =>
    `There is no record of it, only an event in quarantine: ${field === '' ? '' : `${field}: `}${reason}. ${remedy}`,
  pruned: (at: string, knownUntil: string) =>
    `It was delivered, and pruned at ${at} as the config says (outbox.keepDelivered). Its number stays known until ${knownUntil}: published again, it is not sent again.`,
  unknownReason: 'for an unknown reason',
  /** What known wordings of gate platforms mean (gate interface, "The reply"). */
  advice: {
    key: "Compare the key with the gate platform's",
    park: 'Compare gate.parkId and gate.portName with what the gate platform gave',
    field: 'The gate does not accept a field: compare the record with what it expects',
    discount: 'The car park has no discount rule for it: have its operator add one',
    failed: "The car may have left already, or the gate's own system failed: ask the gate platform",
    other: 'Ask the gate platform why it refuses it',
  },
  parked: {
    parked: 'parked',
    'parked-already': 'was parked already',
    delivered: 'not parked: the gate has it already',
  },
  retried: {
    due: 'due now, with a fresh limit',
    'waits-again': 'waits again for what its event lacks',
    held: 'due now, with a fresh limit; if the gate had it already, this grants a second discount',
    delivered: 'not sent again: the gate has it already, and a second time might grant a second discount',
  },
  retriedHeld: (count: number) =>
    `${count} of them had been sent and not answered: each that the gate had already is granted a second discount`,
  retriedAll: (due: number, waiting: number) =>
    `${due} due now${waiting > 0 ? `, ${waiting} wait again for what their events lack` : ''}`,
  remapped: {
    gone: 'another operator action has dealt with it meanwhile',
    accepted: (orderNo: string, plateNo: string) => `became the record ${orderNo} (${plateNo}), pending`,
    duplicate: (state: string) => `the same record was there already (${state})`,
    apart: (sessions: number, records: number, kept: number) =>
      `${sessions} sessions: ${records} became records, ${kept} stay in quarantine as entries of their own`,
    waiting: (fields: readonly string[]) => `still waits for ${fields.join(', ')}`,
    quarantined: (field: string, reason: string) => `no record: ${field === '' ? '' : `${field}: `}${reason}`,
  },
  /** Why a quarantined event cannot be mapped again, or discarded. */
  notOpen: {
    replayed: 'has been replayed already',
    discarded: 'has been discarded',
    dropped:
      'its payload was dropped when quarantine was full, so there is nothing left of it: have it published again',
    cut: 'cannot be replayed: it was too large, and only its first bytes were kept; have it published again',
    unknown: 'there is no such entry',
  },
  discarded: 'discarded',
  /** What to do about a quarantined event. `settled` is when it was closed. */
  remedy: {
    replayed: (settled: string | undefined) => `It was replayed${at(settled)}. Nothing to do.`,
    discarded: (settled: string | undefined, why: string) =>
      `A person discarded it${at(settled)}: ${why}. Nothing to do.`,
    dropped: (settled: string | undefined) =>
      `Its payload was dropped${at(settled)}, because quarantine was full. Have it published again.`,
    cut: (id: number) =>
      `Only its first bytes were kept, so it cannot be replayed. Have it published again, and shorter; then: ${discard(id)}`,
    conflict: (id: number, orderNo: string) =>
      `Compare it with the record that stands: pilegate records show ${orderNo}. If the record is right: ${discard(id)}. If the record is parked and the event is right: pilegate quarantine replay ${id}`,
    supply: (id: number, field: string) => `Supply it: pilegate quarantine replay ${id} --set ${field}=VALUE`,
    other: (id: number) =>
      `Fix the source's rules or its publisher (pilegate check --event), then: pilegate quarantine replay ${id}. If it is no session: ${discard(id)}`,
  },
};

function discard(id: number): string {
  return `pilegate quarantine discard ${id} --why TEXT`;
}

function at(settled: string | undefined): string {
  return settled === undefined ? '' : ` at ${settled}`;
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}
