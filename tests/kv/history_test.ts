import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { createHistory } from "../../lib/kv/history.ts";
import { keys } from "../../lib/kv/keys.ts";
import { createAppWatcher } from "../../lib/kv/watch.ts";
import { EMPTY_RECORD } from "../../lib/preview/record.ts";
import { AppId } from "../../lib/protocol/ids.ts";
import { APP_ID, deploy, pushed } from "../preview/samples.ts";
import { makeApp, openIsolate } from "../support/core_isolate.ts";
import { Story } from "../support/core_story.ts";
import { troubled } from "../support/core_kv.ts";

async function openHistory() {
  const kv = await Deno.openKv(":memory:");
  await makeApp(kv);
  const core = openIsolate(kv);
  const watcher = createAppWatcher(kv);
  return {
    kv,
    core,
    story: new Story(core),
    history: createHistory(kv, watcher),
    [Symbol.dispose]() {
      core.close();
      watcher.close();
      kv.close();
    },
  };
}

Deno.test("the present is the record with the heads of its open logs, of the newest deploy and of those asked for", async () => {
  using it = await openHistory();
  const { history, story } = it;
  assertEquals(await history.read(AppId.parse("nobody"), []), null);
  assertEquals(await history.read(APP_ID, []), {
    record: EMPTY_RECORD,
    leases: { build: null, instance: null },
    heads: {},
  });
  const heads = async (...also: ReturnType<typeof deploy>[]) =>
    Object.entries((await history.read(APP_ID, also))!.heads).toSorted()
      .map(([id, { lines, closed }]) => [id.at(-1), lines, closed]);
  await story.claim();
  await story.write("token-1", 2);
  await story.act("fail");
  assertEquals(await heads(), [["1", 2, true]]);
  await story.claim();
  await story.write("token-2", 1);
  assertEquals(await heads(), [["2", 1, false]]);
  assertEquals(await heads(deploy(1)), [["1", 2, true], ["2", 1, false]]);
  assertEquals((await heads(...Array.from({ length: 30 }, (_, n) => deploy(n + 1)))).length, 2);
});

Deno.test("X7 heads of another app's logs are not to be had", async () => {
  using it = await openHistory();
  await it.story.claim();
  const other = AppId.parse("other");
  await makeApp(it.kv, other);
  assertEquals((await it.history.read(other, [deploy(1)]))!.heads, {});
});

Deno.test("events come in order, from one after the first rev to the last, 500 at most", async () => {
  using it = await openHistory();
  for (let n = 1; n <= 12; n++) await it.core.commit(pushed(n));
  const revs = async (rev: number, to: number) =>
    (await it.history.events(APP_ID, rev, to)).map((event) => event.rev);
  assertEquals(await revs(0, 12), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  assertEquals(await revs(3, 5), [4, 5]);
  assertEquals(await revs(12, 12), []);
  assertEquals(await revs(11, 99), [12]);
  const { value } = await it.kv.get(keys.event(APP_ID, 12));
  for (let rev = 13; rev <= 600; rev++) await it.kv.set(keys.event(APP_ID, rev), value);
  assertEquals((await revs(0, 600)).length, 500);
});

Deno.test("a stretch of log that many ask for at once is read once, and a failed read is not kept", async () => {
  using it = await openHistory();
  await it.story.claim();
  await it.story.write("token-1", 20);
  let away = true;
  let lists = 0;
  const kv = new Proxy(troubled(it.kv, {}), {
    get(target, name) {
      if (name === "list") {
        lists++;
        if (away) throw new Error("the store is away");
      }
      return Reflect.get(target, name);
    },
  });
  const watcher = createAppWatcher(kv);
  const history = createHistory(kv, watcher);
  const failed = await Promise.allSettled([history.lines(deploy(1), 0, 20), history.lines(deploy(1), 0, 20)]);
  assertEquals(failed.map(({ status }) => status), ["rejected", "rejected"]);
  away = false;
  lists = 0;
  const read = await Promise.all(Array.from({ length: 50 }, () => history.lines(deploy(1), 0, 20)));
  assertEquals([read[0].length, lists], [20, 2]);
  for (const lines of read) assertStrictEquals(lines, read[0]);
  watcher.close();
});

Deno.test("a watcher is told the rev and the length of each open log, and null once the app is gone", async () => {
  using it = await openHistory();
  const told: [number | null, Record<string, number>][] = [];
  let look = () => {};
  const stop = it.history.watch(APP_ID, (...news) => {
    told.push(news);
    look();
  });
  const until = (met: () => boolean) =>
    new Promise<void>((resolve) => (look = () => met() && resolve(), look()));
  await it.story.claim();
  await it.story.write("token-1", 4);
  await until(() => told.at(-1)?.[1][deploy(1)] === 4);
  assertEquals(told.at(-1), [2, { [deploy(1)]: 4 }]);
  await it.kv.delete(keys.app(APP_ID));
  await until(() => told.at(-1)?.[0] === null);
  stop();
  assert(told.length > 1);
});
