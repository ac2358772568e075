/** Backups, going back to an older version, and reconciling with the operator's own list. */
export const upkeep = {
  backup: (records: string, quarantine: number, mib: number) =>
    `${records} records, ${quarantine} in quarantine, ${mib} MiB`,
  neverUpgraded: (path: string) =>
    `no copy of an older version lies beside ${path} (outbox.db.vN): it was never upgraded here, so there is nothing to go back to`,
  noCopy: (path: string, version: number, copies: readonly number[]) =>
    `no copy of version ${version} lies beside ${path}; there ${copies.length === 1 ? 'is' : 'are'} ${copies.join(', ') || 'none'}`,
  askRollback: (version: number) => `Go back to an outbox of version ${version}? [y/N] `,
  rolledBack: (version: number, records: number, quarantine: number) =>
    `the outbox has version ${version} now, with ${records} records and ${quarantine} quarantined events; install the older pilegate before you start the service`,
  aside: (path: string, left: string) =>
    `today's outbox lies at ${path}${left === '' ? '' : `; only there: ${left}`}`,
  /** What became of the orders of a list. */
  reconciled: {
    delivered: 'delivered',
    pending: 'pending',
    waiting: 'waiting',
    parked: 'parked',
    quarantined: 'quarantined',
    missing: 'missing',
    differs: 'differs',
    unlisted: 'unlisted',
  },
  compared: (columns: string) => `compared by: ${columns}`,
  listed: (count: number, counts: string) => `${count} orders in the list: ${counts}`,
  noOrderColumn: (heads: string) =>
    `no column of the list holds order numbers: say which, --column orderNo=NAME; it has ${heads}`,
  noColumn: (name: string, heads: string) => `the list has no column ${name}; it has ${heads}`,
  unreadable: (path: string, why: string) => `cannot read ${path}: ${why}`,
  emptyList: (path: string) => `${path} holds no line with a head`,
  withoutOrder: (lines: number) => `${lines} lines have no order number and were left out`,
  rounded: (lines: number, example: string) =>
    `${lines} order numbers were rounded by a spreadsheet (${example}): export the column as text`,
};
