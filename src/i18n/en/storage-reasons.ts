import type { StorageReasons, StorageRemedy } from '../../domain/reasons/storage.ts';
import type { TextsOf } from '../texts.ts';

const REMEDIES: Readonly<Record<StorageRemedy, string>> = {
  full: 'the disk is full: free some space',
  'read-only':
    'the file or its file system is read-only: remount it writable, and check the owner of the folder',
  failing:
    'the disk reports an error, or was remounted read-only: check it (dmesg, mount), it may be failing',
  damaged: 'the file is damaged',
  access: 'check that its folder exists, that it is a file, and that this user may write both',
  locked: 'another process keeps it locked',
  other: 'check the disk',
};

/** Why the outbox cannot be opened, read or written, and why TLS files cannot be used, in English. */
export const storageReasons: TextsOf<StorageReasons> = {
  'storage.none': ({ path }) =>
    `no outbox at ${path}: the daemon has not run with this config yet (outbox.path), or another config is meant (--config)`,
  'storage.other-version': ({ path, version, known }) =>
    `outbox ${path} has version ${version}, this pilegate reads ${known}: use the pilegate that the daemon runs`,
  'storage.newer': ({ path, version, known }) =>
    `outbox ${path} is from a newer pilegate (outbox version ${version}, this one knows ${known}): install that version again; the file was left as it is`,
  'storage.version-senseless': ({ path, version }) =>
    `outbox ${path}: its version ${version} makes no sense: it is damaged`,
  'storage.foreign': ({ path }) =>
    `outbox ${path} is a database of something else; it was left as it is: give pilegate a file of its own (outbox.path)`,
  'storage.not-a-file': ({ path }) =>
    `outbox ${path}: it is a folder or a device: outbox.path must name a file`,
  'storage.empty': ({ path }) => `outbox ${path}: the file is empty: it is damaged`,
  'storage.journal-read': ({ path }) => `outbox ${path}: another process is still reading its journal`,
  'storage.journal-alone': ({ path }) => `outbox ${path} is gone, and its journal is still there`,
  'storage.gone': ({ path }) =>
    `outbox ${path} is gone: mount its disk again, or restart pilegate to begin a new one`,
  'storage.not-durable': ({ path, journal, synchronous }) =>
    `outbox ${path}: this file system refuses durable commits (journal ${journal}, synchronous ${synchronous}): put outbox.path on a local disk`,
  'storage.in-use': ({ path }) =>
    `outbox ${path} is in use by another pilegate: stop that one first (systemctl stop pilegate), or give this one its own outbox.path`,
  'storage.full-by-limit': ({ path }) =>
    `outbox ${path} has reached outbox.maxSize, and every record in it is still needed: raise outbox.maxSize, or see why the gate takes none (pilegate status)`,
  'storage.moved': ({ path }) => `outbox ${path} was deleted or moved while it was open`,
  'storage.replaced': ({ path }) => `outbox ${path} was replaced by another file while it was open`,
  'storage.beside-replaced': ({ file }) => `${file} was deleted or replaced while the outbox was open`,
  'storage.closed': () => 'the outbox is closed',
  'storage.state-unknown': ({ state }) =>
    `the outbox holds a record in the unknown state ${state}: the file is damaged`,
  'storage.value-wrong': ({ found, expected }) =>
    `the outbox holds ${found} where ${expected} is expected: the file is damaged`,
  'storage.error': ({ path, lock, error, code, remedy }) =>
    `outbox ${path}: ${lock === undefined ? '' : `its lock ${lock}: `}${error} (${code}): ${REMEDIES[remedy]}`,
  'backup.not-whole': ({ why }, say) => `the backup is not whole: ${say(why)}`,
  'backup.no-folder': ({ file }) => `${file}: its folder is not there`,
  'backup.is-outbox': ({ file }) => `${file} is the outbox itself: name another file`,
  'backup.taken': ({ file }) => `${file} is there already, and is no backup: name another file`,
  'backup.absent': () => 'there is no such file',
  'backup.foreign': () => 'it is not an outbox of pilegate',
  'backup.version': ({ version }) => `its version ${version} makes no sense`,
  'backup.damaged': ({ error }) => `it is damaged: ${error}`,
  'backup.unreadable': ({ error }) => `it cannot be read: ${error}`,
  'rollback.no-place': ({ table }) =>
    `not every row of ${table} has a place in the older version: nothing was changed`,
  'tls.no-certificate': ({ key, file }) => `${key}: ${file} holds no certificate in PEM`,
  'tls.pair-unusable': ({ key, cert, private: file, error }) =>
    `${key}: the certificate ${cert} and its key ${file} cannot be used: ${error}`,
  'tls.unreadable': ({ key, file, error }) =>
    `${key}: ${file} cannot be read: ${error}: give a PEM file that this user may read`,
};
