import { assert, assertEquals } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import type { Ground } from "../../lib/auth/entitlement.ts";
import { createGrounds } from "../../lib/kv/grounds.ts";
import { keys } from "../../lib/kv/keys.ts";
import { AppId, OwnerId, UserId } from "../../lib/protocol/ids.ts";
import { quiet } from "../support/core_kv.ts";

const APP: Ground = { type: "app", id: AppId.parse("hello"), createdAt: 1 };
const owner = OwnerId.parse("team");
const person = (n: number) => UserId.parse(`user-${n}`);
const hash = (n: number) => n.toString(16).padStart(64, "0");

/** What the n-th person's streams rest on, the app included. */
const groundsOf = (n: number): Ground[] => [
  { type: "session", hash: hash(n), user: person(n) },
  { type: "membership", owner, user: person(n) },
  APP,
];

async function store(people: number): Promise<Deno.Kv> {
  const kv = await Deno.openKv(":memory:");
  await kv.set(keys.app(AppId.parse("hello")), { createdAt: 1 });
  for (let n = 0; n < people; n++) {
    await kv.set(keys.session(hash(n)), { user: person(n), createdAt: 0, until: 1e15 });
    await kv.set(keys.member(owner, person(n)), { owner, user: person(n), role: "member" });
  }
  return kv;
}

interface Seen {
  readonly watches: Deno.KvKey[][];
  reads: number;
}

