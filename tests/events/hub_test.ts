import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { createAppStore } from "../../lib/kv/apps.ts";
import { parseCursor } from "../../lib/protocol/cursor.ts";
import { AppId } from "../../lib/protocol/ids.ts";
import { APP, APP_ID, deploy, pushed } from "../preview/samples.ts";
import { makeApp, openIsolate } from "../support/core_isolate.ts";
import { Collector } from "../support/core_sink.ts";
import { assertWhole, hasAll, truthOf } from "../support/core_story.ts";
import { inCore, leave, watch } from "./core.ts";

Deno.test("A10 S6 status comes first, then the error, then the log, then what is new", () =>
  inCore(async (core, story) => {
    await story.claim();
    await story.write("token-1", 3);
    await story.act("fail");
    const seen = await watch(core);
    await seen.joined.replayed;
    assertEquals(seen.sink.items.map(({ event }) => event.type), ["status", "error", "log", "log", "log"]);
    await core.commit(pushed(7));
    await seen.sink.until(() => seen.sink.items.length === 6);
    assertEquals(
      seen.sink.items[5].event.payload,
      { state: "error", pendingBuild: true, commit: "1".padStart(40, "0"), deployId: deploy(1) } as never,
    );
    leave(seen);
  }));

Deno.test("S6 what happens while somebody joins neither overtakes the status nor is lost", () =>
  inCore(async (core, story) => {
    await story.claim();
    const seen = [];
    for (let n = 0; n < 20; n++) {
      const [viewer] = await Promise.all([
        watch(core),
        story.write("token-1", 5),
        core.commit(pushed(n + 10)),
      ]);
      seen.push(viewer);
    }
    const truth = await truthOf(core, story.deploys);
    for (const { sink } of seen) {
      await sink.until(() => hasAll(sink.items, truth));
      assertEquals(sink.items[0].event.type, "status");
      const from = parseCursor(sink.items[0].id!)!;
      assertWhole(sink.items.slice(1), truth, from);
    }
    leave(...seen);
  }));

Deno.test("S6 whoever fails to join leaves nothing behind", async () => {
  let broken = false;
  await inCore(async (core) => {
    broken = true;
    await assertRejects(() => watch(core), Error, "the store is away");
    assertEquals([core.hub.viewers, core.present], [0, 0]);
    broken = false;
    const seen = await watch(core);
    assertEquals([core.hub.viewers, core.present, seen.sink.items.length], [1, 1, 1]);
    leave(seen);
    assertEquals([core.hub.viewers, core.present], [0, 0]);
    assertEquals(await core.hub.join(AppId.parse("nobody"), null, new Collector()), null);
    assertEquals([core.hub.viewers, core.present], [0, 0]);
  }, {
    history: (history) => ({
      ...history,
      read: (...args) => broken ? Promise.reject(new Error("the store is away")) : history.read(...args),
    }),
  });
});

Deno.test("B5 a thousand viewers come and go, and nothing is left", () =>
  inCore(async (core, story) => {
    await story.claim();
    for (let round = 0; round < 10; round++) {
      const seen = await Promise.all(Array.from({ length: 100 }, () => watch(core)));
      assertEquals([core.hub.viewers, core.present], [100, 100]);
      await story.write("token-1", 1);
      leave(...seen);
      leave(...seen);
      assertEquals([core.hub.viewers, core.present], [0, 0]);
    }
  }));

Deno.test("one chunk serves all viewers: it is encoded once", () =>
  inCore(async (core, story) => {
    const seen = await Promise.all(Array.from({ length: 5 }, () => watch(core)));
    await Promise.all(seen.map(({ joined }) => joined.replayed));
    await story.claim();
    await Promise.all(seen.map(({ sink }) => sink.until(() => sink.items.length === 3)));
    const [first, ...others] = seen.map(({ sink }) => sink.chunks.at(-1)!);
    for (const other of others) assertStrictEquals(other.sse, first.sse);
    leave(...seen);
  }));

Deno.test("S1 final events arrive before the goodbye, also where both come in one turn", () =>
  inCore(async (core, story) => {
    await story.claim();
    await story.act("succeed");
    const seen = [await watch(core), await watch(core)];
    await Promise.all(seen.map(({ joined }) => joined.replayed));
    await core.commit(pushed(9));
    await core.commit({ type: "container-stopped", token: "token-1", reason: "idle" });
    core.hub.end(APP_ID);
    for (const { sink } of seen) {
      assertEquals(sink.items.slice(-2).map(({ event }) => event.type), ["container-stopped", "status"]);
      assertEquals(sink.farewells, [{ type: "gone" }]);
    }
    leave(...seen);
    assertEquals(core.hub.viewers, 0);
    // Without a watch, which may be faster than the news themselves and then has them read.
  }, { history: (history) => ({ ...history, watch: () => () => {} }) }));

