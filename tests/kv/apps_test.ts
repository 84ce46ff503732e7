import { assert, assertEquals } from "@std/assert";
import { createAppStore } from "../../lib/kv/apps.ts";
import { createHistory } from "../../lib/kv/history.ts";
import { keys } from "../../lib/kv/keys.ts";
import { createAppWatcher } from "../../lib/kv/watch.ts";
import { AppId, OwnerId } from "../../lib/protocol/ids.ts";
import { APP, APP_ID, deploy } from "../preview/samples.ts";
import { makeApp, openIsolate } from "../support/core_isolate.ts";
import { troubled } from "../support/core_kv.ts";
import { Story } from "../support/core_story.ts";

async function leftovers(kv: Deno.Kv): Promise<string[]> {
  const entries = await Array.fromAsync(kv.list({ prefix: [] }));
  return entries.map(({ key }) => key.join(" "));
}

Deno.test("A26 of many who make an app of one id, one does", async () => {
  using kv = await Deno.openKv(":memory:");
  const store = createAppStore(kv);
  const made = await Promise.all(Array.from({ length: 10 }, () => store.create(APP)));
  assertEquals(made.filter((ok) => ok).length, 1);
  assertEquals(await store.find(APP_ID), APP);
  assertEquals(await store.find(AppId.parse("nobody")), null);
});

Deno.test("A26 changes at once are all kept", async () => {
  using kv = await Deno.openKv(":memory:");
  const store = createAppStore(kv);
  await store.create(APP);
  await Promise.all([
    store.update(APP_ID, { name: "New name" }),
    store.update(APP_ID, { branch: "next" }),
    store.update(APP_ID, { env: { A: "1" } }),
  ]);
  assertEquals(await store.find(APP_ID), { ...APP, name: "New name", branch: "next", env: { A: "1" } });
  assertEquals((await kv.get<{ name: string }>(keys.board(APP.owner, APP_ID))).value?.name, "New name");
  assertEquals(await store.update(AppId.parse("nobody"), { name: "x" }), null);
});

Deno.test("an owner's apps are listed, however many, and nobody else's", async () => {
  using kv = await Deno.openKv(":memory:");
  const store = createAppStore(kv);
  for (let n = 0; n < 23; n++) await store.create({ ...APP, id: AppId.parse(`app-${n}`), createdAt: n });
  await store.create({ ...APP, id: AppId.parse("theirs"), owner: OwnerId.parse("other") });
  const mine = await store.ofOwner(APP.owner);
  assertEquals(
    mine.map(({ app, at }) => [app.id, at]).sort(),
    Array.from({ length: 23 }, (_, n) => [`app-${n}`, n]).sort(),
  );
});

Deno.test("A17 a removed app is gone at once, its id is free when the last of its data is", async () => {
  using kv = await Deno.openKv(":memory:");
  await makeApp(kv);
  const core = openIsolate(kv);
  const story = new Story(core);
  for (let n = 0; n < 3; n++) {
    await story.claim();
    await story.write(`token-${n + 1}`, 700);
    await story.act(n % 2 ? "fail" : "succeed");
  }
  await kv.set(keys.viewers(APP_ID, "somebody"), true);
  const store = createAppStore(kv);
  await store.remove(APP);
  assertEquals([await store.find(APP_ID), await store.ofOwner(APP.owner), await store.trash()], [null, [], [
    APP_ID,
  ]]);
  assert(!await store.create(APP));
  await store.wipe(APP_ID);
  assertEquals([await leftovers(kv), await store.trash()], [[keys.feed(APP.owner).join(" ")], []]);
  assert(await store.create(APP));
  core.close();
});

Deno.test("A17 a writer that is still at it when its app is removed leaves no line behind", async () => {
  using kv = await Deno.openKv(":memory:");
  await makeApp(kv);
  const core = openIsolate(kv);
  const story = new Story(core);
  await story.claim();
  let stop = false;
  const writing = (async () => {
    while (!stop) {
      await story.write("token-1", 1);
      // A writer that has lost its log never waits; the others want their turn.
      await kv.get(["turn"]);
    }
  })();
  const store = createAppStore(kv);
  await store.remove(APP);
  await store.wipe(APP_ID);
  stop = true;
  await writing;
  assertEquals(await leftovers(kv), [keys.feed(APP.owner).join(" ")]);
  core.close();
});

Deno.test("A17 whoever wipes an app late does not touch the new app of that id", async () => {
  using kv = await Deno.openKv(":memory:");
  await makeApp(kv);
  const store = createAppStore(kv);
  await store.remove(APP);
  const gate = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  const slow = createAppStore(troubled(kv, {
    commit: async (go) => {
      begun.resolve();
      await gate.promise;
      return await go();
    },
  }));
  const late = slow.wipe(APP_ID);
  await begun.promise;
  await store.wipe(APP_ID);
  await makeApp(kv);
  const core = openIsolate(kv);
  const story = new Story(core);
  await story.claim();
  await story.write("token-1", 5);
  gate.resolve();
  await late;
  const watcher = createAppWatcher(kv);
  const history = createHistory(kv, watcher);
  assertEquals((await history.events(APP_ID, 0, 9)).length, 2);
  assertEquals((await history.lines(deploy(1), 0, 9)).length, 5);
  assertEquals((await core.previews.deploys(APP_ID, 9)).length, 1);
  watcher.close();
  core.close();
});
