/** One connection to an app, over which one request goes after the other. */

/** The connection has ended, or broken, before what was expected of it. */
export class HungUp extends Error {
  override readonly name = "HungUp";
}

export interface Connection {
  /** True when a request went over it before: its end may be no more than the app's tidying up. */
  readonly used: boolean;
  /**
   * What comes first of an answer. The array is the connection's own, and good until it rests.
   * @throws {HungUp} where the app has closed it
   */
  first(): Promise<Uint8Array<ArrayBuffer>>;
  /**
   * What comes then.
   * @returns how many bytes; 0: the app has ended the connection
   * @throws {HungUp} where it broke
   */
  read(into: Uint8Array<ArrayBuffer>): Promise<number>;
  /** Sends all of it. @throws {HungUp} */
  write(bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  /** After an answer: says when the app ends the connection, or speaks unasked, before the next request. */
  rest(onEnd: () => void): void;
  close(): void;
}

/** Bytes. Most answers that are not streamed come within one read. */
const FIRST = 16 * 1024;

/**
 * @param upstream `http://127.0.0.1:40123`
 * @throws {HungUp} where nobody listens
 */
export async function connect(upstream: string): Promise<Connection> {
  const { hostname: name, port: told, protocol } = new URL(upstream);
  if (protocol !== "http:") throw new Error(`Cannot speak ${protocol} to an app`);
  const hostname = name.replace(/^\[|\]$/g, "");
  const port = Number(told || 80);
  const socket = await Deno.connect({ hostname, port }).catch(hungUp);
  try {
    // The chunks of an upload must not wait for the app to acknowledge those before them.
    socket.setNoDelay(true);
  } catch (error) { // on some systems, where the app has hung up already
    socket.close();
    hungUp(error);
  }
  return createConnection(socket);
}

function hungUp(cause: unknown): never {
  throw new HungUp("The connection has ended", { cause });
}

function createConnection(socket: Deno.TcpConn): Connection {
  const buffer = new Uint8Array(FIRST);
  let used = false;
  let closed = false;
  let coming: Promise<number | null> | null = null;

  // A read that is under way before the request is costs no more, and the app's hanging up is noticed when it happens.
  const listen = () => coming = socket.read(buffer);

  return {
    get used() {
      return used;
    },
    async first() {
      const length = await (coming ?? listen()).catch(hungUp);
      if (length === null) throw new HungUp("The connection has ended");
      return buffer.subarray(0, length);
    },
    async read(into) {
      return await socket.read(into).catch(hungUp) ?? 0;
    },
    async write(bytes) {
      let at = 0;
      while (at < bytes.length) at += await socket.write(at === 0 ? bytes : bytes.subarray(at)).catch(hungUp);
    },
    rest(onEnd) {
      used = true;
      listen().then(onEnd, onEnd);
    },
    close() {
      if (closed) return;
      closed = true;
      socket.close();
    },
  };
}
