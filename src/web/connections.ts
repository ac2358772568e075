import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** A page and a monitor need a handful. */
const CONNECTIONS = 64;
/** So many more, for probes of health alone, where all of those are at work. */
const FOR_HEALTH = 16;
/** What a monitor asks for. */
const HEALTH: ReadonlySet<string> = new Set(['/healthz', '/readyz']);

/**
 * The connections of the status page, bounded: whoever comes when there are too many takes the place of the one that has
 * been idle for longest, so that connections which ask for nothing shut nobody out; where none is idle, only probes of
 * health are answered.
 */
export class Connections {
  /** Those without a request being answered, the longest idle first. */
  readonly #idle = new Set<Socket>();
  readonly #all = new Set<Socket>();

  /** Bounds the connections of `server` from now on. */
  watch(server: Server): void {
    server.on('connection', (socket) => this.#opened(socket));
  }

  /**
   * A request has come on a connection.
   * @returns whether it may be answered; else it is to be told that the page is busy, on its last connection
   */
  asked(socket: Socket, response: ServerResponse, path: string | undefined): boolean {
    this.#idle.delete(socket);
    response.once('close', () => {
      if (this.#all.has(socket)) this.#idle.add(socket);
    });
    return this.#all.size <= CONNECTIONS || HEALTH.has(path ?? '');
  }

  #opened(socket: Socket): void {
    if (this.#all.size >= CONNECTIONS) {
      const [longest] = this.#idle;
      longest?.destroy();
      if (longest === undefined && this.#all.size >= CONNECTIONS + FOR_HEALTH) {
        socket.destroy();
        return;
      }
      if (longest !== undefined) this.#closed(longest);
    }
    this.#all.add(socket);
    this.#idle.add(socket);
    socket.once('close', () => this.#closed(socket));
  }

  #closed(socket: Socket): void {
    this.#all.delete(socket);
    this.#idle.delete(socket);
  }
}
