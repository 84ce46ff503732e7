import { assert, assertEquals } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import { createAppStore } from "../../lib/kv/apps.ts";
import { keys } from "../../lib/kv/keys.ts";
import { type AppNow, createAppWatcher, openLogs } from "../../lib/kv/watch.ts";
import { EMPTY_RECORD } from "../../lib/preview/record.ts";
import { APP, APP_ID, commit, deploy, pushed, RUNNING } from "../preview/samples.ts";
import { makeApp, openIsolate } from "../support/core_isolate.ts";
import { quiet } from "../support/core_kv.ts";
import { Story } from "../support/core_story.ts";

/** Remembers what a watcher tells, and waits for it. */
class Ear {
  readonly heard: AppNow[] = [];
  #waiting: { met: (now: AppNow) => boolean; resolve: () => void }[] = [];
  readonly hear = (now: AppNow) => {
    this.heard.push(now);
    for (const { met, resolve } of this.#waiting) if (met(now)) resolve();
  };
  until(met: (now: AppNow) => boolean): Promise<void> {
    if (this.heard.some(met)) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ met, resolve }));
  }
}

Deno.test("a watcher tells the present, each change of the record, and how far the open logs are", async () => {
  using kv = await Deno.openKv(":memory:");
  await makeApp(kv);
  const core = openIsolate(kv);
  const watcher = createAppWatcher(kv);
  const ear = new Ear();
  watcher.subscribe(APP_ID, ear.hear);
  await ear.until(({ record }) => record?.rev === 0);
  assertEquals(ear.heard[0], { record: EMPTY_RECORD, heads: {} });
  const story = new Story(core);
  await story.claim();
  await ear.until(({ heads }) => heads[deploy(1)]?.lines === 0);
  await story.write("token-1", 3);
  await ear.until(({ heads }) => heads[deploy(1)]?.lines === 3);
  await story.act("succeed");
  await story.claim();
  await story.write("token-2", 2);
  await ear.until(({ heads }) => heads[deploy(1)]?.lines === 3 && heads[deploy(2)]?.lines === 2);
  await createAppStore(kv).remove(APP);
  await ear.until(({ record }) => record === null);
  watcher.close();
  core.close();
});

