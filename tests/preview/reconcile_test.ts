import { assertEquals } from "@std/assert";
import { EMPTY_RECORD, type Lease, type PreviewRecord } from "../../lib/preview/record.ts";
import { type Mine, reconcile } from "../../lib/preview/reconcile.ts";
import { compareToNewest } from "../../lib/preview/pushes.ts";
import { after, claimed, commit, deploy, pushed, RUNNING } from "./samples.ts";

const NOW = 100_000;
const lease = (token: string, until: number): Lease => ({ token, isolateId: "i", until });
const fresh = (token: string) => lease(token, NOW + 1);
const lapsed = (token: string) => lease(token, NOW);
const watching: Mine = { viewers: true, tokens: [], mayBuild: true };
const idle: Mine = { viewers: false, tokens: [], mayBuild: true };
const none = { build: null, instance: null };

const pending = after([pushed(1)]).record;
const building = after([pushed(1), claimed("pending", "a", 1)]).record;
const queued = after(
  [{ type: "sleep-requested" }, { type: "wake-requested", by: "person", deployId: deploy(2) }],
  RUNNING,
).record;

const table: [
  string,
  PreviewRecord | null,
  { build: Lease | null; instance: Lease | null },
  Mine,
  string[],
][] = [
  ["A12 a push with a viewer is claimed", pending, none, watching, ["claim pending"]],
  ["A12 a push without a viewer waits", pending, none, idle, []],
  ["A12 a draining isolate claims nothing", pending, none, { ...watching, mayBuild: false }, []],
  ["A17 a queued build is claimed by anybody", queued, none, idle, ["claim queued"]],
  ["X4 a push overtakes a queued build", after([pushed(2)], queued).record, none, idle, ["claim pending"]],
  ["X3 a fresh build is left alone", building, { ...none, build: fresh("a") }, watching, []],
  ["X3 a lapsed build is taken over", building, { ...none, build: lapsed("a") }, idle, ["claim takeover"]],
  ["X3 a build without a lease is taken over", building, none, idle, ["claim takeover"]],
  [
    "X10 a build that was handed over is taken on, and that is not held against it",
    building,
    { ...none, build: { ...lapsed("a"), handedOver: true } },
    idle,
    ["claim handed-over"],
  ],
  ["X3 my own build is not taken over by me", building, none, { ...idle, tokens: ["a"] }, []],
  ["X4 a push supersedes my build", after([pushed(2, 1)], building).record, { ...none, build: fresh("a") }, {
    ...watching,
    tokens: ["a"],
  }, ["claim pending"]],
  ["what lost its token is stopped", pending, none, { ...idle, tokens: ["z"] }, ["stop z"]],
  ["A17 of an app that is gone everything is stopped", null, none, { ...watching, tokens: ["a", "b"] }, [
    "stop a",
    "stop b",
  ]],
  ["a lapsed instance is lost", RUNNING, { ...none, instance: lapsed("a") }, idle, ["declare-lost a"]],
  ["a fresh instance is left alone", RUNNING, { ...none, instance: fresh("a") }, idle, []],
  ["an instance here is not lost, however late the renewal", RUNNING, none, { ...idle, tokens: ["a"] }, []],
  ["nothing at all", EMPTY_RECORD, none, watching, []],
];

for (const [name, record, leases, mine, wanted] of table) {
  Deno.test(`reconcile: ${name}`, () => {
    const actions = reconcile(record, leases, mine, NOW);
    assertEquals(actions.map((a) => `${a.type} ${a.type === "claim" ? a.kind : a.token}`), wanted);
  });
}

Deno.test("X4 which of two pushes is newer is told by before and after", () => {
  const known = { commit: commit(2), before: commit(1) };
  const push = (n: number, before: number | null) => ({
    after: commit(n),
    before: before === null ? null : commit(before),
  });
  assertEquals(compareToNewest(null, push(1, null)), "newer");
  assertEquals(compareToNewest(known, push(3, 2)), "newer");
  assertEquals(compareToNewest(known, push(1, 9)), "older");
  assertEquals(compareToNewest(known, push(1, 2)), "newer", "pushed back by force");
  assertEquals(compareToNewest(known, push(2, 1)), "same");
  assertEquals(compareToNewest(known, push(7, 6)), "unknown");
  assertEquals(compareToNewest(known, push(7, null)), "unknown");
});
