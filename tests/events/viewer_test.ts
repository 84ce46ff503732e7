import { assert, assertEquals } from "@std/assert";
import { parseCursor, START } from "../../lib/protocol/cursor.ts";
import { AppId } from "../../lib/protocol/ids.ts";
import { APP_ID, deploy } from "../preview/samples.ts";
import { makeApp, openIsolate } from "../support/core_isolate.ts";
import { Collector } from "../support/core_sink.ts";
import { assertWhole, hasAll, Story, truthOf } from "../support/core_story.ts";
import { until } from "../support/until.ts";
import { inCore, leave, watch } from "./core.ts";

Deno.test("X1 from each cursor that was ever sent a resume yields exactly the rest", () =>
  inCore(async (core, story) => {
    const live = await watch(core);
    const acts = [
      "claim",
      "lines",
      "succeed",
      "claim",
      "lines",
      "lines",
      "succeed",
      "lines",
      "stop",
      "claim",
      "lines",
      "fail",
      "push",
    ] as const;
    for (const act of acts) await story.act(act);
    const truth = await truthOf(core, story.deploys);
    await live.sink.until(() => hasAll(live.sink.items, truth));
    assertWhole(live.sink.items.slice(1), truth, START);
    for (const { id } of live.sink.items) {
      const from = parseCursor(id!)!;
      const again = await watch(core, from);
      await again.joined.replayed;
      assert(again.joined.viewer.caughtUp);
      assertWhole(again.sink.items, truth, from);
      leave(again);
    }
    leave(live);
  }));

Deno.test("X1 a viewer that takes nothing for a while costs nothing, and then gets all of it", () =>
  inCore(async (core, story) => {
    const [slow, quick] = [await watch(core), await watch(core)];
    await Promise.all([slow.joined.replayed, quick.joined.replayed]);
    await story.claim();
    await slow.sink.until(() => slow.sink.items.length === 3);
    slow.sink.pause();
    // Only a replay to whoever joins waits for the socket.
    Object.assign(slow.sink, { flushed: () => new Promise<void>(() => {}) });
    // More than the ring keeps.
    for (let n = 0; n < 30; n++) await story.write("token-1", 800);
    await story.act("succeed");
    const truth = await truthOf(core, story.deploys);
    await quick.sink.until(() => hasAll(quick.sink.items, truth));
    assertEquals(slow.sink.items.length, 3);
    slow.sink.resume();
    await slow.sink.until(() => hasAll(slow.sink.items, truth));
    assertWhole(slow.sink.items.slice(1), truth, START);
    assertWhole(quick.sink.items.slice(1), truth, START);
    await story.write("token-1", 3);
    const later = await truthOf(core, story.deploys);
    await slow.sink.until(() => hasAll(slow.sink.items, later));
    leave(slow, quick);
  }));

Deno.test("X1 a viewer that stops again and again while it catches up still gets all, in order", () =>
  inCore(async (core, story) => {
    await story.claim();
    for (let n = 0; n < 6; n++) await story.write("token-1", 700);
    const truth = await truthOf(core, story.deploys);
    const stopping = new class extends Collector {
      override write(...args: Parameters<Collector["write"]>) {
        super.write(...args);
        this.pause();
        setTimeout(() => this.resume(), 0);
      }
    }();
    const joined = (await core.hub.join(APP_ID, START, stopping))!;
    await stopping.until(() => hasAll(stopping.items, truth));
    await joined.replayed;
    assert(stopping.chunks.length > 2);
    assertWhole(stopping.items, truth, START);
    joined.leave();
  }));

Deno.test("X1 a replay goes on when its last chunk is on its way, and whoever leaves meanwhile gets no more", () =>
  inCore(async (core, story) => {
    await story.claim();
    for (let n = 0; n < 3; n++) await story.write("token-1", 800);
    class Slow extends Collector {
      readonly flushes: (() => void)[] = [];
      flushed(): Promise<void> {
        return new Promise((resolve) => this.flushes.push(resolve));
      }
    }
    const [stays, leaves] = [new Slow(), new Slow()];
    const [place, other] = [
      (await core.hub.join(APP_ID, START, stays))!,
      (await core.hub.join(APP_ID, START, leaves))!,
    ];
    for (let n = 1; !place.viewer.caughtUp; n++) {
      await until(`chunk ${n} was written`, () => stays.flushes.length === n || place.viewer.caughtUp);
      assertEquals(stays.chunks.length, stays.flushes.length);
      stays.flushes.at(-1)!();
    }
    assert(stays.chunks.length > 3);
    const truth = await truthOf(core, story.deploys);
    assertWhole(stays.items, truth, START);

    await until("one chunk was written", () => leaves.flushes.length === 1);
    other.leave();
    leaves.flushes[0]();
    await other.replayed;
    assertEquals(leaves.chunks.length, 1);
    await story.write("token-1", 1);
    await stays.until(() => stays.chunks.length > stays.flushes.length);
    assertWhole(stays.items, await truthOf(core, story.deploys), START);
    leave({ joined: place });
  }));