Deno.test("subscribers share one watch, late ones hear what is known at once, and the last one ends it", async () => {
  using kv = await Deno.openKv(":memory:");
  await makeApp(kv);
  let watches = 0;
  const counted = new Proxy(kv, {
    get(target, name) {
      if (name === "watch") watches++;
      const value = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  const watcher = createAppWatcher(counted);
  const [first, second, third] = [new Ear(), new Ear(), new Ear()];
  const leave = watcher.subscribe(APP_ID, first.hear);
  await first.until(() => true);
  const leaveToo = watcher.subscribe(APP_ID, second.hear);
  assertEquals([second.heard.length, watches], [1, 1]);
  leave();
  leave();
  const core = openIsolate(kv);
  await core.commit(pushed(1));
  await second.until(({ record }) => record?.rev === 1);
  assertEquals(first.heard.length, 1);
  leaveToo();
  watcher.subscribe(APP_ID, third.hear);
  await third.until(({ record }) => record?.rev === 1);
  assertEquals(watches, 2);
  watcher.close();
  core.close();
});

Deno.test("X2 where the watch is deaf, as to another process, looking finds new records, logs and lines", async () => {
  using kv = await Deno.openKv(":memory:");
  await makeApp(kv);
  const deaf = new Proxy(kv, {
    get(target, name) {
      if (name === "watch") return () => new ReadableStream();
      const value = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  const watcher = createAppWatcher(deaf, { pollMs: 5 });
  const core = openIsolate(kv);
  const ear = new Ear();
  watcher.subscribe(APP_ID, ear.hear);
  const story = new Story(core);
  await story.claim();
  await ear.until(({ record }) => record?.rev === 2);
  await story.write("token-1", 3);
  await ear.until(({ heads }) => heads[deploy(1)]?.lines === 3);
  watcher.close();
  core.close();
});

Deno.test("a watch that breaks is begun again", async () => {
  using kv = await Deno.openKv(":memory:");
  using errors = quiet();
  using time = new FakeTime();
  await makeApp(kv);
  let watches = 0;
  const broken = new Proxy(kv, {
    get(target, name) {
      if (name === "watch" && ++watches === 1) return () => ReadableStream.from([]);
      if (name === "watch" && watches === 2) throw new Error("the store is away");
      const value = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  const watcher = createAppWatcher(broken);
  const ear = new Ear();
  watcher.subscribe(APP_ID, ear.hear);
  while (ear.heard.length === 0) {
    await time.tickAsync(1_000);
    // The store, which knows the real time only, gets a turn.
    await kv.get(["turn"]);
  }
  assertEquals(ear.heard[0].record?.rev, 0);
  assertEquals([watches, errors.lines.length], [3, 2]);
  watcher.close();
});

Deno.test("at most two logs of an app are open: the instance's and that of a claimed build", () => {
  assertEquals(openLogs(null), []);
  assertEquals(openLogs(EMPTY_RECORD), []);
  assertEquals(openLogs(RUNNING), [deploy(1)]);
  const build = {
    deployId: deploy(2),
    commit: commit(2),
    trigger: "push",
    phase: "queued",
    token: null,
    takeovers: 0,
  } as const;
  assertEquals(openLogs({ ...RUNNING, build }), [deploy(1)]);
  assertEquals(openLogs({ ...RUNNING, build: { ...build, token: "b" } }), [deploy(1), deploy(2)]);
});

Deno.test("A17 what is left in the store of an app that is gone keeps nobody from hearing it", async () => {
  using kv = await Deno.openKv(":memory:");
  await kv.set(keys.preview(APP_ID), RUNNING);
  const watcher = createAppWatcher(kv);
  const ear = new Ear();
  watcher.subscribe(APP_ID, ear.hear);
  await ear.until(({ record }) => record === null);
  assert(ear.heard.every(({ record }) => record === null));
  watcher.close();
});

Deno.test("of a log that is written here a watch tells nothing, until somebody else writes it", async () => {
  using kv = await Deno.openKv(":memory:");
  await makeApp(kv);
  const core = openIsolate(kv);
  const here = createAppWatcher(kv, { writesWith: (token) => token === "token-1" });
  const elsewhere = createAppWatcher(kv);
  const [mine, theirs] = [new Ear(), new Ear()];
  here.subscribe(APP_ID, mine.hear);
  elsewhere.subscribe(APP_ID, theirs.hear);
  const story = new Story(core);
  await story.claim();
  await story.write("token-1", 3);
  await theirs.until(({ heads }) => heads[deploy(1)]?.lines === 3);
  await story.act("succeed");
  await story.claim();
  await story.write("token-2", 2);
  await mine.until(({ heads }) => heads[deploy(2)]?.lines === 2);
  assert(mine.heard.every(({ heads }) => !(deploy(1) in heads)));
  here.close();
  elsewhere.close();
  core.close();
});

Deno.test("whoever attends is told of the record and at each look, and not of lines", async () => {
  using kv = await Deno.openKv(":memory:");
  await makeApp(kv);
  const core = openIsolate(kv);
  const watcher = createAppWatcher(kv);
  const ear = new Ear();
  let told = 0;
  watcher.subscribe(APP_ID, ear.hear);
  await ear.until(() => true);
  watcher.attend(APP_ID, () => told++);
  assertEquals(told, 1);
  const story = new Story(core);
  await story.claim();
  await ear.until(({ heads }) => heads[deploy(1)]?.lines === 0);
  const before = told;
  for (const lines of [1, 2, 3]) {
    await story.write("token-1", 1);
    await ear.until(({ heads }) => heads[deploy(1)]?.lines === lines);
  }
  assertEquals(told, before);
  watcher.pollEvery(5);
  const heard = ear.heard.length;
  await ear.until(() => ear.heard.length > heard + 2);
  assert(told > before, "leases lapse without any change");
  watcher.close();
  core.close();
});
