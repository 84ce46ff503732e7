/** What every transport promises alike: the same events, the same cursors, the same resume, the same refusals (A1). */
import { assert, assertEquals } from "@std/assert";
import type { Item } from "../../lib/events/chunk.ts";
import { createAppStore } from "../../lib/kv/apps.ts";
import { parseCursor, START } from "../../lib/protocol/cursor.ts";
import type { WireEvent } from "../../lib/protocol/events.ts";
import { AppId } from "../../lib/protocol/ids.ts";
import { APP, APP_ID, deploy, succeeded } from "../preview/samples.ts";
import { assertWhole, hasAll, line, truthOf } from "../support/core_story.ts";
import type { Ask, Client } from "./clients.ts";
import { type House, openHouse } from "./house.ts";

export const endpoint = (house: House, id = "hello") => `${house.url}/api/apps/${id}/events`;

export const askOf = (house: House, cursor?: string | null): Ask => ({
  url: endpoint(house),
  cursor,
  ticket: () => house.ticket(),
});

export const itemsOf = (events: readonly WireEvent[]): Item[] =>
  events.map(({ id, ...event }) => ({ id, event }));

export const types = (events: readonly WireEvent[]) => events.map(({ type }) => type);

/**
 * Everything that a preview can say, with text that is hard to carry. No push waits for a build at any moment: with a
 * viewer there, the house would claim it.
 */
export async function wholeStory({ core, story }: House): Promise<void> {
  await story.claim();
  const writer = core.logs.writer(APP_ID, deploy(1), "token-1", () => {});
  const texts = [
    "plain",
    "one\ntwo\r\nthree\u2028four",
    "🚀👩‍👩‍👧 日本語",
    "\u001b[31mred\u001b[39m",
    "",
    " data: x\n\nid: 7",
    "\u0000",
  ];
  for (const text of texts) await writer.write([line(text)]);
  await writer.flush();
  await core.commit(succeeded("token-1"));
  await writer.write([{ source: "dev-server", stream: "stderr", message: "Listening on 🌍", timestamp: 2 }]);
  await writer.flush();
  await story.claim();
  await story.write("token-2", 3);
  await story.act("fail");
  await core.commit({ type: "container-stopped", token: "token-1", reason: "signal" });
}

