import type { Sentences } from './sentences.ts';

/** What is said of the TLS files of the gate, and of defects. */
export const GATE: Sentences = [
  ['gate.tls.{}: {} cannot be read: {}', 'gate.tls.{1}：{2} 无法读取：{3}'],
  ['gate.tls.ca: {} holds no certificate in PEM', 'gate.tls.ca：{1} 中没有 PEM 证书'],
  [
    'gate.tls: the certificate {} and its key {} cannot be used: {}',
    'gate.tls：证书 {1} 及其私钥 {2} 无法使用：{3}',
  ],
  [
    '{}: cannot read {}: {}: give a PEM file that this user may read',
    '{1}：无法读取 {2}：{3}，请指定当前用户可读的 PEM 文件',
  ],
  ['a defect of pilegate: {}', 'pilegate 的缺陷，请反馈：{1}'],
];
