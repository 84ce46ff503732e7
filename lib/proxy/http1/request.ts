/** A request to an app, and how it is sent. */
import type { Connection } from "./connection.ts";
import type { Field } from "./fields.ts";
import { writeLatin1 } from "./latin1.ts";
import { requestHead } from "./request_head.ts";

export interface AppRequest {
  /** `http://127.0.0.1:40123` */
  readonly upstream: string;
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  /** Without `Host` and those that frame the body. */
  readonly fields: readonly Field[];
  readonly body: Uint8Array | StreamedBody | null;
}

export interface StreamedBody {
  readonly stream: ReadableStream<Uint8Array>;
  /** Bytes, as they were announced; null where nobody knows. */
  readonly length: number | null;
}

export interface Sending {
  /** True when all of it went out, false where it did not; never rejects. */
  readonly all: Promise<boolean>;
  /** Sends no more of the body. */
  stop(): void;
}

/** These have a body, if an empty one, and some apps wait for its length. */
const WITH_BODY = ["POST", "PUT", "PATCH"];

/**
 * An answer may come while this goes on: an app may refuse an upload before it has it all, or hang up on it. So what fails
 * here is no error, but makes the connection good for nothing else. A body that breaks off, or is not as long as announced,
 * ends the connection, or the app would take half of it for all.
 */
export function sendRequest(connection: Connection, request: AppRequest): Sending {
  const { body } = request;
  const isStream = body !== null && !(body instanceof Uint8Array);
  const length = isStream
    ? body.length
    : body?.length ?? (WITH_BODY.includes(request.method) ? 0 : undefined);
  const head = requestHead(
    request.method,
    hostOf(request.upstream),
    request.target,
    request.fields,
    length,
  );
  const bytes = new Uint8Array(head.length + (isStream ? 0 : body?.length ?? 0));
  const at = writeLatin1(head, bytes);
  if (!isStream && body !== null) bytes.set(body, at);
  const written = connection.write(bytes);
  if (!isStream) return { all: written.then(() => true, () => false), stop() {} };

  const source = sourceOf(connection, body.stream);
  const { length: announced } = body;
  const all = written
    .then(() => announced === null ? chunks(connection, source) : exactly(connection, source, announced))
    .then(() => true, () => (source.stop(), false));
  return { all, stop: source.stop };
}

/** What the app may be told of its own address. */
const hostOf = (upstream: string): string => upstream.slice("http://".length);

interface Source {
  /** The next piece; undefined at the end. @throws where it breaks off, or was stopped: then it is not at its end. */
  next(): Promise<Uint8Array | undefined>;
  stop(): void;
}

function sourceOf(connection: Connection, stream: ReadableStream<Uint8Array>): Source {
  const reader = stream.getReader();
  let stopped = false;
  return {
    async next() {
      try {
        const { value } = await reader.read();
        if (!stopped) return value;
      } catch { /* the visitor has gone */ }
      connection.close();
      throw new Error("The body has broken off");
    },
    stop() {
      stopped = true;
      reader.cancel().catch(() => {});
    },
  };
}

/** A size, CRLF, data, CRLF in one write; the chunk of nothing ends the body, so no other may be empty. */
async function chunks(connection: Connection, source: Source): Promise<void> {
  for (;;) {
    const value = await source.next();
    if (value?.length === 0) continue;
    const size = `${(value?.length ?? 0).toString(16)}\r\n`;
    const bytes = new Uint8Array(size.length + (value?.length ?? 0) + 2);
    const at = writeLatin1(size, bytes);
    if (value !== undefined) bytes.set(value, at);
    writeLatin1("\r\n", bytes, bytes.length - 2);
    await connection.write(bytes);
    if (value === undefined) return;
  }
}

async function exactly(connection: Connection, source: Source, length: number): Promise<void> {
  let left = length;
  while (left > 0) {
    const value = await source.next();
    left -= value?.length ?? 0;
    if (value === undefined || left < 0) {
      connection.close();
      throw new Error("The body is not as long as announced");
    }
    await connection.write(value as Uint8Array<ArrayBuffer>);
  }
}
