/**
 * Events over Server-Sent Events, read with fetch: an EventSource can send no `Authorization`, so the ticket would
 * ride in the address, and it hides the comments that prove the stream alive.
 */
import { createParser } from "eventsource-parser";
import { decodeEvent, decodeJson } from "../decode.ts";
import { closingOf } from "../refusal.ts";
import { addressOf, type OpenRequest, type Transport } from "../transport.ts";

export const sse: Transport = { open };

function open(request: OpenRequest): { close(): void } {
  const aborter = new AbortController();
  const { signal } = aborter;
  run(request, signal).then(
    (closing) => signal.aborted || request.on.closed(closing),
    (error) => signal.aborted || request.on.closed({ code: 1006, reason: String(error?.message ?? error) }),
  );
  return { close: () => aborter.abort() };
}

async function run(request: OpenRequest, signal: AbortSignal) {
  const { ticket, cursor, on, fetch } = request;
  const headers: Record<string, string> = { Accept: "text/event-stream", Authorization: `Bearer ${ticket}` };
  if (cursor !== undefined) headers["Last-Event-ID"] = cursor;
  const response = await fetch(addressOf(request), { headers, cache: "no-store", signal });
  if (!response.ok) return await closingOf(response);
  if (!response.headers.get("Content-Type")?.startsWith("text/event-stream") || !response.body) {
    // A proxy's own page, most likely: nothing that another try by this transport would cure.
    await response.body?.cancel();
    return { code: 1006, reason: "no event stream" };
  }

  if (signal.aborted) return { code: 1000, reason: "" };
  on.open();
  const parser = createParser({
    onEvent({ data, id }) {
      if (signal.aborted) return;
      const value = decodeJson(data);
      const event = value === undefined ? null : decodeEvent(value, id);
      if (event) on.event(event);
    },
  });
  // The decoder holds back half a character until its rest has come.
  const decoder = new TextDecoder();
  const reader = response.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done || signal.aborted) return { code: 1000, reason: "" };
    on.activity();
    parser.feed(decoder.decode(value, { stream: true }));
  }
}
