import type { storage as english } from '../../en/doctor/storage.ts';
import type { FindingsAs } from '../../texts.ts';
import { duration } from '../time.ts';

const FAILING = '磁盘可能损坏：dmesg | tail；smartctl -a；请更换';
const freeSpace = (folder: string) =>
  `请清理空间：df -h ${folder}; journalctl --vacuum-size=100M；或缩短 outbox.keepDelivered`;
const SET_CLOCK =
  '请校时：timedatectl set-ntp true; timedatectl；没有时间服务器时：date -s "YYYY-MM-DD hh:mm:ss"';
const PEERS = { gate: '道闸平台', broker: 'MQTT 服务器' } as const;

const fsyncs = ({ folder, median, longest, count }: Parameters<(typeof english)['storage.fsync']>[0]) =>
  `在 ${folder} 写入并同步（fsync）耗时 ${median}（${count} 次的中位数，最长 ${longest}）`;

/** What looking at storage, outbox and clock came to, in Chinese. */
export const storage: FindingsAs<typeof english> = {
  'storage.fsync': (tried) => ({ text: fsyncs(tried), remedy: '' }),
  'storage.slow': (tried) => ({
    text: `过慢：${fsyncs(tried)}`,
    remedy:
      '请查看还有谁在写盘（iotop -oa），以及存储卡或磁盘是否老化（dmesg、smartctl -a）；将 outbox.path 移到更快的磁盘',
  }),
  'storage.read-only': ({ folder }) => ({
    text: `只读：无法写入 ${folder}`,
    remedy: `mount -o remount,rw "$(findmnt -n -o TARGET -T ${folder})"；若是自行变为只读，磁盘可能损坏：dmesg | tail`,
  }),
  'storage.full': ({ folder }) => ({ text: `已满：${folder} 无法再写入`, remedy: freeSpace(folder) }),
  'storage.denied': ({ folder, user }) => ({
    text: `用户 ${user} 无权写入 ${folder}`,
    remedy: `请用 root 再试：sudo pilegate doctor；若 root 也不行：ls -ld ${folder}; lsattr -d ${folder}`,
  }),
  'storage.hangs': ({ folder, seconds }) => ({
    text: `在 ${folder} 写入并同步（fsync）${seconds} 秒仍未完成`,
    remedy: FAILING,
  }),
  'storage.write-failed': ({ folder, error }) => ({
    text: `写入 ${folder} 失败：${error}`,
    remedy: FAILING,
  }),
  'storage.free': ({ free }) => ({ text: `剩余空间 ${free}`, remedy: '' }),
  'storage.almost-full': ({ free, folder }) => ({
    text: `即将写满：${folder} 剩余空间 ${free}`,
    remedy: freeSpace(folder),
  }),
  'storage.no-inodes': ({ folder }) => ({
    text: `已满：${folder} 无法再建文件（inode 用尽）`,
    remedy: freeSpace(folder),
  }),
  'outbox.absent': ({ path }) => ({
    text: `${path} 尚不存在：守护进程首次启动时创建`,
    remedy: 'systemctl start pilegate',
  }),
  'outbox.closed': ({ path }) => ({
    text: `当前用户无权查看 ${path}`,
    remedy: '请用足够的权限检查：sudo pilegate doctor',
  }),
  'outbox.sound': ({ path, version, size }) => ({
    text: `完好：${path}，格式 ${version}，${size}`,
    remedy: '',
  }),
  'outbox.partly-examined': ({ path, version, size, limit }) => ({
    text: `${path}，格式 ${version}，${size}：${limit} 内未发现损坏，其余未检查`,
    remedy: '',
  }),
  'outbox.damaged': ({ found, path }, { say }) => ({
    text: `已损坏：${say(found)}`,
    remedy: `systemctl restart pilegate：启动时会把可读内容救到新的记录库，损坏的文件保留在旁边（${path}.damaged-…）；然后查找原因：dmesg | tail`,
  }),
  'outbox.unreadable': ({ found, path }, { say }) => ({
    text: say(found),
    remedy: `请核对版本：pilegate --version；以及属主：ls -l ${path}；旧格式由守护进程自动升级：systemctl restart pilegate`,
  }),
  'outbox.full': ({ path, maxSize }) => ({
    text: `已满：${path} 达到 outbox.maxSize（${maxSize}），其中记录都尚未送达：事件滞留在 MQTT 服务器`,
    remedy: '请先恢复与道闸平台的连接，或调大 outbox.maxSize；然后：systemctl restart pilegate',
  }),
  'clock.never-set': ({ now }, { local }) => ({
    text: `本机时钟为 ${local(now)}，早于本程序的发布日期：从未校时`,
    remedy: SET_CLOCK,
  }),
  'clock.alone': ({ now }, { local }) => ({
    text: `本机时钟为 ${local(now)}；没有其他时钟可以对照`,
    remedy: '请与手表核对：date; timedatectl',
  }),
  'clock.agrees': ({ against }) => ({ text: `本机时钟与${PEERS[against]}一致`, remedy: '' }),
  'clock.signed-off': ({ against, ms }) => ({
    text: `本机时钟比${PEERS[against]}${ms > 0 ? '快' : '慢'} ${duration(Math.abs(ms))}；每次请求都带有时间，相差数分钟就可能被道闸平台拒绝`,
    remedy: SET_CLOCK,
  }),
  'clock-off': ({ against, ms }) => ({
    text: `本机时钟比${PEERS[against]}${ms > 0 ? '快' : '慢'} ${duration(Math.abs(ms))}`,
    remedy: SET_CLOCK,
  }),
};
