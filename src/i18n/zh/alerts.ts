import type { alerts as english } from '../en/alerts.ts';

export const alerts: typeof english = {
  message: (m) =>
    m.state === 'begin'
      ? `【pilegate】${m.stationName}（${m.station}）\n故障：${m.text}\n开始：${m.since}\n处理：${m.command}`
      : `【pilegate】${m.stationName}（${m.station}）\n已恢复：${m.text}\n${m.since} 至 ${m.at}`,
  test: '测试：本站的告警会发到这里',
  testCommand: 'pilegate status',
  none: '配置中没有接收方：请加上 alerts:，见 docs/alerts.zh-CN.md',
  sent: (receiver) => `${receiver}：已接收`,
  refused: (receiver, why) => `${receiver}：未接收：${why}`,
};
