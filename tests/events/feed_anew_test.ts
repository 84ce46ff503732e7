import { assert } from "@std/assert";
import { APP_ID, deploy } from "../preview/samples.ts";
import { makeApp, openIsolate } from "../support/core_isolate.ts";
import { Story } from "../support/core_story.ts";
import { leave, watch } from "./core.ts";

Deno.test("X1 X2 an isolate that began anew where a log was over lets everybody in who comes after the next build began", async () => {
  using kv = await Deno.openKv(":memory:");
  await makeApp(kv);
  const silent = openIsolate(kv, { history: (history) => ({ ...history, watch: () => () => {} }) });
  const busy = openIsolate(kv);
  const story = new Story(busy);
  const stays = await watch(silent);
  await story.claim();
  await story.write("token-1", 4);
  await story.act("fail");
  for await (const { key } of kv.list({ prefix: ["event"] })) await kv.delete(key);
  silent.hub.announce(APP_ID, { type: "more" });
  await stays.sink.until(() => stays.sink.items.length === 7);
  await story.claim();
  silent.hub.announce(APP_ID, { type: "more" });
  await stays.sink.until(() => stays.sink.items.length === 9);
  // Somebody new, somebody who has seen everything, and somebody who was away for long.
  for (const cursor of [null, { rev: 6, lines: { [deploy(2)]: 0 } }, { rev: 2, lines: { [deploy(1)]: 1 } }]) {
    const comes = await watch(silent, cursor);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const never = new Promise<boolean>((resolve) => timer = setTimeout(resolve, 1_000, false));
    const replayed = await Promise.race([comes.joined.replayed.then(() => true), never]);
    clearTimeout(timer);
    leave(comes);
    assert(replayed, `${JSON.stringify(cursor)}: ${comes.sink.items.length} things were told`);
  }
  leave(stays);
  silent.close();
  busy.close();
});
