/** One isolate with an app and a story, and viewers of it. */
import type { Joined } from "../../lib/events/hub.ts";
import type { Position } from "../../lib/protocol/cursor.ts";
import { APP_ID } from "../preview/samples.ts";
import { type CoreIsolate, type CoreOptions, makeApp, openIsolate } from "../support/core_isolate.ts";
import { Collector } from "../support/core_sink.ts";
import { Story } from "../support/core_story.ts";

export async function inCore(
  run: (core: CoreIsolate, story: Story) => Promise<void>,
  options?: CoreOptions,
): Promise<void> {
  using kv = await Deno.openKv(":memory:");
  await makeApp(kv);
  const core = openIsolate(kv, options);
  try {
    await run(core, new Story(core));
  } finally {
    core.close();
  }
}

export async function watch(core: CoreIsolate, cursor: Position | null = null) {
  const sink = new Collector();
  const joined = (await core.hub.join(APP_ID, cursor, sink))!;
  return { sink, joined };
}

export const leave = (...all: { joined: Joined }[]) => all.forEach(({ joined }) => joined.leave());
