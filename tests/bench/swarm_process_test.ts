/** The swarm in its own process, on real sockets, at a server that does as it is told. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Printer } from "../../bench/support/printer_app.ts";
import { startSwarm } from "../../bench/support/swarm.ts";
import { Chunk, type Item } from "../../lib/events/chunk.ts";
import { logItem } from "./swarm_samples.ts";

interface Stage extends AsyncDisposable {
  readonly port: number;
  readonly printer: Printer;
  /** The cursors and bearers that requests came with. */
  readonly asked: string[];
  /** What the viewer of that number gets instead of these items. */
  spoil: (viewer: number, items: Item[]) => Item[];
  hangUp(): void;
}

/** Serves the printer's lines as SSE and WebSocket; a cursor is a line's number. */
function openStage(): Stage {
  let log: Item[] = [];
  let number = 0;
  let viewers = 0;
  let clients: { number: number; send(chunk: Chunk): void; end(): void }[] = [];
  const encoder = new TextEncoder();
  const chunkOf = (items: readonly Item[]) => new Chunk(items, { rev: 3, lines: {} });
  const missed = (req: Request) => {
    const after = new URL(req.url).searchParams.get("after");
    return after === null ? [] : log.slice(log.findIndex(({ id }) => id === after) + 1);
  };
  const serve = (req: Request): Response => {
    stage.asked.push(`${req.headers.get("authorization")} ${new URL(req.url).searchParams.get("after")}`);
    const rest = missed(req);
    const seat = viewers++;
    if (req.headers.get("upgrade") === "websocket") {
      const { socket, response } = Deno.upgradeWebSocket(req);
      socket.onopen = () => {
        if (rest.length > 0) socket.send(chunkOf(rest).ws);
        clients.push({ number: seat, send: ({ ws }) => socket.send(ws), end: () => socket.close(1000) });
      };
      return response;
    }
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(encoder.encode("retry: 1000\n\n"));
        if (rest.length > 0) controller.enqueue(chunkOf(rest).sse);
        const send = ({ sse }: Chunk) => controller.enqueue(sse);
        clients.push({ number: seat, send, end: () => controller.close() });
      },
      cancel() {
        clients = clients.filter(({ number }) => number !== seat);
      },
    });
    return new Response(body, { headers: { "content-type": "text/event-stream" } });
  };
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, serve);
  const stage: Stage = {
    port: server.addr.port,
    asked: [],
    spoil: (_, items) => items,
    printer: {
      print(what) {
        const now = Math.round((performance.timeOrigin + performance.now()) * 1000);
        const texts = "text" in what
          ? [what.text]
          : Array.from({ length: "lines" in what ? what.lines : 0 }, () => `n ${++number} ${now} x.`);
        const items = texts.map((text, i) => logItem(log.length + i, text));
        log = [...log, ...items];
        for (const client of clients) client.send(chunkOf(stage.spoil(client.number, items)));
        return Promise.resolve({ lines: texts.length, begun: now, ended: now });
      },
    },
    hangUp() {
      for (const client of clients) client.end();
      clients = [];
    },
    async [Symbol.asyncDispose]() {
      stage.hangUp();
      await server.shutdown();
    },
  };
  return stage;
}

const options = { path: "/events", count: 20, bearers: ["a", "b"] };
const ignore = Deno.build.os !== "linux";

for (const transport of ["sse", "ws"] as const) {
  Deno.test({
    name:
      `${transport}: the swarm tells what its viewers were proven to have, and resumes each with its cursor`,
    ignore,
    async fn() {
      await using stage = openStage();
      await using swarm = await startSwarm();
      const viewers = await swarm.open({ ...options, port: stage.port, transport }, stage.printer);
      assertEquals([viewers.opened.opened, viewers.opened.firstByte.count], [20, 20]);
      assertEquals(stage.asked.toSorted().slice(9, 11), ["Bearer a null", "Bearer b null"]);

      const { seen } = await viewers.follow(stage.printer, { lines: 50 });
      assertEquals([seen.complete, seen.delivered, seen.fewest, seen.open], [20, 1_000, 50, 20]);
      assertEquals([seen.latency.count, seen.problems], [1_000, []]);
      assert(seen.latency.p50 > 0 && seen.latency.max < 60_000);
      assert(seen.firstAt <= seen.firstDoneAt && seen.firstDoneAt <= seen.lastDoneAt);

      await viewers.arm(60);
      await viewers.leave();
      await stage.printer.print({ lines: 60 });
      assertEquals((await viewers.seen()).delivered, 0);
      stage.asked.length = 0;
      assertEquals((await viewers.reopen(["c"])).opened, 20);
      const again = await viewers.complete(30_000);
      assertEquals([again.complete, again.delivered], [20, 1_200]);
      assertEquals(new Set(stage.asked), new Set([`Bearer c ${logItem(50, "").id}`]));
    },
  });

  Deno.test({
    name: `${transport}: one viewer of twenty that misses a line, or gets one twice, fails the proof`,
    ignore,
    async fn() {
      const wrong = {
        hole: (items: Item[]) => [...items.slice(0, 9), ...items.slice(10)],
        repeat: (items: Item[]) => [...items.slice(0, 10), ...items.slice(9)],
      };
      for (const spoil of Object.values(wrong)) {
        for (const unlucky of [0, 13]) {
          await using stage = openStage();
          await using swarm = await startSwarm();
          const viewers = await swarm.open({ ...options, port: stage.port, transport }, stage.printer);
          stage.spoil = (viewer, items) => viewer === unlucky ? spoil(items) : items;
          await assertRejects(() => viewers.follow(stage.printer, { lines: 50 }), Error, "The proof failed");
        }
      }
    },
  });

  Deno.test({
    name:
      `${transport}: a viewer that has less than all at the end of the time fails the proof, and so does a refusal`,
    ignore,
    async fn() {
      await using stage = openStage();
      await using swarm = await startSwarm();
      const viewers = await swarm.open({ ...options, port: stage.port, transport }, stage.printer);
      stage.spoil = (viewer, items) => viewer === 7 ? items.slice(0, 49) : items;
      await assertRejects(() => viewers.follow(stage.printer, { lines: 50 }, 300), Error, "Not all viewers");
      await using refusing = Deno.serve(
        { hostname: "127.0.0.1", port: 0, onListen() {} },
        () => new Response("no", { status: 429 }),
      );
      const { port } = refusing.addr;
      await assertRejects(() => swarm.open({ ...options, port, transport }, stage.printer), Error, "429");
    },
  });
}
