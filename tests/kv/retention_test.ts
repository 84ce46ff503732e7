import { assert, assertEquals } from "@std/assert";
import { keys } from "../../lib/kv/keys.ts";
import { type Kept, KEPT_FOR, trimHistory } from "../../lib/kv/retention.ts";
import { Deploy } from "../../lib/preview/record.ts";
import type { DeployId } from "../../lib/protocol/ids.ts";
import { APP_ID, deploy, pushed } from "../preview/samples.ts";
import { type CoreIsolate, logUrl, makeApp, openIsolate } from "../support/core_isolate.ts";
import { Collector } from "../support/core_sink.ts";
import { Story } from "../support/core_story.ts";

const DAY = 24 * 60 * 60_000;

async function inStore(run: (core: CoreIsolate, story: Story) => Promise<void>): Promise<void> {
  using kv = await Deno.openKv(":memory:");
  await makeApp(kv);
  const core = openIsolate(kv);
  try {
    await run(core, new Story(core));
  } finally {
    core.close();
  }
}

/** So many deploys that failed, each with a log of three lines. */
async function failed(story: Story, count: number): Promise<void> {
  for (let n = 0; n < count; n++) {
    await story.claim();
    await story.write(`token-${story.deploys.length}`, 3);
    await story.act("fail");
  }
}

const count = async (kv: Deno.Kv, prefix: Deno.KvKey) => {
  let found = 0;
  for await (const _ of kv.list({ prefix })) found++;
  return found;
};

const numbers = async ({ previews }: CoreIsolate) =>
  (await previews.deploys(APP_ID, 1_000)).map(({ id }) => Number(id.slice(2)));

const sweep = ({ kv }: CoreIsolate, kept?: Kept, after = 0) => trimHistory(kv, Date.now() + after, kept);

async function age({ kv }: CoreIsolate, id: DeployId, createdAt: number): Promise<void> {
  const key = keys.deploy(APP_ID, id);
  await kv.set(key, { ...Deploy.parse((await kv.get(key)).value), createdAt });
}

Deno.test("X1 the newest 20 deploys of an app are kept with their logs, older ones go", () =>
  inStore(async (core, story) => {
    await failed(story, 25);
    assertEquals((await numbers(core)).length, 25);
    const { deploys, batches } = await sweep(core);
    assertEquals([deploys, batches >= 5], [5, true]);
    assertEquals(await numbers(core), Array.from({ length: 20 }, (_, n) => 25 - n));
    for (let n = 1; n <= 25; n++) {
      assertEquals(await count(core.kv, keys.logs(deploy(n))) > 0, n > 5, `log of deploy ${n}`);
    }
    assertEquals(await sweep(core), { deploys: 0, batches: 0 });
  }));

Deno.test("X1 a push leaves a mark and trims nothing itself; a sweep without marks reads nothing of any app", () =>
  inStore(async (core, story) => {
    await failed(story, 21);
    assert(await count(core.kv, keys.trims()) > 0);
    assertEquals((await numbers(core)).length, 21);
    await sweep(core);
    assertEquals((await numbers(core)).length, 20);
    const reads: string[] = [];
    const watched = new Proxy(core.kv, {
      get(target, name) {
        reads.push(String(name));
        return Reflect.get(target, name).bind(target);
      },
    });
    await trimHistory(watched, Date.now());
    assertEquals(reads, ["list"]);
  }));

Deno.test("X1 deploys of more than 30 days go on their day, though no new one has come", () =>
  inStore(async (core, story) => {
    await failed(story, 4);
    await sweep(core);
    await age(core, deploy(1), Date.now() - 3 * DAY);
    assertEquals(await numbers(core), [4, 3, 2, 1]);
    assertEquals(await sweep(core, {}, KEPT_FOR - DAY), { deploys: 0, batches: 0 });
    await sweep(core, {}, KEPT_FOR + DAY);
    // The newest is what a page shows first, and what a wake would bring back.
    assertEquals(await numbers(core), [4]);
    assertEquals(await count(core.kv, keys.trims()), 0);
  }));

Deno.test("X1 what is live is kept, however old it is and however many came after it", () =>
  inStore(async (core, story) => {
    await story.claim();
    await story.write("token-1", 3);
    await story.act("succeed");
    await failed(story, 30);
    await story.claim();
    await story.write("token-32", 3);
    await sweep(core, { deploys: 2, age: 1 }, DAY);
    assertEquals(await numbers(core), [32, 1], "the one that is building, and the one that runs");
    assertEquals((await core.logs.head(deploy(1)))!.closed, false);
    for (const id of [deploy(1), deploy(32)]) assert(await count(core.kv, keys.logs(id)) > 0);
    await story.act("stop");
    await story.act("fail");
    await failed(story, 3);
    await sweep(core, { deploys: 2, age: 1 }, 2 * DAY);
    assertEquals(await numbers(core), [35, 1], "asleep, it is the one that was live last");
  }));

