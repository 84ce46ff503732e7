import { assert, assertEquals } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import { CHUNK_BYTES } from "../../lib/events/chunk.ts";
import { Feed, flushEvery, type News } from "../../lib/events/feed.ts";
import { parseCursor } from "../../lib/protocol/cursor.ts";
import { APP_ID, deploy, URL } from "../preview/samples.ts";
import { logUrl } from "../support/core_isolate.ts";
import { assertWhole, line } from "../support/core_story.ts";
import { historyOf, type Past, pastOf } from "./past.ts";

/** A feed on a past that is known up to `rev`, with a clock of its own. */
async function feedOf(past: Past, at = past.end) {
  const seen = { end: at };
  const clock = { now: 1_000 };
  let flushes = 0;
  let gone = 0;
  const history = historyOf(past);
  let reads = 0;
  const feed = new Feed({
    appId: APP_ID,
    history: {
      ...history,
      read: () => {
        reads++;
        return historyOf({ ...past, end: seen.end }).read(APP_ID, []);
      },
    },
    previewUrl: URL,
    logUrl,
    now: () => clock.now,
    onFlush: () => flushes++,
    onGone: () => gone++,
  });
  await feed.refresh();
  return {
    feed,
    clock,
    seen,
    get flushes() {
      return flushes;
    },
    get reads() {
      return reads;
    },
    items: () =>
      Array.from({ length: feed.nextSeq }, (_, seq) => feed.chunk(seq)!).flatMap(({ items }) => items),
  };
}

const lines = (from: number, count: number): News => ({
  type: "lines",
  deployId: deploy(1),
  from,
  lines: Array.from({ length: count }, (_, i) => line(`${deploy(1)} ${from + i}`)),
});

const past = pastOf([
  { type: "open" },
  { type: "lines", log: 0, count: 6 },
  { type: "event", late: 0 },
  { type: "lines", log: 0, count: 4 },
  { type: "close", log: 0 },
]);
const begun = { rev: 1, lines: { [deploy(1)]: 0 } };

for (const told of ["announced", "told by the watch"]) {
  Deno.test(`X1 what is ${told} while a feed reads for the first time is not missed`, async () => {
    const known = past.end;
    const gate = Promise.withResolvers<void>();
    let end = begun;
    let tell = (_rev: number | null, _lines: Record<string, number>) => {};
    const feed = new Feed({
      appId: APP_ID,
      history: {
        ...historyOf(past),
        async read() {
          const found = { ...past, end };
          await gate.promise;
          return await historyOf(found).read(APP_ID, []);
        },
        watch(_appId, callback) {
          tell = callback;
          return () => {};
        },
      },
      previewUrl: URL,
      logUrl,
      onFlush: () => {},
      onGone: () => {},
    });
    const read = feed.refresh();
    end = known;
    if (told === "announced") feed.offer(lines(0, 6));
    else tell(known.rev, known.lines);
    gate.resolve();
    await read;
    assertEquals(feed.flushed, known);
    feed.close();
  });
}

Deno.test("the first news after a quiet moment are flushed in the same turn, with all of one commit together", async () => {
  using time = new FakeTime();
  const it = await feedOf(past, begun);
  const { feed } = it;
  feed.offer(lines(0, 2));
  feed.offer(lines(2, 1));
  assertEquals(it.flushes, 0);
  await Promise.resolve();
  assertEquals(it.flushes, 1);
  assertEquals(feed.chunk(0)!.items.length, 3);
  assertEquals(feed.flushed, { rev: 1, lines: { [deploy(1)]: 3 } });
  await time.tickAsync(100);
  assertEquals(it.flushes, 1);
  feed.close();
});

Deno.test("a busy app is flushed once every five milliseconds", async () => {
  using time = new FakeTime();
  const it = await feedOf(past, begun);
  const offer = async (from: number) => {
    it.feed.offer(lines(from, 1));
    await Promise.resolve();
  };
  const pass = async (ms: number) => {
    it.clock.now += ms;
    await time.tickAsync(ms);
  };
  await offer(0);
  await offer(1);
  await pass(3);
  await offer(2);
  assertEquals(it.flushes, 1);
  await pass(2);
  assertEquals(it.flushes, 2);
  assertEquals(it.feed.chunk(1)!.items.length, 2);
  await pass(5);
  await offer(3);
  assertEquals(it.flushes, 3, "quiet again: at once");
  it.feed.close();
});

Deno.test("the more viewers a busy app has, the more lines share a write, within limits", () => {
  assertEquals([0, 1, 75, 150, 900, 1_500, 100_000].map(flushEvery), [5, 5, 5, 10, 60, 100, 100]);
});

Deno.test("X2 news that were told before are not told again", async () => {
  const it = await feedOf(past, begun);
  for (const news of [lines(0, 3), lines(0, 3), lines(1, 1), lines(3, 3), lines(0, 6)]) it.feed.offer(news);
  it.feed.offer({ type: "events", events: past.events.slice(0, 2) });
  it.feed.offer({ type: "events", events: past.events.slice(0, 2) });
  await Promise.resolve();
  assertEquals(it.items().length, 7);
  assertEquals(it.reads, 1, "all of it joined on: nothing had to be read");
  it.feed.close();
});