/** The store, counting its watches and reads; `deaf` watches never tell anything. */
function counting(
  kv: Deno.Kv,
  { deaf = false, broken = (): boolean => false } = {},
): { kv: Deno.Kv; seen: Seen } {
  const seen: Seen = { watches: [], reads: 0 };
  const proxy = new Proxy(kv, {
    get(target, name) {
      if (name === "watch") {
        return (keys: Deno.KvKey[]) => {
          seen.watches.push(keys);
          if (broken()) throw new Error("the store is away");
          return deaf ? new ReadableStream() : target.watch(keys);
        };
      }
      if (name === "getMany") {
        return (keys: Deno.KvKey[]) => {
          seen.reads += keys.length;
          if (broken()) return Promise.reject(new Error("the store is away"));
          return target.getMany(keys);
        };
      }
      const value = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  return { kv: proxy, seen };
}

/** Resolves with what its holder is told. */
function ending(grounds: ReturnType<typeof createGrounds>, mine: Ground[]) {
  let calls = 0;
  const { promise: ended, resolve } = Promise.withResolvers<string>();
  const holder = {
    rightEnded(code: string) {
      calls++;
      resolve(code);
    },
  };
  const right = grounds.watch(mine, holder);
  return { ended, leave: () => right.leave(holder), calls: () => calls };
}

const turns = async (kv: Deno.Kv, count = 20) => {
  for (let i = 0; i < count; i++) await kv.get(["turn"]);
};

Deno.test("X7 the end of any ground is told once, with what one is now refused with, to all who rest on it and to nobody else", async () => {
  using kv = await store(3);
  const grounds = createGrounds(kv);
  const [one, again, other] = [
    ending(grounds, groundsOf(0)),
    ending(grounds, groundsOf(0)),
    ending(grounds, groundsOf(1)),
  ];
  await kv.delete(keys.session(hash(0)));
  assertEquals(await one.ended, "not_signed_in");
  assertEquals(await again.ended, "not_signed_in");
  await kv.delete(keys.member(owner, person(1)));
  assertEquals(await other.ended, "unknown_app");
  await kv.delete(keys.member(owner, person(0)));
  await turns(kv);
  assertEquals([one.calls(), again.calls(), other.calls(), grounds.size], [1, 1, 1, 0]);
  const last = ending(grounds, groundsOf(2));
  await kv.set(keys.app(AppId.parse("hello")), { createdAt: 2 });
  assertEquals(await last.ended, "unknown_app", "another app has its id");
  grounds.close();
});

Deno.test("X7 a ground that ended before the watch began is told, too", async () => {
  using kv = await store(1);
  await kv.delete(keys.session(hash(0)));
  const grounds = createGrounds(kv);
  assertEquals(await ending(grounds, groundsOf(0)).ended, "not_signed_in");
  grounds.close();
});

Deno.test("X7 who left is told nothing", async () => {
  using kv = await store(1);
  const grounds = createGrounds(kv);
  const [gone, stays] = [ending(grounds, groundsOf(0)), ending(grounds, groundsOf(0))];
  gone.leave();
  gone.leave();
  await kv.delete(keys.session(hash(0)));
  await stays.ended;
  assertEquals(gone.calls(), 0);
  grounds.close();
});

Deno.test("X7 a thousand streams of one person and one app cost one watch of three keys", async () => {
  const time = new FakeTime();
  using kv = await store(1);
  const { kv: counted, seen } = counting(kv);
  const grounds = createGrounds(counted);
  const all = Array.from({ length: 1_000 }, () => ending(grounds, groundsOf(0)));
  await time.tickAsync(100);
  assertEquals([grounds.size, seen.watches.map((keys) => keys.length)], [3, [3]]);
  await time.tickAsync(60_000);
  assertEquals(seen.reads, 3);
  for (const { leave } of all) leave();
  assertEquals(grounds.size, 0);
  await time.tickAsync(60_000);
  assertEquals([seen.reads, seen.watches.length], [3, 1]);
  grounds.close();
  time.restore();
});

Deno.test("X7 many people cost a key more or two each, ten to a watch, and places that got free are used again", async () => {
  const time = new FakeTime();
  using kv = await store(40);
  const { kv: counted, seen } = counting(kv);
  const grounds = createGrounds(counted);
  const all = Array.from({ length: 40 }, (_, n) => ending(grounds, groundsOf(n)));
  await time.tickAsync(100);
  assertEquals([grounds.size, seen.watches.length], [81, 9]);
  assert(seen.watches.every((keys) => keys.length <= 10));
  for (const { leave } of all.splice(1)) leave();
  assertEquals(grounds.size, 3);
  for (let n = 1; n < 5; n++) all.push(ending(grounds, groundsOf(n)));
  await time.tickAsync(100);
  // Two watches began anew for eight more keys.
  assert(seen.watches.length <= 11, `${seen.watches.length}`);
  for (const { leave } of all) leave();
  grounds.close();
  time.restore();
});

Deno.test("X2 X7 where watches are deaf, as between processes on one file, the poll tells", async () => {
  using kv = await store(2);
  const { kv: deaf } = counting(kv, { deaf: true });
  const grounds = createGrounds(deaf);
  grounds.pollEvery(5);
  const [one, other] = [ending(grounds, groundsOf(0)), ending(grounds, groundsOf(1))];
  await kv.delete(keys.session(hash(0)));
  assertEquals(await one.ended, "not_signed_in");
  assertEquals(other.calls(), 0);
  grounds.close();
});

Deno.test("X7 a session that runs out ends its streams, though nobody writes anything", async () => {
  using kv = await store(1);
  const clock = { now: 1e15 - 1 };
  const grounds = createGrounds(kv, () => clock.now);
  grounds.pollEvery(5);
  const { ended, calls } = ending(grounds, groundsOf(0));
  await turns(kv);
  assertEquals(calls(), 0);
  clock.now++;
  assertEquals(await ended, "not_signed_in");
  grounds.close();
});

Deno.test("X7 a store that is away ends no stream, and is asked again", async () => {
  using _ = quiet();
  const time = new FakeTime();
  using kv = await store(1);
  let away = true;
  const { kv: troubled, seen } = counting(kv, { broken: () => away });
  const grounds = createGrounds(troubled);
  const { ended, calls } = ending(grounds, groundsOf(0));
  await time.tickAsync(20_000);
  assertEquals(calls(), 0);
  assert(seen.watches.length > 5);
  await kv.delete(keys.member(owner, person(0)));
  away = false;
  await time.tickAsync(1_100);
  assertEquals(await ended, "unknown_app");
  grounds.close();
  time.restore();
});
