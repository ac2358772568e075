import type { Catalogue } from '../../en/index.ts';
import { broker } from './broker.ts';
import { config } from './config.ts';
import { delivery } from './delivery.ts';
import { gate, testRecordWarning } from './gate.ts';
import { links } from './link.ts';
import { storage } from './storage.ts';

/** What `doctor` says, in Chinese. */
export const doctor: Catalogue['doctor'] = {
  checks: {
    config: '配置',
    key: '密钥、密码和证书',
    storage: '存储',
    outbox: '记录库',
    daemon: '守护进程',
    broker: 'MQTT 服务器',
    subscriptions: '订阅',
    events: '事件',
    gate: '道闸平台',
    clock: '时钟',
    refusals: '拒收',
    backlog: '积压',
    parked: '搁置',
    quarantine: '隔离区',
    'test-record': '测试记录',
  },
  findings: { ...config, ...links, ...broker, ...gate, ...storage, ...delivery },
  testRecordWarning,
};