export function eventContract(client: Client): void {
  const test = (name: string, run: (house: House) => Promise<void>) =>
    Deno.test(`${client.name}: ${name}`, async () => {
      await using house = await openHouse();
      await run(house);
      await house.until(() => house.viewers === 0);
    });

  test("A1 A6 A7 A8 A9 A10 all events arrive live, whole, in order, each with its cursor", async (house) => {
    const stream = client.open(askOf(house));
    await stream.until((events) => events.length === 1);
    assertEquals(stream.events, [
      { id: "0", type: "status", payload: { state: "uninitialized", pendingBuild: false } },
    ]);
    await wholeStory(house);
    const truth = await truthOf(house.core, house.story.deploys);
    await stream.until((events) => hasAll(itemsOf(events), truth));
    assertWhole(itemsOf(stream.events.slice(1)), truth, START);
    assertEquals(new Set(types(stream.events)), new Set(["status", "log", "error", "container-stopped"]));
    await stream.abort();
  });

  test("X1 S15 from each cursor that was sent a resume brings exactly the rest", async (house) => {
    const stream = client.open(askOf(house));
    await stream.until((events) => events.length === 1);
    await wholeStory(house);
    const truth = await truthOf(house.core, house.story.deploys);
    await stream.until((events) => hasAll(itemsOf(events), truth));
    await stream.abort();
    for (const { id } of stream.events) {
      const from = parseCursor(id!)!;
      const resumed = client.open(askOf(house, id));
      if (!hasAll([{ id } as Item], truth)) await resumed.until((events) => hasAll(itemsOf(events), truth));
      assertWhole(itemsOf(resumed.events), truth, from);
      // What is new comes after it, and nothing in between.
      await resumed.abort();
    }
  });

  test("A10 whoever comes late gets status, error, the last 500 lines of the log, then what is new", async (house) => {
    await house.story.claim();
    await house.story.write("token-1", 700);
    await house.story.act("fail");
    const stream = client.open(askOf(house));
    await stream.until((events) => events.length === 502);
    assertEquals(types(stream.events).slice(0, 3), ["status", "error", "log"]);
    const lines = stream.events.flatMap((event) => event.type === "log" ? [event.payload.line] : []);
    assertEquals(lines, Array.from({ length: 500 }, (_, n) => 200 + n));
    await house.story.claim();
    await stream.until((events) => events.length === 504);
    await stream.abort();
  });

  test("X1 a client that goes away in the middle finds the rest when it comes back", async (house) => {
    await house.story.claim();
    const seen: WireEvent[] = [];
    for (let round = 0; round < 8; round++) {
      const stream = client.open(askOf(house, seen.at(-1)?.id ?? "0"));
      const writing = house.story.write("token-1", 60);
      await stream.until((events) => events.length >= 20);
      await stream.abort();
      seen.push(...stream.events);
      await writing;
    }
    const truth = await truthOf(house.core, house.story.deploys);
    const last = client.open(askOf(house, seen.at(-1)!.id));
    await last.until((events) => hasAll(itemsOf([...seen, ...events]), truth));
    await last.abort();
    assertWhole(itemsOf([...seen, ...last.events]), truth, START);
  });

  test("X1 a long log arrives whole, though it is written faster than it is read", async (house) => {
    const stream = client.open(askOf(house, "0"));
    await house.story.claim();
    for (let n = 0; n < 12; n++) await house.story.write("token-1", 1_000);
    const truth = await truthOf(house.core, house.story.deploys);
    await stream.until((events) => hasAll(itemsOf(events.slice(-1)), truth));
    assertWhole(itemsOf(stream.events), truth, START);
    await stream.abort();
  });

  test("A2 A3 A4 X7 tickets: what is refused, and how", async (house) => {
    const good = await house.ticket();
    const spent = await house.ticket();
    const first = client.open({ url: endpoint(house), ticket: () => Promise.resolve(spent) });
    await first.until((events) => events.length === 1);
    await first.abort();
    const [header, claims] = good.split(".");
    const refused: [ticket: string | null, status: number, code: string, detail?: string][] = [
      [null, 401, "missing_ticket"],
      ["garbage", 401, "invalid_ticket", "malformed"],
      [`${header}.${claims}.${"A".repeat(43)}`, 401, "invalid_ticket", "wrong signature"],
      [
        await house.ticket({ secret: "another secret of thirty-two characters" }),
        401,
        "invalid_ticket",
        "wrong signature",
      ],
      [await house.ticket({ age: 400 }), 401, "invalid_ticket", "expired"],
      [await house.ticket({ app: AppId.parse("other") }), 403, "ticket_app_mismatch"],
      [spent, 401, "invalid_ticket", "already used"],
    ];
    for (const [ticket, status, code, detail] of refused) {
      const stream = client.open({
        url: endpoint(house),
        ...(ticket === null ? {} : { ticket: () => Promise.resolve(ticket) }),
      });
      const end = await stream.ended;
      assertEquals([end.status, end.code], [status, code]);
      // A close reason holds the code only.
      if (client.name !== "WebSocket") assertEquals(end.detail, detail);
      assertEquals(stream.events, []);
    }
  });

  test("A4 an API token opens the stream too; a wrong one does not", async (house) => {
    const authorization = `Bearer ${await house.apiToken()}`;
    const stream = client.open({ url: endpoint(house), headers: { authorization } });
    await stream.until((events) => events.length === 1);
    await stream.abort();
    const wrong = client.open({
      url: endpoint(house),
      headers: { authorization: authorization.slice(0, -2) + "xx" },
    });
    const { status, code } = await wrong.ended;
    assertEquals([status, code], [401, "invalid_ticket"]);
  });

  test("A4 a ticket in the address opens the stream", async (house) => {
    const url = `${endpoint(house)}?ticket=${await house.ticket()}&x=`;
    const stream = client.open({ url: url.replace("?", "?wait=0&"), headers: {} });
    await stream.until((events) => events.length === 1).catch((error) => {
      // The long poll comes back, and finds its ticket used.
      if (client.name !== "JSON" || stream.events.length !== 1) throw error;
    });
    await stream.abort();
  });

  test("A3 the app of somebody else does not exist", async (house) => {
    const theirs = AppId.parse("theirs");
    await createAppStore(house.kv).create({ ...APP, id: theirs, owner: "somebody" as never });
    for (const id of ["theirs", "nobody"]) {
      const stream = client.open({
        url: endpoint(house, id),
        ticket: () => house.ticket({ app: AppId.parse(id) }),
      });
      const { status, code } = await stream.ended;
      assertEquals([status, code], [404, "unknown_app"]);
    }
    const illegal = client.open({ url: endpoint(house, "NO_ID"), ticket: () => house.ticket() });
    assertEquals((await illegal.ended).code, "unknown_app");
  });

  test("A1 a cursor that is none is refused, one from elsewhere answered with things as they are", async (house) => {
    const garbage = client.open(askOf(house, "garbage"));
    const { status, code } = await garbage.ended;
    assertEquals([status, code], [400, "invalid_cursor"]);
    await house.story.claim();
    await house.story.write("token-1", 3);
    for (const cursor of ["2", "99", `1~${deploy(9)}:4`]) {
      const stream = client.open(askOf(house, cursor));
      await stream.until((events) => events.at(-1)?.id === `2~${deploy(1)}:3`);
      assert(types(stream.events).includes("status"), cursor);
      await stream.abort();
    }
  });

  test("A17 the stream of a deleted app ends, and does not come back", async (house) => {
    const stream = client.open(askOf(house));
    await stream.until((events) => events.length === 1);
    await house.until(() => house.viewers === 1);
    await house.services.apps.remove(APP);
    const { status, code } = await stream.ended;
    // A stream of bytes cannot say why it ends; the next request can.
    assertEquals([status, code], client.name === "SSE" ? [200, ""] : [404, "unknown_app"]);
    const again = client.open(askOf(house));
    assertEquals((await again.ended).code, "unknown_app");
  });

  test("S5 X5 a viewer who is gone counts no more after the grace", async (house) => {
    const stream = client.open(askOf(house));
    await stream.until((events) => events.length === 1);
    await house.until(() => house.watched());
    await stream.abort();
    await house.until(() => house.viewers === 0);
    await house.until(async () => !await house.watched());
  });

  test("S1 final events arrive, before the stream ends or when it is resumed", async (house) => {
    await house.story.claim();
    await house.story.act("succeed");
    const stream = client.open(askOf(house));
    await stream.until((events) => events.length >= 1);
    await house.until(() => house.viewers === 1);
    await house.core.commit({ type: "container-stopped", token: "token-1", reason: "idle" });
    house.services.hub.drain(0);
    const truth = await truthOf(house.core, house.story.deploys);
    if (client.name !== "JSON") {
      assertEquals((await stream.ended).status, 200);
      assertEquals(stream.events.pop()?.type, "reconnect");
    }
    // Whoever comes while the server goes is told what is new before he is sent back.
    const seen = () => [...stream.events, ...resumed.events].filter(({ type }) => type !== "reconnect");
    const resumed = client.open(askOf(house, stream.events.at(-1)!.id));
    await house.until(() => hasAll(itemsOf([...stream.events, ...seen()]), truth));
    await Promise.all([stream.abort(), resumed.abort()]);
    assertEquals(types(seen()).slice(-2), ["container-stopped", "status"]);
  });
}