Deno.test("X2 where news are missing, the rest is read", async () => {
  for (
    const news of [
      lines(3, 3),
      { type: "more" } as const,
      { type: "events", events: past.events.slice(2) } as const,
      // The event joins on, but lines that it counts did not come.
      { type: "events", events: past.events.slice(1, 2) } as const,
      lines(0, 2),
    ]
  ) {
    const it = await feedOf(past, begun);
    it.seen.end = past.end;
    it.feed.offer(news);
    await it.feed.refresh();
    assertWhole(it.items(), past, begun);
    it.feed.close();
  }
});

Deno.test("X2 news in the middle of a read are not lost", async () => {
  const it = await feedOf(past, begun);
  it.seen.end = { rev: 2, lines: { [deploy(1)]: 6 } };
  it.feed.offer({ type: "more" });
  it.seen.end = past.end;
  it.feed.offer(lines(6, 4));
  it.feed.offer({ type: "events", events: past.events.slice(2) });
  await it.feed.refresh();
  assertWhole(it.items(), past, begun);
  it.feed.close();
});

Deno.test("late news of a log that is over change nothing", async () => {
  const it = await feedOf(past);
  it.feed.offer(lines(8, 2));
  await it.feed.refresh();
  assertEquals([it.items().length, it.feed.flushed], [0, past.end]);
  it.feed.close();
});

Deno.test("the ring forgets the oldest chunks, and says so", async () => {
  using time = new FakeTime();
  const long = pastOf([
    { type: "open" },
    ...Array.from({ length: 300 }, () => ({ type: "lines" as const, log: 0, count: 1 })),
  ]);
  const it = await feedOf(long, begun);
  for (let n = 0; n < 300; n++) {
    it.feed.offer(lines(n, 1));
    it.clock.now += 5;
    await time.tickAsync(5);
  }
  assertEquals(it.feed.nextSeq, 300);
  assertEquals(it.feed.chunk(43), undefined);
  assertEquals(it.feed.chunk(44)!.items[0].id, `1~${deploy(1)}:45`);
  assertEquals(it.feed.chunk(299)!.end, it.feed.flushed);
  assertEquals(it.feed.chunk(300), null);
  it.feed.close();
});

Deno.test("a burst is one flush of several chunks, none larger than a viewer that stops should cost", async () => {
  using time = new FakeTime();
  const it = await feedOf(pastOf([{ type: "open" }]), begun);
  it.feed.offer(lines(0, 1_000));
  await time.tickAsync(5);
  assertEquals(it.flushes, 1);
  assertEquals(
    it.items().map(({ id }) => id),
    Array.from({ length: 1_000 }, (_, n) => `1~${deploy(1)}:${n + 1}`),
  );
  for (let seq = 0; seq < it.feed.nextSeq; seq++) {
    const { sse, ws, items, end } = it.feed.chunk(seq)!;
    assert(sse.byteLength <= CHUNK_BYTES && ws.length <= CHUNK_BYTES);
    assertEquals(parseCursor(items.at(-1)!.id!), end);
  }
  assertEquals(it.feed.flushed, { rev: 1, lines: { [deploy(1)]: 1_000 } });
  it.feed.close();
});

Deno.test("a ring of large chunks is bounded by its items, and keeps the newest", async () => {
  using time = new FakeTime();
  const it = await feedOf(pastOf([{ type: "open" }]), begun);
  for (const [from, count] of [[0, 15_000], [15_000, 15_000], [30_000, 25_000]]) {
    it.feed.offer(lines(from, count));
    it.clock.now += 5;
    await time.tickAsync(5);
  }
  let kept = 0;
  let oldest = it.feed.nextSeq;
  while (it.feed.chunk(oldest - 1)) kept += it.feed.chunk(--oldest)!.items.length;
  assert(oldest > 0 && it.feed.chunk(oldest - 1) === undefined);
  assert(kept <= 20_000 && kept > 19_000, `${kept}`);
  assertEquals(it.feed.chunk(it.feed.nextSeq - 1)!.items.at(-1)!.id, `1~${deploy(1)}:55000`);
  it.feed.close();
});

Deno.test("X1 each live cursor is a place to resume from", async () => {
  const it = await feedOf(past, begun);
  it.feed.offer(lines(0, 6));
  it.feed.offer({ type: "events", events: past.events.slice(1, 2) });
  it.feed.offer(lines(6, 4));
  it.feed.offer({ type: "events", events: past.events.slice(2) });
  await Promise.resolve();
  assertWhole(it.items(), past, begun);
  assert(it.items().every(({ id }) => parseCursor(id!) !== null));
  it.feed.close();
});

Deno.test("A10 whoever joins waits for one read that began after he came, however many come after him", async () => {
  const history = historyOf(past);
  const reads: (() => void)[] = [];
  const feed = new Feed({
    appId: APP_ID,
    history: {
      ...history,
      async read() {
        await new Promise<void>((resolve) => reads.push(resolve));
        return await history.read(APP_ID, []);
      },
    },
    previewUrl: URL,
    logUrl,
    onFlush: () => {},
    onGone: () => {},
  });
  const turn = () => new Promise((resolve) => setTimeout(resolve, 0));
  const told: string[] = [];
  const join = (who: string) => void feed.refresh().then(() => told.push(who));
  join("first");
  await turn();
  join("second");
  join("third");
  await turn();
  assertEquals(reads.length, 1);
  reads[0]();
  await turn();
  assertEquals(told, ["first"]);
  join("fourth");
  await turn();
  assertEquals(reads.length, 2);
  reads[1]();
  await turn();
  assertEquals(told, ["first", "second", "third"]);
  reads[2]();
  await turn();
  assertEquals(told, ["first", "second", "third", "fourth"]);
  assertEquals(reads.length, 3);
  feed.close();
});
