/** One stream over each transport, as long as both sides want it. */
import { createParser } from "eventsource-parser";
import type { JsonAnswer, WireEvent } from "../../../lib/protocol/events.ts";
import { offerTicket } from "../../../lib/protocol/ticket.ts";
import type { Reader } from "./reader.ts";

/**
 * How it ended: `left` by the viewer; `told` to come back after so many milliseconds; `cut` without a word; `gone` with
 * its app; `refused`, with what was said.
 */
export type End =
  | { readonly type: "left" | "cut" | "gone" }
  | { readonly type: "told"; readonly afterMs: number }
  | { readonly type: "refused"; readonly said: string };

export interface Ask {
  /** `http://127.0.0.1:1234/api/apps/demo/events` */
  readonly url: string;
  readonly ticket: string;
  readonly reader: Reader;
  /** Aborted when the viewer leaves. */
  readonly leaving: AbortSignal;
  /** Waits before the next read: who reads slowly does so for a while. Milliseconds. */
  readonly dawdle: () => number;
}

export type Transport = "sse" | "websocket" | "json";

/** Milliseconds that whoever polls lets pass before he asks again. */
const POLL_EVERY = 500;

export const open: Record<Transport, (ask: Ask) => Promise<End>> = { sse, websocket, json };

/** Resolves after so many milliseconds, or when the signal says so. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done);
  });
}

async function sse({ url, ticket, reader, leaving, dawdle }: Ask): Promise<End> {
  const answer = await fetch(withCursor(url, reader.cursor), {
    headers: { accept: "text/event-stream", authorization: `Bearer ${ticket}` },
  });
  if (!answer.ok) return await refusal(answer);
  let told: number | undefined;
  const parser = createParser({
    onEvent: ({ id, data }) => {
      const event: WireEvent = { ...JSON.parse(data), ...(id ? { id } : {}) };
      if (event.type === "reconnect") told = event.payload.afterMs;
      reader.take(event);
    },
  });
  const body = answer.body!.getReader();
  const decoder = new TextDecoder();
  const hangUp = () => void body.cancel().catch(() => {});
  leaving.addEventListener("abort", hangUp);
  if (leaving.aborted) hangUp();
  try {
    for (let read; !(read = await body.read()).done;) {
      parser.feed(decoder.decode(read.value, { stream: true }));
      const ms = dawdle();
      if (ms > 0) await pause(ms, leaving);
    }
  } catch {
    // Cut, with the process at the other end.
  } finally {
    leaving.removeEventListener("abort", hangUp);
  }
  return endOf(leaving, told);
}

async function websocket({ url, ticket, reader, leaving }: Ask): Promise<End> {
  const socket = new WebSocket(withCursor(url, reader.cursor).replace("http", "ws"), offerTicket(ticket));
  let told: number | undefined;
  socket.onmessage = ({ data }) => {
    // What is on its way to one who has left does not move his cursor.
    if (leaving.aborted) return;
    for (const event of JSON.parse(data) as WireEvent[]) {
      if (event.type === "reconnect") told = event.payload.afterMs;
      reader.take(event);
    }
  };
  socket.onerror = () => {};
  const hangUp = () => socket.close();
  leaving.addEventListener("abort", hangUp);
  if (leaving.aborted) hangUp();
  const { code, reason } = await new Promise<CloseEvent>((closed) => socket.onclose = closed);
  leaving.removeEventListener("abort", hangUp);
  if (code === 4404) return { type: "gone" };
  if (code >= 4000) return { type: "refused", said: `${code} ${reason}` };
  return endOf(leaving, told);
}

async function json({ url, ticket, reader, leaving }: Ask): Promise<End> {
  try {
    const answer = await fetch(withCursor(url, reader.cursor, "wait=5"), {
      headers: { accept: "application/json", authorization: `Bearer ${ticket}` },
      signal: leaving,
    });
    if (!answer.ok) return await refusal(answer);
    const { events, next }: JsonAnswer = await answer.json();
    for (const event of events) reader.take(event);
    reader.settle(next);
    return { type: "told", afterMs: POLL_EVERY };
  } catch (error) {
    if (leaving.aborted) return { type: "left" };
    throw error;
  }
}

function endOf(leaving: AbortSignal, told: number | undefined): End {
  if (leaving.aborted) return { type: "left" };
  return told === undefined ? { type: "cut" } : { type: "told", afterMs: told };
}

async function refusal(answer: Response): Promise<End> {
  const said = `${answer.status} ${await answer.text()}`;
  return answer.status === 404 ? { type: "gone" } : { type: "refused", said };
}

const withCursor = (url: string, cursor: string | undefined, more = "") =>
  `${url}?${cursor === undefined ? "" : `after=${encodeURIComponent(cursor)}&`}${more}`;
