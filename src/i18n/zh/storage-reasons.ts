import type { StorageReasons, StorageRemedy } from '../../domain/reasons/storage.ts';
import type { TextsOf } from '../texts.ts';

const REMEDIES: Readonly<Record<StorageRemedy, string>> = {
  full: '磁盘已满，请清理空间',
  'read-only': '文件或其文件系统只读，请重新挂载为可写，并检查目录的属主',
  failing: '磁盘报错或已被重新挂载为只读，请检查（dmesg、mount），磁盘可能损坏',
  damaged: '文件已损坏',
  access: '请检查其目录是否存在、它是否是文件，以及当前用户能否写入',
  locked: '被另一进程占用',
  other: '请检查磁盘',
};

/** What SQLite says, by the first two words of its code; what else it says stays as it is. */
const SQLITE: Readonly<Record<string, string>> = {
  SQLITE_FULL: '数据库或磁盘已满',
  SQLITE_READONLY: '数据库只读',
  SQLITE_IOERR: '磁盘读写错误',
  SQLITE_CORRUPT: '数据库文件已损坏',
  SQLITE_NOTADB: '不是数据库文件',
  SQLITE_CANTOPEN: '无法打开数据库文件',
  SQLITE_BUSY: '数据库被占用',
};

/** Why the outbox cannot be opened, read or written, and why TLS files cannot be used, in Chinese. */
export const storageReasons: TextsOf<StorageReasons> = {
  'storage.none': ({ path }) =>
    `${path} 处没有记录库：守护进程尚未按此配置（outbox.path）运行过，或应指定另一个配置（--config）`,
  'storage.other-version': ({ path, version, known }) =>
    `记录库 ${path} 的格式为 ${version}，本程序读取 ${known}：请使用守护进程所用的 pilegate`,
  'storage.newer': ({ path, version, known }) =>
    `记录库 ${path} 来自更新版本的 pilegate（格式 ${version}，本程序为 ${known}）：请装回该版本，文件未作改动`,
  'storage.version-senseless': ({ path, version }) => `记录库 ${path}：版本号 ${version} 无意义，文件已损坏`,
  'storage.foreign': ({ path }) =>
    `${path} 是其他程序的数据库，未作改动：请为 pilegate 指定单独的文件（outbox.path）`,
  'storage.not-a-file': ({ path }) => `${path} 是目录或设备：outbox.path 必须指定文件`,
  'storage.empty': ({ path }) => `记录库 ${path} 是空文件：已损坏`,
  'storage.journal-read': ({ path }) => `记录库 ${path}：另一进程仍在读取其日志文件`,
  'storage.journal-alone': ({ path }) => `记录库 ${path} 不见了，其日志文件仍在`,
  'storage.gone': ({ path }) => `记录库 ${path} 不见了：请重新挂载磁盘，或重启 pilegate 以新建`,
  'storage.not-durable': ({ path, journal, synchronous }) =>
    `记录库 ${path}：此文件系统不支持可靠写入（journal ${journal}，synchronous ${synchronous}），请将 outbox.path 放在本地磁盘`,
  'storage.in-use': ({ path }) =>
    `记录库 ${path} 正被另一个 pilegate 使用：请先停止它（systemctl stop pilegate），或为本实例指定单独的 outbox.path`,
  'storage.full-by-limit': ({ path }) =>
    `记录库 ${path} 已达 outbox.maxSize，其中记录都尚未送达：请调大 outbox.maxSize，或查看道闸平台为何不接收（pilegate status）`,
  'storage.moved': ({ path }) => `数据文件 ${path} 在使用中被删除或移走`,
  'storage.replaced': ({ path }) => `数据文件 ${path} 在使用中被另一个文件替换`,
  'storage.beside-replaced': ({ file }) => `${file} 在使用中被删除或替换`,
  'storage.closed': () => '记录库已关闭',
  'storage.state-unknown': ({ state }) => `记录库中有未知状态 ${state} 的记录：文件已损坏`,
  'storage.value-wrong': ({ found, expected }) => `记录库中应为 ${expected} 之处是 ${found}：文件已损坏`,
  'storage.error': ({ path, lock, error, code, remedy }) => {
    const said = SQLITE[code.split('_', 2).join('_')] ?? error;
    return `记录库 ${path}${lock === undefined ? '' : ` 的锁 ${lock}`}：${said}（${code}）：${REMEDIES[remedy]}`;
  },
  'backup.not-whole': ({ why }, say) => `备份不完整：${say(why)}`,
  'backup.no-folder': ({ file }) => `${file}：所在目录不存在`,
  'backup.is-outbox': ({ file }) => `${file} 就是数据文件本身：请另指定文件`,
  'backup.taken': ({ file }) => `${file} 已存在且不是备份：请另指定文件`,
  'backup.absent': () => '没有该文件',
  'backup.foreign': () => '不是 pilegate 的数据文件',
  'backup.version': ({ version }) => `版本号 ${version} 无效`,
  'backup.damaged': ({ error }) => `已损坏：${error}`,
  'backup.unreadable': ({ error }) => `无法读取：${error}`,
  'rollback.no-place': ({ table }) => `${table} 中有的行无法放入旧版本：未作任何改动`,
  'tls.no-certificate': ({ key, file }) => `${key}：${file} 中没有 PEM 证书`,
  'tls.pair-unusable': ({ key, cert, private: file, error }) =>
    `${key}：证书 ${cert} 及其私钥 ${file} 无法使用：${error}`,
  'tls.unreadable': ({ key, file, error }) =>
    `${key}：${file} 无法读取：${error}，请指定当前用户可读的 PEM 文件`,
};
