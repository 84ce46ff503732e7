import { assert, assertEquals } from "@std/assert";
import { parseCursor, START } from "../../lib/protocol/cursor.ts";
import { createParser } from "eventsource-parser";
import type { WireEvent } from "../../lib/protocol/events.ts";
import { WS_PROTOCOL } from "../../lib/protocol/ticket.ts";
import { APP_ID, deploy } from "../preview/samples.ts";
import { assertWhole, hasAll, line, truthOf } from "../support/core_story.ts";
import { CLIENTS } from "./clients.ts";
import { askOf, endpoint, eventContract, itemsOf, wholeStory } from "./contract.ts";
import { openHouse, OTHER_ORIGIN } from "./house.ts";
import { frames, handshake } from "./raw_socket.ts";

for (const client of CLIENTS) eventContract(client);

Deno.test("A1 all three transports say the same of the same past", async () => {
  await using house = await openHouse();
  await wholeStory(house);
  const truth = await truthOf(house.core, house.story.deploys);
  const said: WireEvent[][] = [];
  for (const client of CLIENTS) {
    const stream = client.open(askOf(house, "0"));
    await stream.until((events) => hasAll(itemsOf(events), truth));
    await stream.abort();
    said.push(stream.events);
  }
  assertEquals(said[1], said[0]);
  assertEquals(said[2], said[0]);
});

Deno.test("A1 X1 a client that changes its transport again and again misses nothing", async () => {
  await using house = await openHouse();
  await house.story.claim();
  const seen: WireEvent[] = [];
  for (let round = 0; round < 12; round++) {
    const stream = CLIENTS[round % 3].open(askOf(house, seen.at(-1)?.id ?? "0"));
    await house.story.act((["lines", "claim", "lines", "burst"] as const)[round % 4]);
    await stream.until((events) => events.length > 0);
    await stream.abort();
    seen.push(...stream.events);
  }
  const truth = await truthOf(house.core, house.story.deploys);
  const last = CLIENTS[0].open(askOf(house, seen.at(-1)!.id));
  if (!hasAll(itemsOf(seen), truth)) await last.until((events) => hasAll(itemsOf(events), truth));
  await last.abort();
  assertWhole(itemsOf([...seen, ...last.events]), truth, START);
});

Deno.test("X1 a reader that stops reading for megabytes holds up nobody, and then gets all of it", async () => {
  await using house = await openHouse();
  await house.story.claim();
  const res = await fetch(`${endpoint(house)}?after=0`, {
    headers: { accept: "text/event-stream", authorization: `Bearer ${await house.ticket()}` },
  });
  const socket = await handshake(house, OTHER_ORIGIN, "?after=0");
  const quick = CLIENTS[0].open(askOf(house, "0"));
  const writer = house.core.logs.writer(APP_ID, deploy(1), "token-1", () => {});
  for (let n = 0; n < 12_000; n++) await writer.write([line("x".repeat(1_000))]);
  await writer.flush();
  const truth = await truthOf(house.core, house.story.deploys);
  await quick.until((events) => hasAll(itemsOf(events.slice(-1)), truth));
  await quick.abort();

  const seen: WireEvent[] = [];
  const parser = createParser({ onEvent: ({ id, data }) => void seen.push({ ...JSON.parse(data), id }) });
  const reader = res.body!.pipeThrough(new TextDecoderStream()).getReader();
  while (!hasAll(itemsOf(seen.slice(-1)), truth)) parser.feed((await reader.read()).value!);
  await reader.cancel();
  assertWhole(itemsOf(seen), truth, START);

  const framed: WireEvent[] = [];
  for await (const text of frames(socket.connection, socket.rest)) {
    framed.push(...JSON.parse(text));
    if (hasAll(itemsOf(framed.slice(-1)), truth)) break;
  }
  assertWhole(itemsOf(framed), truth, START);
  await house.until(() => house.viewers === 0);
});

Deno.test("B5 a thousand clients come and drop, and nothing is left of them", async () => {
  await using house = await openHouse();
  await house.story.claim();
  for (let round = 0; round < 10; round++) {
    const streams = Array.from({ length: 100 }, (_, n) => CLIENTS[n % 3].open(askOf(house)));
    // Some go before they were let in, some just then, some later.
    await Promise.all(streams.map(async (stream, n) => {
      if (n % 4 > 0) await stream.until((events) => events.length > 0);
      if (n % 4 > 1) await house.story.write("token-1", 1);
      await stream.abort();
    }));
  }
  await house.until(() => house.viewers === 0);
  await house.until(async () => !await house.watched());
});

Deno.test("A11 SSE: proxies may neither keep nor change nor gather it, and the first field says when to come back", async () => {
  await using house = await openHouse();
  const res = await fetch(endpoint(house), {
    headers: { accept: "text/event-stream", authorization: `Bearer ${await house.ticket()}` },
  });
  assertEquals(res.headers.get("content-type"), "text/event-stream; charset=utf-8");
  assertEquals(res.headers.get("cache-control"), "no-store, no-transform");
  assertEquals(res.headers.get("x-accel-buffering"), "no");
  const reader = res.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.includes("event: status")) text += (await reader.read()).value;
  assert(/^retry: \d+\n\n/.test(text), text);
  await reader.cancel();
});

