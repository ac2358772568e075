/** How a run of cases ended. */
interface CaseCounts {
  readonly asExpected: number;
  readonly different: number;
  readonly unreadable: number;
  /** Files that `--update` wrote. */
  readonly updated: number;
}

/** `test`. */
export const cases = {
  records: 'record',
  quarantine: 'quarantined event',
  waiting: 'waiting record',
  none: 'none',
  head: (file: string, count: number) => `${file}: ${plural(count, 'difference')}`,
  noExpect: 'it has no expect: run pilegate test --update to write what comes of it today',
  missing: (what: string, fields: string) => `missing ${what}: ${fields}`,
  unexpected: (what: string, fields: string) => `unexpected ${what}: ${fields}`,
  differs: (what: string, orderNo: string, fields: readonly string[]) =>
    `${what}${orderNo && ` ${orderNo}`}: ${fields.join('; ')}`,
  field: (name: string, got: string, expected: string) => `${name} is ${got}, expected ${expected}`,
  ignored: (got: number, expected: number) => `ignored: ${got}, expected ${expected}`,
  warnings: (got: string, expected: string) => `warnings: ${got}, expected ${expected}`,
  updated: (file: string) => `${file}: expect is written as the result is today`,
  noCases: (path: string) =>
    `${path}: no case files in it (*.yaml, *.yml, *.json): name another folder or a file`,
  summary: ({ asExpected, different, unreadable, updated }: CaseCounts) =>
    [
      `${plural(asExpected + different + unreadable + updated, 'case')}: ${asExpected} as expected`,
      ...(updated > 0 ? [`${updated} updated`] : []),
      ...(different > 0 ? [`${different} differ`] : []),
      ...(unreadable > 0 ? [`${unreadable} cannot be read`] : []),
    ].join(', '),
};

function plural(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
