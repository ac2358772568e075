import { fieldNamed, publicName, type RecordField } from '../../domain/record.ts';

/** Which columns of a list hold which fields, by their places. */
export type Columns = ReadonlyMap<RecordField, number>;

/** What lists call a field, in lower case without blanks and without what stands in brackets. */
const NAMES: readonly (readonly [RecordField, readonly string[]])[] = [
  [
    'orderNo',
    ['order', 'orderid', 'ordernumber', '订单号', '订单编号', '充电订单号', '订单', '交易流水号', '流水号'],
  ],
  ['plateNo', ['plate', 'platenumber', '车牌', '车牌号', '车牌号码']],
  ['startTime', ['start', '开始时间', '充电开始时间', '开始充电时间', '启动时间']],
  ['endTime', ['end', '结束时间', '充电结束时间', '结束充电时间', '停止时间']],
  ['deviceId', ['device', '桩号', '桩编号', '充电桩编号', '设备编号', '终端编号']],
  ['spaceNo', ['space', '车位', '车位号', '车位编号']],
  ['power', ['energy', '电量', '充电电量', '充电量', '总电量']],
  ['elecMoney', ['电费', '充电电费']],
  ['serviceMoney', ['服务费', '充电服务费']],
  ['totalMoney', ['total', 'amount', '总金额', '总费用', '合计', '订单金额', '消费金额', '充电费用']],
];

/** A head that a person maps is not in the list. */
export class NoColumn {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

/**
 * Finds the columns of a list by its heads: those that a person maps first, then those whose names are known.
 * @param mapped the list's name of a column, by field
 */
export function columnsOf(
  heads: readonly string[],
  mapped: Readonly<Partial<Record<RecordField, string>>>,
): Columns | NoColumn {
  const columns = new Map<RecordField, number>();
  const plain = heads.map((head) => head.trim());
  for (const [field, name] of Object.entries(mapped)) {
    const at = plain.indexOf(name.trim());
    if (at === -1) return new NoColumn(name);
    const known = fieldNamed(field);
    if (known !== undefined) columns.set(known, at);
  }
  for (const [at, head] of plain.entries()) {
    const field = fieldOf(head);
    const isTaken = field === undefined || columns.has(field) || [...columns.values()].includes(at);
    if (field !== undefined && !isTaken) columns.set(field, at);
  }
  return columns;
}

function fieldOf(head: string): RecordField | undefined {
  const name = head
    .replace(/[（(].*$/, '')
    .replace(/[\s_-]/g, '')
    .toLowerCase();
  return NAMES.find(
    ([field, names]) =>
      names.includes(name) || [field, publicName(field)].some((one) => one.toLowerCase() === name),
  )?.[0];
}