Deno.test("A1 JSON: the answer is not kept by anybody, and a poll waits until something happens", async () => {
  await using house = await openHouse();
  const ask = async (query: string) => {
    const res = await fetch(`${endpoint(house)}?${query}`, {
      headers: { authorization: `Bearer ${await house.ticket()}` },
    });
    assertEquals(res.headers.get("cache-control"), "no-store, no-transform");
    return await res.json();
  };
  const first = await ask("");
  assertEquals(first.next, "0");
  assertEquals(await ask("after=0"), { events: [], next: "0" });
  assertEquals(await ask("after=0&wait=0.05"), { events: [], next: "0" });
  const waiting = ask("after=0&wait=15");
  await house.until(() => house.viewers === 1);
  await house.story.claim();
  const { events, next } = await waiting;
  assertEquals([events[0].id, next], ["1~01000000000000000000000001:0", events.at(-1).id]);
});

Deno.test("A1 JSON: a long past comes in several answers", async () => {
  await using house = await openHouse();
  await house.story.claim();
  for (let n = 0; n < 10; n++) await house.story.write("token-1", 900);
  let next = "0";
  const counts: number[] = [];
  while (parseCursor(next)!.lines[deploy(1)] !== 9_000) {
    const res = await fetch(`${endpoint(house)}?after=${next}`, {
      headers: { authorization: `Bearer ${await house.ticket()}` },
    });
    const answer = await res.json();
    counts.push(answer.events.length);
    next = answer.next;
  }
  assert(counts.length >= 3 && Math.max(...counts) < 5_000, `${counts}`);
});

Deno.test("HEAD says what GET would, opens nothing and takes no ticket", async () => {
  await using house = await openHouse();
  const res = await fetch(endpoint(house), {
    method: "HEAD",
    headers: { accept: "text/event-stream", origin: OTHER_ORIGIN },
  });
  assertEquals([res.status, res.headers.get("content-type")], [200, "text/event-stream; charset=utf-8"]);
  assertEquals(res.headers.get("access-control-allow-origin"), OTHER_ORIGIN);
  assertEquals([await res.text(), house.viewers, await house.watched()], ["", 0, false]);
  const json = await fetch(endpoint(house), { method: "HEAD" });
  assertEquals([json.status, json.headers.get("content-type")], [200, "application/json"]);
});

Deno.test("A5 an allowed origin may read answers, refusals and preflights; any other may not", async () => {
  await using house = await openHouse();
  const asks: [name: string, status: number, ask: (origin: string) => Promise<Response>][] = [
    [
      "answer",
      200,
      async (origin) =>
        await fetch(endpoint(house), {
          headers: { origin, authorization: `Bearer ${await house.ticket()}` },
        }),
    ],
    ["refusal", 401, (origin) => fetch(endpoint(house), { headers: { origin } })],
    ["unknown app", 404, async (origin) =>
      await fetch(endpoint(house, "nobody"), {
        headers: { origin, authorization: `Bearer ${await house.ticket({ app: "nobody" as never })}` },
      })],
    [
      "preflight",
      204,
      (origin) =>
        fetch(endpoint(house), {
          method: "OPTIONS",
          headers: { origin, "access-control-request-method": "GET" },
        }),
    ],
    [
      "bad cursor",
      400,
      async (origin) =>
        await fetch(`${endpoint(house)}?after=x`, {
          headers: { origin, authorization: `Bearer ${await house.ticket()}` },
        }),
    ],
    ["ticket", 200, async (origin) =>
      await fetch(`${house.url}/api/apps/hello/ticket`, {
        method: "POST",
        headers: { origin, authorization: `Bearer ${await house.apiToken()}` },
      })],
    [
      "no ticket",
      401,
      (origin) =>
        fetch(`${house.url}/api/apps/hello/ticket`, {
          method: "POST",
          headers: { origin, "sec-fetch-site": "same-origin" },
        }),
    ],
  ];
  for (const [name, status, ask] of asks) {
    for (const origin of [OTHER_ORIGIN, "https://evil.example", `${OTHER_ORIGIN}.evil.example`, "null"]) {
      const res = await ask(origin);
      await res.body?.cancel();
      const allowed = origin === OTHER_ORIGIN;
      assertEquals(res.status, status, `${name} for ${origin}`);
      assertEquals(
        res.headers.get("access-control-allow-origin"),
        allowed ? origin : null,
        `${name} for ${origin}`,
      );
      const vary = (res.headers.get("vary") ?? "").toLowerCase();
      assert(vary.split(",").map((part) => part.trim()).includes("origin"), `${name} varies by ${vary}`);
      if (name === "preflight") {
        const headers = res.headers.get("access-control-allow-headers") ?? "";
        assertEquals(allowed, /authorization/i.test(headers) && /last-event-id/i.test(headers));
      }
    }
  }
});

Deno.test("A5 a WebSocket handshake from a foreign origin is refused with 403, from an allowed one accepted", async () => {
  await using house = await openHouse();
  const statusFor = async (origin: string) => {
    const { status, connection } = await handshake(house, origin);
    connection.close();
    return status;
  };
  assertEquals(await statusFor("https://evil.example"), 403);
  assertEquals(await statusFor("null"), 403);
  const good = await handshake(house, OTHER_ORIGIN);
  assertEquals([good.status, good.protocol], [101, WS_PROTOCOL]);
  await house.until(() => house.viewers === 1);
  good.connection.close();
  await house.until(() => house.viewers === 0);
});
