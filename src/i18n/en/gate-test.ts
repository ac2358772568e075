/** What `gate-test` says: its rules, what each sends, and what a broken one costs. */
export const gateTest = {
  rules: {
    accept: {
      title: 'a right record is taken',
      cost: 'no car gets its discount, and every record is held or parked',
    },
    signature: {
      title: 'a wrong signature is refused',
      cost: 'anybody who knows the address can grant discounts',
    },
    required: {
      title: 'a record without a required field is refused',
      cost: 'a record that names no car or order counts as delivered, and the discount is lost unnoticed',
    },
    repeat: {
      title: 'a repeated order number is settled',
      cost: 'after a lost answer the record is sent again: it is parked, or the car gets a second discount',
    },
    'optional-empty': {
      title: 'optional fields may be empty',
      cost: 'records without amounts or a parking space are parked, and their discounts are lost',
    },
    extension: {
      title: 'a field that the platform does not know is signed and taken',
      cost: 'once extension fields are configured, every record is refused as wrongly signed',
    },
    text: {
      title: 'unusual and long names are taken',
      cost: 'all records of a pile with such a name are refused, and their discounts are lost',
    },
    parallel: {
      title: 'two records at once are both taken',
      cost: 'at busy times records are delayed or lost, and cars leave without their discount',
    },
    'keep-alive': {
      title: 'a second record goes over the same connection',
      cost: 'each record opens a new connection, so that the backlog after an outage goes slower; where it gets no answer, it may be held',
    },
  },
  /** What was sent. */
  sent: {
    right: 'a right record',
    missigned: 'a record signed with another key',
    again: 'the first record once more',
    'optional-empty': 'a record whose optional fields are empty',
    extended: 'a record with one more field, PilegateTest',
    unusual: 'a record whose device name has quotes, a backslash, & and rare characters',
    long: 'a record with a device name of 120 characters',
    'at-once': 'one of two records at the same time',
    'first-of-two': 'a record over a new connection',
    'second-of-two': 'another record over the same connection',
    empty: 'a record with this field empty:',
    missing: 'a record without this field:',
  },
  expected: {
    success: 'success',
    refusal: 'a refusal',
    settled: 'success or a refusal (the document does not say which)',
  },
  severity: { error: 'BROKEN', warning: 'WARNING', untried: 'NOT TRIED', ok: 'OK' },
  labels: {
    sent: 'sent',
    expected: 'expected',
    got: 'got',
    cost: 'what it costs',
    rule: 'rule',
    result: 'result',
  },
  title: 'Acceptance test of a gate platform',
  about: { gate: 'gate platform', dialect: 'dialect', station: 'station', car: 'plate', at: 'tested' },
  allMet: (count: number) => `all ${count} as expected`,
  untried: 'nothing was sent: a right record has to be taken first, within 40 requests for all',
  notKept: 'the connection was closed after the first record',
  repeatTaken: (orderNo: string) =>
    `ask the platform whether order ${orderNo} has one discount or two: its answer does not tell`,
  carOut: (plateNo: string) =>
    `where it refuses the car itself: have it enter ${plateNo} as a parked car, and try again`,
  question: (count: number, url: string, plateNo: string) =>
    `Send at most ${count} requests with made-up records (car ${plateNo}, no money) to ${url}? The platform may keep them. [y/N] `,
  needsYes: (count: number, url: string) =>
    `gate-test sends at most ${count} made-up records to ${url}: say --yes where nobody can be asked`,
  declined: 'nothing was sent',
  badReport: (file: string) => `--report ${file}: allowed is a file that ends in .html, .md or .json`,
  unwritten: (file: string, why: string) => `the report ${file} cannot be written: ${why}`,
  written: (file: string) => `report: ${file}`,
  summary: (ok: number, broken: number, warnings: number, untried: number) =>
    `${ok} rules kept, ${broken} broken, ${warnings} with a warning, ${untried} not tried`,
};
