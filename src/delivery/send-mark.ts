import type { Pending } from '../domain/delivery.ts';

/** Keeps one text over restarts. */
export interface MarkStore {
  /** What was kept last; undefined where nothing was. Throws where it cannot be read. */
  read(): string | undefined;
  /** Resolves when it is on disk. */
  write(text: string): Promise<void>;
}

/** A record that was being sent: its row, and its posts before that one. */
interface Marked {
  readonly id: number;
  readonly attempts: number;
}

/**
 * Knows over a crash which records were being sent, for gates where a repeat may grant a second discount: a record is
 * marked on disk before it leaves, so that one whose answer was never written is not sent again by itself.
 *
 * One write serves all that began meanwhile.
 */
export class SendMark {
  readonly #store: MarkStore;
  readonly #underWay = new Map<number, number>();
  #writing: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  constructor(store: MarkStore) {
    this.#store = store;
  }

  /** What was being sent when the last process ended. Throws where that cannot be read. */
  left(): readonly Marked[] {
    return parse(this.#store.read());
  }

  /** Marks a record; true when that is on disk, false where it could not be written. Never rejects. */
  async begin({ id, attempts }: Pick<Pending, 'id' | 'attempts'>): Promise<boolean> {
    this.#underWay.set(id, attempts);
    try {
      await this.#write();
      return true;
    } catch {
      this.#underWay.delete(id);
      return false;
    }
  }

  /** Its outcome is on disk. */
  end(id: number): void {
    this.#underWay.delete(id);
    // Where this is not written, its row says that it was posted once more, or a person looks at it once too often.
    this.#write().catch(() => {});
  }

  /** Writes what is under way, once for all who ask while a write runs. */
  #write(): Promise<void> {
    if (this.#writing === undefined) return this.#start();
    this.#next ??= this.#writing
      .catch(() => {})
      .then(() => {
        this.#next = undefined;
        return this.#start();
      });
    return this.#next;
  }

  #start(): Promise<void> {
    const writing = this.#store.write(JSON.stringify([...this.#underWay])).finally(() => {
      this.#writing = undefined;
    });
    this.#writing = writing;
    return writing;
  }
}

/** @returns nothing where it is not what {@link SendMark} writes */
function parse(text: string | undefined): Marked[] {
  let list: unknown;
  try {
    list = JSON.parse(text ?? '[]');
  } catch {
    return [];
  }
  if (!Array.isArray(list)) return [];
  return list.flatMap((entry: unknown) => {
    const [id, attempts]: unknown[] = Array.isArray(entry) ? entry : [];
    return typeof id === 'number' && typeof attempts === 'number' ? [{ id, attempts }] : [];
  });
}
