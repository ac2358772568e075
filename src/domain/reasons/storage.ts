import type { Reason } from './param.ts';

/** Why the outbox cannot be opened, read or written. `path` is the outbox. */
export interface StorageReasons {
  readonly 'storage.none': { readonly path: string };
  readonly 'storage.other-version': {
    readonly path: string;
    readonly version: number;
    readonly known: number;
  };
  readonly 'storage.newer': { readonly path: string; readonly version: number; readonly known: number };
  readonly 'storage.version-senseless': { readonly path: string; readonly version: number };
  readonly 'storage.foreign': { readonly path: string };
  readonly 'storage.not-a-file': { readonly path: string };
  readonly 'storage.empty': { readonly path: string };
  readonly 'storage.journal-read': { readonly path: string };
  readonly 'storage.journal-alone': { readonly path: string };
  readonly 'storage.gone': { readonly path: string };
  readonly 'storage.not-durable': {
    readonly path: string;
    readonly journal: string;
    readonly synchronous: string;
  };
  readonly 'storage.in-use': { readonly path: string };
  readonly 'storage.full-by-limit': { readonly path: string };
  readonly 'storage.moved': { readonly path: string };
  readonly 'storage.replaced': { readonly path: string };
  readonly 'storage.beside-replaced': { readonly file: string };
  readonly 'storage.closed': Record<never, never>;
  readonly 'storage.state-unknown': { readonly state: string };
  readonly 'storage.value-wrong': { readonly found: string; readonly expected: string };
  /** What SQLite or the file system said (`error`), its code, and what helps; `lock` where it was the lock file. */
  readonly 'storage.error': {
    readonly path: string;
    readonly lock: string | undefined;
    readonly error: string;
    readonly code: string;
    readonly remedy: StorageRemedy;
  };
  readonly 'backup.not-whole': { readonly why: Reason };
  readonly 'backup.no-folder': { readonly file: string };
  readonly 'backup.is-outbox': { readonly file: string };
  readonly 'backup.taken': { readonly file: string };
  readonly 'backup.absent': Record<never, never>;
  readonly 'backup.foreign': Record<never, never>;
  readonly 'backup.version': { readonly version: number };
  /** SQLite's own words. */
  readonly 'backup.damaged': { readonly error: string };
  readonly 'backup.unreadable': { readonly error: string };
  readonly 'rollback.no-place': { readonly table: string };
  readonly 'tls.no-certificate': { readonly key: string; readonly file: string };
  readonly 'tls.pair-unusable': {
    readonly key: string;
    readonly cert: string;
    readonly private: string;
    readonly error: string;
  };
  readonly 'tls.unreadable': { readonly key: string; readonly file: string; readonly error: string };
}

/** What helps against an error of the storage. */
export type StorageRemedy = 'full' | 'read-only' | 'failing' | 'damaged' | 'access' | 'locked' | 'other';
