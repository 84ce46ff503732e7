import fc from "fast-check";
import type { News } from "../../lib/events/feed.ts";
import type { Accelerator, Hub } from "../../lib/events/hub.ts";
import { createAccelerator } from "../../lib/events/accelerator.ts";
import { type Position, START } from "../../lib/protocol/cursor.ts";
import type { AppId } from "../../lib/protocol/ids.ts";
import { APP_ID } from "../preview/samples.ts";
import { type CoreIsolate, makeApp, openIsolate } from "../support/core_isolate.ts";
import { Collector } from "../support/core_sink.ts";
import { type Act, ACTS, assertWhole, hasAll, Story, truthOf } from "../support/core_story.ts";

/** What becomes of news on their way. */
type Fate = "arrive" | "drop" | "twice" | "late" | "more";
const fates = fc.array(fc.constantFrom<Fate>("arrive", "drop", "twice", "late", "more"), {
  minLength: 1,
  maxLength: 40,
});
/** Each story begins with a build, so that it has lines. */
const stories = fc.array(fc.constantFrom(...ACTS), { minLength: 15, maxLength: 30 }).map((
  acts,
): Act[] => ["claim", ...acts]);

/** A channel that does to the n-th news what their fate is. */
function unreliable(path: readonly Fate[]) {
  let n = 0;
  let held: (() => void)[] = [];
  return (hub: Pick<Hub, "announce">, appId: AppId, news: News) => {
    const deliver = () => hub.announce(appId, news);
    const fate = path[n++ % path.length];
    if (fate === "late") return void held.push(deliver);
    if (fate === "more") hub.announce(appId, { type: "more" });
    if (fate === "arrive" || fate === "twice") deliver();
    if (fate === "twice") deliver();
    for (const later of held) later();
    held = [];
  };
}

interface Seen {
  readonly sink: Collector;
  readonly from: Position;
  leave(): void;
}

async function join({ hub }: CoreIsolate): Promise<Seen> {
  const sink = new Collector();
  const joined = (await hub.join(APP_ID, START, sink))!;
  return { sink, from: START, leave: () => joined.leave() };
}

/** The story goes on while viewers come, and one of them stops for some time; in the end all have seen everything. */
async function live(
  teller: CoreIsolate,
  watched: readonly CoreIsolate[],
  acts: readonly Act[],
): Promise<void> {
  const story = new Story(teller);
  const seen: Seen[] = [];
  for (const isolate of watched) seen.push(await join(isolate), await join(isolate));
  for (const [n, act] of acts.entries()) {
    if (n % 7 === 3) seen[0].sink.pause();
    if (n % 7 === 6) seen[0].sink.resume();
    if (n % 10 === 5) seen.push(await join(watched[n % watched.length]));
    await story.act(act);
  }
  seen[0].sink.resume();
  const truth = await truthOf(teller, story.deploys);
  for (const { sink, from, leave } of seen) {
    await sink.until(() => hasAll(sink.items, truth));
    assertWhole(sink.items, truth, from);
    leave();
  }
}

Deno.test("X2 X1 news that are dropped, doubled, late or cut short: every viewer sees all, once and in order", async () => {
  await fc.assert(
    fc.asyncProperty(stories, fates, async (acts, path) => {
      using kv = await Deno.openKv(":memory:");
      await makeApp(kv);
      const core = openIsolate(kv, { tell: unreliable(path) });
      await live(core, [core], acts).finally(() => core.close());
    }),
    { numRuns: 15 },
  );
});

Deno.test("X2 X1 with no news at all, the watch alone brings everything", async () => {
  await fc.assert(
    fc.asyncProperty(stories, async (acts) => {
      using kv = await Deno.openKv(":memory:");
      await makeApp(kv);
      const core = openIsolate(kv, { tell: () => {} });
      await live(core, [core], acts).finally(() => core.close());
    }),
    { numRuns: 5 },
  );
});

Deno.test("X2 isolates that share nothing but a store file: the viewers of both see all", async () => {
  const folder = await Deno.makeTempDir({ prefix: "wakelight-core-" });
  try {
    await fc.assert(
      fc.asyncProperty(stories, fc.nat(), async (acts, n) => {
        const path = `${folder}/${n}-${crypto.randomUUID()}.sqlite`;
        using kv = await Deno.openKv(path);
        using otherKv = await Deno.openKv(path);
        await makeApp(kv);
        const [here, there] = [openIsolate(kv), openIsolate(otherKv)];
        await live(here, [here, there], acts).finally(() => (here.close(), there.close()));
      }),
      { numRuns: 3 },
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("X2 an accelerator between isolates changes nothing but the time", async () => {
  using kv = await Deno.openKv(":memory:");
  await makeApp(kv);
  const name = crypto.randomUUID();
  const [here, there] = [1, 2].map(() => openIsolate(kv, { accelerator: createAccelerator(name)! }));
  const acts: Act[] = [
    "claim",
    "lines",
    "burst",
    "succeed",
    "push",
    "lines",
    "claim",
    "lines",
    "fail",
    "stop",
  ];
  await live(here, [there, here], acts).finally(() => (here.close(), there.close()));
});

Deno.test("X2 the channel carries what was announced, and of what is too large only that there is more", async () => {
  const name = crypto.randomUUID();
  const [sender, receiver] = [createAccelerator(name)!, createAccelerator(name)!];
  const heard: [AppId, News][] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  receiver.onNews((appId, news) => {
    heard.push([appId, news]);
    if (heard.length === 3) resolve();
  });
  const lines = (message: string): News => ({
    type: "lines",
    deployId: "d",
    from: 0,
    lines: [{ source: "build", stream: "stdout", message, timestamp: 0 }],
  });
  const sent: Parameters<Accelerator["send"]>[] = [
    [APP_ID, lines("a")],
    [APP_ID, lines("x".repeat(100_000))],
    [APP_ID, lines("b")],
  ];
  for (const [appId, news] of sent) sender.send(appId, news);
  await promise;
  sender.close();
  receiver.close();
  const expected = [sent[0], [APP_ID, { type: "more" }], sent[2]];
  if (JSON.stringify(heard) !== JSON.stringify(expected)) {
    throw new Error(`Heard ${JSON.stringify(heard).slice(0, 500)}`);
  }
});