Deno.test("B4 many viewers are served in slices, so that others get their turn; nobody misses what is new", () =>
  inCore(async (core, story) => {
    await story.claim();
    const seen = await Promise.all(Array.from({ length: 300 }, () => watch(core)));
    await Promise.all(seen.map(({ joined }) => joined.replayed));
    const first = seen.map(({ sink }) => sink.items.length);
    const has = (n: number) => seen[n].sink.items.length > first[n];
    const turn = new Promise<number>((resolve) => {
      void seen[0].sink.until(() => has(0)).then(() => resolve(seen.filter((_, n) => has(n)).length));
    });
    await story.write("token-1", 1);
    assert(await turn < 300, "all in one turn");
    await story.write("token-1", 2);
    const truth = await truthOf(core, story.deploys);
    for (const { sink } of seen) {
      await sink.until(() => hasAll(sink.items, truth));
      assertWhole(sink.items.slice(1), truth, parseCursor(sink.items[0].id!)!);
    }
    leave(...seen);
  }));

Deno.test("S1 who is served last gets what is new before the goodbye, too", () =>
  inCore(async (core, story) => {
    await story.claim();
    const seen = await Promise.all(Array.from({ length: 200 }, () => watch(core)));
    await Promise.all(seen.map(({ joined }) => joined.replayed));
    const count = seen[0].sink.items.length;
    const told = seen[0].sink.until(() => seen[0].sink.items.length > count);
    await story.act("fail");
    await told;
    core.hub.end(APP_ID);
    for (const { sink } of seen) {
      assertEquals(sink.items.slice(count).map(({ event }) => event.type), ["error", "status"]);
      assertEquals(sink.farewells, [{ type: "gone" }]);
    }
    leave(...seen);
  }));

Deno.test("A17 the streams of a deleted app end, on every isolate", async () => {
  using kv = await Deno.openKv(":memory:");
  await makeApp(kv);
  const [here, there] = [openIsolate(kv), openIsolate(kv)];
  const seen = [await watch(here), await watch(there)];
  await createAppStore(kv).remove(APP);
  for (const { sink } of seen) {
    await sink.until(() => sink.farewells.length > 0);
    assertEquals(sink.farewells, [{ type: "gone" }]);
  }
  leave(...seen);
  here.close();
  there.close();
});

Deno.test("A11 a quiet stream shows signs of life, an old one is asked to come back", () =>
  inCore(async (core) => {
    const seen = await watch(core);
    await seen.sink.until(() => seen.sink.keepAlives >= 2);
    await seen.sink.until(() => seen.sink.farewells.length > 0);
    assertEquals(seen.sink.farewells, [{ type: "reconnect", reason: "age", afterMs: 0 }]);
    leave(seen);
  }, { keepAliveEvery: 5, maxAge: 60 }));

Deno.test("A11 who is told something all the time gets no signs of life besides", () =>
  inCore(async (core, story) => {
    await story.claim();
    const seen = await watch(core);
    for (const begun = performance.now(); performance.now() - begun < 1_500;) {
      await story.write("token-1", 1);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    assertEquals(seen.sink.keepAlives, 0);
    await seen.sink.until(() => seen.sink.keepAlives === 1);
    leave(seen);
  }, { keepAliveEvery: 1_000 }));

Deno.test("X10 a draining isolate sends its viewers back, spread, and whoever comes meanwhile", () =>
  inCore(async (core) => {
    const seen = await Promise.all(Array.from({ length: 50 }, () => watch(core)));
    core.hub.drain(3_000);
    seen.push(await watch(core));
    await seen.at(-1)!.joined.replayed;
    const waits = seen.map(({ sink: { farewells: [goodbye] } }) => {
      assert(goodbye.type === "reconnect" && goodbye.reason === "restart");
      return goodbye.afterMs;
    });
    assert(Math.min(...waits) >= 500 && Math.max(...waits) <= 3_500, `${waits}`);
    assert(new Set(waits).size > 25, `${waits}`);
    assertEquals(seen.at(-1)!.sink.items[0].event.type, "status");
    leave(...seen);
  }));

Deno.test("X7 whoever comes for a new app under the id of a deleted one sees the new one, though no watch has told of it", () =>
  inCore(async (core, story) => {
    await story.claim();
    await story.act("fail");
    const old = await watch(core);
    await old.joined.replayed;
    const store = createAppStore(core.kv);
    await store.remove(APP);
    await store.wipe(APP_ID);
    await store.create({ ...APP, createdAt: APP.createdAt + 1 });
    const seen = await watch(core);
    await seen.joined.replayed;
    assertEquals(old.sink.farewells, [{ type: "gone" }]);
    assertEquals(seen.sink.farewells, []);
    assertEquals(seen.sink.items.map(({ event }) => event), [
      { type: "status", payload: { state: "uninitialized", pendingBuild: false } },
    ]);
    leave(old, seen);
    assertEquals([core.hub.viewers, core.present], [0, 0]);
  }, { history: (history) => ({ ...history, watch: () => () => {} }) }));
