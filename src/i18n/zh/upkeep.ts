import type { upkeep as english } from '../en/upkeep.ts';

/** 备份、退回旧版本、与运营方订单清单核对。 */
export const upkeep: typeof english = {
  backup: (records, quarantine, mib) => `记录 ${records}，隔离区 ${quarantine} 条，${mib} MiB`,
  neverUpgraded: (path) => `${path} 旁没有旧版本的副本（outbox.db.vN）：此处从未升级过，无从退回`,
  noCopy: (path, version, copies) =>
    `${path} 旁没有版本 ${version} 的副本；现有：${copies.join('、') || '无'}`,
  askRollback: (version) => `退回到版本 ${version} 的数据文件？[y/N] `,
  rolledBack: (version, records, quarantine) =>
    `数据文件现为版本 ${version}，含 ${records} 条记录和 ${quarantine} 个隔离区事件；请先安装旧版本程序再启动服务`,
  aside: (path, left) => `当前版本的数据文件保留在 ${path}${left === '' ? '' : `；仅在其中的有：${left}`}`,
  reconciled: {
    delivered: '已送达',
    pending: '待发送',
    waiting: '待补全',
    parked: '搁置',
    quarantined: '隔离区',
    missing: '缺失',
    differs: '不一致',
    unlisted: '清单中没有',
  },
  compared: (columns) => `核对的列：${columns}`,
  listed: (count, counts) => `清单共 ${count} 个订单：${counts}`,
  noOrderColumn: (heads) => `清单中找不到订单号列，请用 --column orderNo=列名 指定；现有列：${heads}`,
  noColumn: (name, heads) => `清单中没有列 ${name}；现有列：${heads}`,
  unreadable: (path, why) => `无法读取 ${path}：${why}`,
  emptyList: (path) => `${path} 中没有表头行`,
  withoutOrder: (lines) => `${lines} 行没有订单号，已跳过`,
  rounded: (lines, example) => `${lines} 个订单号被电子表格取整（${example}）：请把该列按文本导出`,
};
