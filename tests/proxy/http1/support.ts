/** An app that says, byte by byte, what a test wants it to say. */
import { type AppClient, createAppClient } from "../../../lib/proxy/http1/client.ts";
import type { Answer } from "../../../lib/proxy/http1/answer.ts";
import type { AppRequest } from "../../../lib/proxy/http1/request.ts";

/** One request of one connection. */
export interface Heard {
  /** Head and as much of the body as came with it. */
  readonly text: string;
  /** Which connection, from 0, and which request of it. */
  readonly connection: number;
  readonly nth: number;
  /** Sends text, one byte per character. */
  readonly say: (text: string) => Promise<void>;
  /** What comes next, "" at the end. */
  readonly more: () => Promise<string>;
  readonly hangUp: () => void;
}

export interface RawApp extends AsyncDisposable {
  readonly upstream: string;
  /** How many connections there were. */
  readonly connections: number;
  /** How many of them the other side has ended. */
  readonly ended: Promise<void>[];
}

export function startRawApp(answer: (heard: Heard) => Promise<void> | void): RawApp {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const ended: Promise<void>[] = [];
  const open = new Set<Deno.Conn>();
  const serving = (async () => {
    for await (const socket of listener) {
      open.add(socket);
      ended.push(
        serve(socket, ended.length, answer).finally(() => {
          open.delete(socket);
          close(socket);
        }),
      );
    }
  })();
  return {
    upstream: `http://127.0.0.1:${listener.addr.port}`,
    get connections() {
      return ended.length;
    },
    ended,
    async [Symbol.asyncDispose]() {
      listener.close();
      await serving;
      for (const socket of open) close(socket);
      await Promise.all(ended);
    },
  };
}

async function serve(socket: Deno.Conn, connection: number, answer: (heard: Heard) => Promise<void> | void) {
  const buffer = new Uint8Array(65_536);
  const more = async () => {
    const length = await socket.read(buffer).catch(() => null) ?? 0;
    return new TextDecoder("latin1").decode(buffer.subarray(0, length));
  };
  const say = async (text: string) => {
    const bytes = Uint8Array.from(text, (c) => c.charCodeAt(0));
    let at = 0;
    while (at < bytes.length) at += await socket.write(bytes.subarray(at));
  };
  for (let nth = 0;; nth++) {
    let text = "";
    while (!text.includes("\r\n\r\n")) {
      const piece = await more();
      if (piece === "") return;
      text += piece;
    }
    // The proxy may have gone while the app still speaks.
    await Promise.resolve(answer({ text, connection, nth, say, more, hangUp: () => close(socket) })).catch(
      () => {},
    );
  }
}

function close(socket: Deno.Conn): void {
  try {
    socket.close();
  } catch { /* it is */ }
}

/** A client whose connections end with the test. */
export function startClient(): AppClient & Disposable {
  const client = createAppClient();
  return Object.assign(Object.create(client) as AppClient, { [Symbol.dispose]: () => client.close() });
}

export const get = (upstream: string, more: Partial<AppRequest> = {}): AppRequest => ({
  upstream,
  method: "GET",
  target: "/",
  fields: [],
  body: null,
  ...more,
});

/** The answer, which there has to be. */
export async function ask(client: AppClient, request: AppRequest): Promise<Answer> {
  const asked = await client.ask(request).asked;
  if (!asked.ok) throw new Error(`No answer: ${asked.code}`);
  return asked.answer;
}

/** Why there is no answer, or "answered". */
export async function refusal(client: AppClient, request: AppRequest): Promise<string> {
  const asked = await client.ask(request).asked;
  if (asked.ok && asked.answer.body instanceof ReadableStream) await asked.answer.body.cancel();
  return asked.ok ? "answered" : asked.code;
}

/** All of a body; throws where it breaks off. */
export async function textOf({ body }: Answer): Promise<string> {
  if (body === null || body instanceof Uint8Array) return new TextDecoder().decode(body ?? undefined);
  const decoder = new TextDecoder();
  let text = "";
  for await (const piece of body) text += decoder.decode(piece, { stream: true });
  return text;
}

export const ok = (body: string, ...fields: string[]): string =>
  ["HTTP/1.1 200 OK", `Content-Length: ${body.length}`, ...fields, "", body].join("\r\n");