Deno.test("X1 a log that is open is not trimmed, whatever the record says", () =>
  inStore(async (core, story) => {
    await failed(story, 3);
    const head = (await core.logs.head(deploy(1)))!;
    await core.kv.set(keys.logHead(deploy(1)), { ...head, closed: false });
    await sweep(core, { deploys: 1 });
    assertEquals(await numbers(core), [3, 1]);
    assert(await count(core.kv, keys.logs(deploy(1))) > 0);
  }));

Deno.test("X1 a sweep does a bounded amount of work, and the next ones the rest", () =>
  inStore(async (core, story) => {
    await failed(story, 3);
    const batch = (await core.kv.get(keys.log(deploy(1), 0))).value;
    for (let first = 3; first < 1_203; first++) await core.kv.set(keys.log(deploy(1), first), batch);
    const sweeps: number[] = [];
    for (;;) {
      const { deploys, batches } = await sweep(core, { deploys: 2, batchesPerSweep: 500 });
      sweeps.push(batches);
      assertEquals(await numbers(core), deploys === 0 ? [3, 2, 1] : [3, 2], "a deploy goes after its log");
      if (deploys === 1) break;
    }
    assert(sweeps.length === 3 && sweeps.every((batches) => batches <= 500), `${sweeps}`);
    assertEquals(await count(core.kv, keys.logs(deploy(1))), 0);
  }));

Deno.test("X1 a sweep that was cut off anywhere is finished by the next", () =>
  inStore(async (core, story) => {
    await failed(story, 4);
    for (let commits = 0; commits < 12; commits++) {
      let left = commits;
      const dying = new Proxy(core.kv, {
        get(target, name) {
          if (name !== "atomic") return Reflect.get(target, name).bind(target);
          return () => {
            if (left-- === 0) throw new Error("killed");
            return target.atomic();
          };
        },
      });
      await trimHistory(dying, Date.now(), { deploys: 1 }).catch(() => {});
    }
    await sweep(core, { deploys: 1 });
    assertEquals(await numbers(core), [4]);
    for (let n = 1; n <= 3; n++) assertEquals(await count(core.kv, keys.logs(deploy(n))), 0);
  }));

Deno.test("X2 many isolates may sweep at once", () =>
  inStore(async (core, story) => {
    await failed(story, 30);
    await Promise.all(Array.from({ length: 5 }, () => sweep(core)));
    assertEquals((await numbers(core)).length, 20);
    await sweep(core);
    assertEquals(await count(core.kv, keys.trims()), 1, "one for the day when the next is too old");
  }));

Deno.test("X1 whose cursor points into what was trimmed gets a gap that says so", () =>
  inStore(async (core, story) => {
    await failed(story, 1);
    const inside = { rev: 2, lines: { [deploy(1)]: 1 } };
    await failed(story, 3);
    await sweep(core, { deploys: 1 });
    // Events are kept for an hour, trimmed or not: with them, and without.
    for (const forgotten of [false, true]) {
      if (forgotten) {
        for await (const { key } of core.kv.list({ prefix: keys.events(APP_ID) })) await core.kv.delete(key);
      }
      const sink = new Collector();
      const joined = (await core.hub.join(APP_ID, inside, sink))!;
      await joined.replayed;
      assertEquals(sink.items[0].event, {
        type: "gap",
        payload: { deployId: deploy(1), from: 1, to: 3, logUrl: logUrl(deploy(1)) },
      });
      assert(sink.items.some(({ event }) => event.type === "status"));
      const last = sink.items.at(-1)!.event;
      assertEquals(last.type === "log" && last.payload.deployId, forgotten && deploy(4));
      joined.leave();
    }
  }));

Deno.test("X1 the trimmed log says how long it was, and has no lines", () =>
  inStore(async (core, story) => {
    await failed(story, 2);
    await sweep(core, { deploys: 1 });
    const head = (await core.logs.head(deploy(1)))!;
    assertEquals([head.first, head.lines, head.closed], [3, 3, true]);
    assertEquals(await core.history.lines(deploy(1), 0, 3), []);
  }));

Deno.test("A17 the marks of an app that is gone go, too", () =>
  inStore(async (core, story) => {
    await failed(story, 2);
    await core.commit(pushed(9));
    for (
      const key of [
        keys.preview(APP_ID),
        keys.app(APP_ID),
        ...[1, 2].map((n) => keys.deploy(APP_ID, deploy(n))),
      ]
    ) {
      await core.kv.delete(key);
    }
    await sweep(core);
    assertEquals(await count(core.kv, keys.trims()), 0);
  }));
