import type { Catalogue } from '../en/index.ts';

/** `test`. */
export const cases: Catalogue['cases'] = {
  records: '记录',
  quarantine: '隔离区事件',
  waiting: '待补全记录',
  none: '无',
  head: (file, count) => `${file}：${count} 处不同`,
  noExpect: '缺少 expect：运行 pilegate test --update 可写入今天的结果',
  missing: (what, fields) => `缺少${what}：${fields}`,
  unexpected: (what, fields) => `多出${what}：${fields}`,
  differs: (what, orderNo, fields) => `${what}${orderNo && ` ${orderNo}`}：${fields.join('；')}`,
  field: (name, got, expected) => `${name} 是 ${got}，应为 ${expected}`,
  ignored: (got, expected) => `忽略 ${got} 条，应为 ${expected} 条`,
  warnings: (got, expected) => `警告：${got}，应为：${expected}`,
  updated: (file) => `${file}：已写入今天的结果`,
  noCases: (path) => `${path}：其中没有用例文件（*.yaml、*.yml、*.json），请指定其他文件夹或文件`,
  summary: ({ asExpected, different, unreadable, updated }) =>
    [
      `共 ${asExpected + different + unreadable + updated} 个用例：${asExpected} 个符合预期`,
      ...(updated > 0 ? [`${updated} 个已更新`] : []),
      ...(different > 0 ? [`${different} 个不符`] : []),
      ...(unreadable > 0 ? [`${unreadable} 个无法读取`] : []),
    ].join('，'),
};
