import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { reason } from '../../src/domain/reason.ts';
import { Committer } from '../../src/outbox/committer.ts';
import { type Db, openDatabase } from '../../src/outbox/database.ts';
import { StorageError } from '../../src/outbox/errors.ts';
import { atEnd } from '../support/cleanup.ts';
import { tempDir } from '../support/tmp.ts';
import { until } from '../support/wait.ts';

/** A committer over a real outbox file; its jobs write into `meta`. */
function openCommitter() {
  const path = join(tempDir(), 'outbox.db');
  const told: string[] = [];
  const commits: number[] = [];
  const foundAtRecovery: unknown[] = [];
  const committer = new Committer<Meta>(
    {
      open: () => openDatabase(path),
      prepare: (db) => new Meta(db),
      mend: undefined,
      place: undefined,
      onFailed: (error) => told.push(`failed ${error.code}`),
      onRecovered: () => {
        told.push('recovered');
        foundAtRecovery.push(...names());
      },
      onCommit: (jobs) => commits.push(jobs),
      monotonic: () => performance.now(),
    },
    openDatabase(path),
  );
  atEnd(() => committer.close());
  const names = () => {
    const db = openDatabase(path);
    const found = db.prepare('SELECT name FROM meta ORDER BY name').pluck().all();
    db.close();
    return found;
  };
  return { committer, told, commits, foundAtRecovery, names, path };
}

class Meta {
  readonly #put;
  constructor(db: Db) {
    this.#put = db.prepare('INSERT INTO meta VALUES (?, ?)');
  }
  put(name: string, value: unknown = ''): string {
    this.#put.run(name, value);
    return name;
  }
}

describe('group commit', () => {
  it('takes all that has gathered in one commit, and settles in order', async () => {
    const { committer, commits, names } = openCommitter();
    const settled: string[] = [];
    const jobs = ['a', 'b', 'c', 'd'].map((name) =>
      committer.submit((meta) => meta.put(name)).then((done) => settled.push(done)),
    );
    expect(names()).toEqual([]);
    await Promise.all(jobs);
    expect(settled).toEqual(['a', 'b', 'c', 'd']);
    expect(commits).toEqual([4]);
    expect(names()).toEqual(['a', 'b', 'c', 'd']);
  });

  it('has each job on disk before its promise settles', async () => {
    const { committer, names } = openCommitter();
    await Promise.all(
      ['a', 'b'].map(async (name) => {
        await committer.submit((meta) => meta.put(name));
        expect(names()).toContain(name);
      }),
    );
  });

  it('fails one job without its neighbours, in the order of the jobs', async () => {
    const { committer, names, commits } = openCommitter();
    const settled: string[] = [];
    const watch = (name: string, job: Promise<unknown>) =>
      job.then(
        () => settled.push(`${name} done`),
        (error: unknown) => settled.push(`${name} ${error instanceof Error ? error.message : error}`),
      );
    await Promise.all([
      watch(
        'a',
        committer.submit((meta) => meta.put('a')),
      ),
      // What it wrote before it failed is undone.
      watch(
        'b',
        committer.submit((meta) => {
          meta.put('half');
          throw new RangeError('no good');
        }),
      ),
      watch(
        'c',
        committer.submit((meta) => meta.put('c', null)),
      ),
      watch(
        'd',
        committer.submit((meta) => meta.put('d')),
      ),
    ]);
    expect(settled).toEqual(['a done', 'b no good', 'c NOT NULL constraint failed: meta.value', 'd done']);
    expect(names()).toEqual(['a', 'd']);
    expect(commits).toEqual([4]);
  });

  it('bounds its batches, so that the event loop turns between them', async () => {
    const { committer, commits } = openCommitter();
    let turns = 0;
    let running = true;
    const spin = (async () => {
      while (running) {
        await turn();
        turns += 1;
      }
    })();
    await Promise.all(
      Array.from({ length: 5_000 }, (_, index) => committer.submit((meta) => meta.put(`n${index}`))),
    );
    running = false;
    await spin;
    expect(commits).toEqual([2_000, 2_000, 1_000]);
    expect(turns).toBeGreaterThanOrEqual(2);
  });

  it('takes what comes while it settles into the next commit', async () => {
    const { committer, commits, names } = openCommitter();
    await committer.submit((meta) => meta.put('a')).then(() => committer.submit((meta) => meta.put('b')));
    expect(commits).toEqual([1, 1]);
    expect(names()).toEqual(['a', 'b']);
  });

  it('commits what is queued when it is closed, and takes nothing after', async () => {
    const { committer, names } = openCommitter();
    const last = committer.submit((meta) => meta.put('last'));
    committer.close();
    expect(await last).toBe('last');
    expect(names()).toEqual(['last']);
    await expect(committer.submit((meta) => meta.put('late'))).rejects.toThrow(StorageError);
  });
});

describe('failed storage', () => {
  const broken = () => new StorageError(reason('prose', { text: 'the disk is on fire' }), 'SQLITE_IOERR');

  it('rejects the batch and the queue, keeps what must be kept, and writes it once it is back', async () => {
    const { committer, told, foundAtRecovery, names } = openCommitter();
    let works = false;
    const settled: string[] = [];
    const watch = (name: string, job: Promise<unknown>) =>
      job.then(
        () => settled.push(`${name} done`),
        () => settled.push(`${name} rejected`),
      );
    const run = (name: string) => (meta: Meta) => {
      if (!works) throw broken();
      return meta.put(name);
    };
    const kept = watch('kept', committer.submit(run('kept'), true));
    await Promise.all([watch('a', committer.submit(run('a'))), watch('b', committer.submit(run('b')))]);
    expect(settled).toEqual(['a rejected', 'b rejected']);
    expect(told).toEqual(['failed SQLITE_IOERR']);
    await expect(committer.submit(run('c'))).rejects.toThrow('on fire');
    works = true;
    await kept;
    expect(told).toEqual(['failed SQLITE_IOERR', 'recovered']);
    expect(names()).toEqual(['kept']);
    // Whoever looks at the rows when it hears of it finds there what was kept.
    expect(foundAtRecovery).toEqual(['kept']);
  });

  it('is noticed by a read too, once, and proves itself by writing', async () => {
    const { committer, told, names } = openCommitter();
    committer.noticed(broken());
    committer.noticed(broken());
    expect(committer.failure?.code).toBe('SQLITE_IOERR');
    await until(() => committer.failure === undefined, 'storage to be back');
    expect(told).toEqual(['failed SQLITE_IOERR', 'recovered']);
    // The probe leaves nothing behind.
    expect(names()).toEqual([]);
  });

  it('is tried once more for what is kept when it is closed', async () => {
    const { committer, names } = openCommitter();
    committer.noticed(broken());
    const kept = committer.submit((meta) => meta.put('kept'), true);
    committer.close();
    expect(await kept).toBe('kept');
    expect(names()).toEqual(['kept']);
  });

  it('lets go of what is kept where it stays failed to the end', async () => {
    const { committer } = openCommitter();
    const kept = committer.submit(() => {
      throw broken();
    }, true);
    await until(() => committer.failure, 'storage to be failed');
    committer.close();
    await expect(kept).rejects.toThrow('on fire');
  });
});
