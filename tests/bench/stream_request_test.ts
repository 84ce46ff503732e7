import { assertEquals } from "@std/assert";
import { streamRequest } from "../../bench/support/stream_request.ts";
import { apiTokenFrom, ticketFrom } from "../../lib/auth/bearer.ts";
import { negotiate } from "../../lib/events/negotiate.ts";

/** As the server reads it. */
function parsed(text: string): Request {
  const [head, ...lines] = text.split("\r\n");
  const headers = lines.filter((line) => line !== "").map((line) => line.split(": ") as [string, string]);
  return new Request(`http://127.0.0.1${head.split(" ")[1]}`, { headers });
}

for (const [transport, name] of [["sse", "sse"], ["ws", "websocket"]] as const) {
  Deno.test(`a stream that is asked for as ${transport} is one to the server, and carries its ticket`, () => {
    const request = parsed(streamRequest("/api/apps/a/events", transport, "t.i.cket"));
    assertEquals(negotiate(request.headers), name);
    assertEquals(ticketFrom(request), "t.i.cket");
    assertEquals(apiTokenFrom(request), null);
  });
}