Deno.test("X1 whoever was away for longer than events are kept gets the rest of his log, then things as they are", () =>
  inCore(async (core, story) => {
    await story.claim();
    await story.write("token-1", 10);
    const from = { rev: 2, lines: { [deploy(1)]: 4 } };
    await story.act("fail");
    await story.claim();
    await story.write("token-2", 2);
    for await (const { key } of core.kv.list({ prefix: ["event"] })) await core.kv.delete(key);
    const seen = await watch(core, from);
    await seen.joined.replayed;
    assertEquals(
      seen.sink.items.map(({ event: { type, payload } }) =>
        type === "log" ? `${payload.deployId.at(-1)} ${payload.line}` : type
      ),
      [
        ...[4, 5, 6, 7, 8, 9].map((line) => `1 ${line}`),
        "status",
        "2 0",
        "2 1",
      ],
    );
    await story.write("token-2", 1);
    await seen.sink.until(() => seen.sink.items.length === 10);
    leave(seen);
  }));

Deno.test("X2 an isolate that heard nothing for longer than events are kept tells its viewers the same", async () => {
  using kv = await Deno.openKv(":memory:");
  await makeApp(kv);
  const silent = openIsolate(kv, { history: (history) => ({ ...history, watch: () => () => {} }) });
  const busy = openIsolate(kv);
  const story = new Story(busy);
  await story.claim();
  await story.write("token-1", 4);
  const seen = await watch(silent);
  await seen.joined.replayed;
  await story.write("token-1", 4);
  await story.act("fail");
  await story.claim();
  await story.write("token-2", 2);
  await story.act("fail");
  for await (const { key } of kv.list({ prefix: ["event"] })) await kv.delete(key);
  silent.hub.announce(APP_ID, { type: "more" });
  await seen.sink.until(() => seen.sink.items.length === 13);
  assertEquals(
    seen.sink.items.slice(5).map(({ event: { type, payload } }) =>
      type === "log" ? `${payload.deployId.at(-1)} ${payload.line}` : type
    ),
    [
      ...[4, 5, 6, 7].map((line) => `1 ${line}`),
      "status",
      "error",
      "2 0",
      "2 1",
    ],
  );
  leave(seen);
  silent.close();
  busy.close();
});

Deno.test("a cursor that we never made is answered with things as they are, and does not hold up anybody", () =>
  inCore(async (core, story) => {
    await story.claim();
    await story.write("token-1", 600);
    for (
      const cursor of [{ rev: 2, lines: {} }, { rev: 99, lines: {} }, { rev: 1, lines: { [deploy(9)]: 3 } }, {
        rev: 2,
        lines: { [deploy(1)]: 601 },
      }]
    ) {
      const seen = await watch(core, cursor);
      await seen.joined.replayed;
      assert(seen.joined.viewer.caughtUp);
      const types = new Set(seen.sink.items.map(({ event }) => event.type));
      assert(types.has("status"), `${cursor.rev}`);
      assertEquals(seen.sink.items.at(-1)!.id, `2~${deploy(1)}:600`);
      leave(seen);
    }
  }));

Deno.test("X7 no cursor opens the log of another app", () =>
  inCore(async (core, story) => {
    await story.claim();
    await story.write("token-1", 5);
    await story.act("fail");
    const other = AppId.parse("other");
    await makeApp(core.kv, other);
    const sink = new Collector();
    const joined = (await core.hub.join(other, { rev: 0, lines: { [deploy(1)]: 0 } }, sink))!;
    await joined.replayed;
    assertEquals(sink.items, []);
    joined.leave();
  }));
