import { assertEquals } from "@std/assert";
import { restart } from "../../lib/events/advance.ts";
import type { Present } from "../../lib/events/history.ts";
import type { Item } from "../../lib/events/chunk.ts";
import { after, APP_ID, deploy, pushed, URL } from "../preview/samples.ts";
import { logUrl, makeApp, openIsolate } from "../support/core_isolate.ts";
import { Collector } from "../support/core_sink.ts";
import { Story } from "../support/core_story.ts";

const told = (items: readonly Item[]) =>
  items.map(({ event: { type, payload } }) =>
    type === "log" ? `${payload.deployId.at(-1)} ${payload.line}` : type
  );

Deno.test("A10 whoever comes while a build is queued gets its log when it begins, and not before", () => {
  const { record } = after([pushed(1), {
    type: "build-requested",
    commit: "1".repeat(40) as never,
    deployId: deploy(1),
  }]);
  // Claimed, and even ended, between the reads of the record and of the heads.
  const head = { appId: APP_ID, lines: 3, first: 0, closed: true, token: "a" };
  const present: Present = {
    record,
    leases: { build: null, instance: null },
    heads: { [deploy(1)]: head },
  };
  assertEquals(restart(present, null, URL, logUrl).to, { rev: record.rev, lines: {} });
});

Deno.test("X1 a slow viewer gets the rest of a log that ended while the events that told of it were trimmed", async () => {
  using kv = await Deno.openKv(":memory:");
  await makeApp(kv);
  const core = openIsolate(kv);
  const story = new Story(core);
  await story.claim();
  await story.write("token-1", 2);
  const sink = new Collector();
  sink.pause();
  const joined = (await core.hub.join(APP_ID, { rev: 2, lines: { [deploy(1)]: 1 } }, sink))!;
  await story.write("token-1", 3);
  await story.act("fail");
  await story.claim();
  for await (const { key } of kv.list({ prefix: ["event"] })) await kv.delete(key);
  sink.resume();
  // Live or from the store: this isolate may hear of the end after the replay began.
  await sink.until(() => told(sink.items).includes("status"));
  // The events themselves, too, if this isolate happened to hear of them before they were trimmed.
  const all = told(sink.items);
  assertEquals(all.filter((what) => what !== "error" && what !== "status"), ["1 1", "1 2", "1 3", "1 4"]);
  assertEquals(all.at(-1), "status");
  joined.leave();
  core.close();
});
