import type { Sentences } from './sentences.ts';

/** What is wrong with the outbox or the disk below it. */
export const STORAGE: Sentences = [
  [
    'no outbox at {}: the daemon has not run with this config yet (outbox.path), or another config is meant (--config)',
    '{1} 处没有记录库：守护进程尚未按此配置（outbox.path）运行过，或应指定另一个配置（--config）',
  ],
  [
    'outbox {} has version {}, this pilegate reads {}: use the pilegate that the daemon runs',
    '记录库 {1} 的格式为 {2}，本程序读取 {3}：请使用守护进程所用的 pilegate',
  ],
  ['outbox {}: another process is still reading its journal', '记录库 {1}：另一进程仍在读取其日志文件'],
  ['outbox {} is gone, and its journal is still there', '记录库 {1} 不见了，其日志文件仍在'],
  [
    'outbox {} is gone: mount its disk again, or restart pilegate to begin a new one',
    '记录库 {1} 不见了：请重新挂载磁盘，或重启 pilegate 以新建',
  ],
  [
    'outbox {}: it is a folder or a device: outbox.path must name a file',
    '{1} 是目录或设备：outbox.path 必须指定文件',
  ],
  ['outbox {}: the file is empty: it is damaged', '记录库 {1} 是空文件：已损坏'],
  [
    'outbox {} is a database of something else; it was left as it is: give pilegate a file of its own (outbox.path)',
    '{1} 是其他程序的数据库，未作改动：请为 pilegate 指定单独的文件（outbox.path）',
  ],
  [
    'outbox {} is from a newer pilegate (outbox version {}, this one knows {}): install that version again; the file was left as it is',
    '记录库 {1} 来自更新版本的 pilegate（格式 {2}，本程序为 {3}）：请装回该版本，文件未作改动',
  ],
  [
    'outbox {}: this file system refuses durable commits (journal {}, synchronous {}): put outbox.path on a local disk',
    '记录库 {1}：此文件系统不支持可靠写入（journal {2}，synchronous {3}），请将 outbox.path 放在本地磁盘',
  ],
  [
    'outbox {} is in use by another pilegate: stop that one first (systemctl stop pilegate), or give this one its own outbox.path',
    '记录库 {1} 正被另一个 pilegate 使用：请先停止它（systemctl stop pilegate），或为本实例指定单独的 outbox.path',
  ],
  [
    'outbox {} has reached outbox.maxSize, and every record in it is still needed: raise outbox.maxSize, or see why the gate takes none (pilegate status)',
    '记录库 {1} 已达 outbox.maxSize，其中记录都尚未送达：请调大 outbox.maxSize，或查看道闸平台为何不接收（pilegate status）',
  ],
  [
    'the outbox holds a record in the unknown state {}: the file is damaged',
    '记录库中有未知状态 {1} 的记录：文件已损坏',
  ],
  ['the outbox holds {} where {} is wanted: the file is damaged', '记录库中应为 {2} 之处是 {1}：文件已损坏'],
  ['the backup is not whole: {*}', '备份不完整：{1}'],
  ['{}: its folder is not there', '{1}：所在目录不存在'],
  ['{} is the outbox itself: name another file', '{1} 就是数据文件本身：请另指定文件'],
  ['{} is there already, and is no backup: name another file', '{1} 已存在且不是备份：请另指定文件'],
  ['there is no such file', '没有该文件'],
  ['it is no outbox of pilegate', '不是 pilegate 的数据文件'],
  ['its version {} makes no sense', '版本号 {1} 无效'],
  ['it is damaged: {*}', '已损坏：{1}'],
  ['it cannot be read: {*}', '无法读取：{1}'],
  [
    'not every row of {} has a place in the older version: nothing was changed',
    '{1} 中有的行无法放入旧版本：未作任何改动',
  ],
  ['outbox {} was deleted or moved while it was open', '数据文件 {1} 在使用中被删除或移走'],
  ['outbox {} was replaced by another file while it was open', '数据文件 {1} 在使用中被另一个文件替换'],
  ['{} was deleted or replaced while the outbox was open', '{1} 在使用中被删除或替换'],
  ['the outbox is closed', '记录库已关闭'],
  ['outbox {}: its lock {}: {*} ({}): {*}', '记录库 {1} 的锁 {2}：{3}（{4}）：{5}'],
  ['outbox {}: {*} ({}): {*}', '记录库 {1}：{2}（{3}）：{4}'],

  ['the disk is full: free some space', '磁盘已满，请清理空间'],
  [
    'the file or its file system is read-only: remount it writable, and check the owner of the folder',
    '文件或其文件系统只读，请重新挂载为可写，并检查目录的属主',
  ],
  [
    'the disk reports an error, or was remounted read-only: check it (dmesg, mount), it may be failing',
    '磁盘报错或已被重新挂载为只读，请检查（dmesg、mount），磁盘可能损坏',
  ],
  ['the file is damaged', '文件已损坏'],
  [
    'check that its folder exists, that it is a file, and that this user may write both',
    '请检查其目录是否存在、它是否是文件，以及当前用户能否写入',
  ],
  ['another process keeps it locked', '被另一进程占用'],
  ['check the disk', '请检查磁盘'],
  ['its first page cannot be read', '文件的首页无法读取'],
  ['outbox {}: its version {} makes no sense: it is damaged', '记录库 {1}：版本号 {2} 无意义，文件已损坏'],
  ['its version {} makes no sense', '版本号 {1} 无意义'],
  // SQLite's own words.
  ['database or disk is full', '数据库或磁盘已满'],
  ['attempt to write a readonly database', '数据库只读'],
  ['disk I/O error', '磁盘读写错误'],
  ['database disk image is malformed', '数据库文件已损坏'],
  ['file is not a database', '不是数据库文件'],
  ['unable to open database file', '无法打开数据库文件'],
  ['database is locked', '数据库被占用'],
];
