import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { EMPTY_RECORD, PreviewRecord } from "../../lib/preview/record.ts";
import { previewState } from "../../lib/preview/derive.ts";
import { type Input, MAX_TAKEOVERS, step } from "../../lib/preview/machine.ts";
import { after, claimed, commit, deploy, pushed, RUNNING, succeeded, URL } from "./samples.ts";

const types = (events: readonly { type: string }[]) => events.map(({ type }) => type);

Deno.test("A12 a push waits in pendingBuild, and says so", () => {
  const { record, events } = after([pushed(1)]);
  assertEquals(record.pendingBuild?.commit, commit(1));
  assertEquals(events, [{ type: "status", payload: { state: "idle", pendingBuild: true } }]);
});

Deno.test("A13 a claim clears error, stop and what waited, and says building with the deploy", () => {
  const sleeping = after([{ type: "sleep-requested" }, pushed(2)], RUNNING).record;
  assert(sleeping.containerStopped && sleeping.pendingBuild);
  const { record, events, opens, deploys } = after([claimed("pending", "b", 2)], {
    ...sleeping,
    lastError: "old trouble",
  });
  assertEquals([record.lastError, record.containerStopped, record.pendingBuild], [null, null, null]);
  assertEquals(events, [{
    type: "status",
    payload: { state: "building", pendingBuild: false, commit: commit(2), deployId: deploy(2) },
  }]);
  assertEquals(opens, [deploy(2)]);
  assertEquals(deploys, [{
    id: deploy(2),
    status: "building",
    begin: { commit: commit(2), trigger: "push" },
  }]);
});

Deno.test("A13 success says running with the preview's address", () => {
  assertEquals(previewState(RUNNING), "running");
  const { events } = after([pushed(1), claimed("pending", "a", 1), succeeded("a")]);
  assertEquals(events.at(-1), {
    type: "status",
    payload: {
      state: "running",
      previewUrl: URL,
      pendingBuild: false,
      commit: commit(1),
      deployId: deploy(1),
    },
  });
});

Deno.test("A13 failure keeps the error and sends error before status error", () => {
  const failed = after([pushed(1), claimed("pending", "a", 1), {
    type: "build-failed",
    token: "a",
    message: "npm ci failed",
  }]);
  assertEquals(failed.record.lastError, "npm ci failed");
  assertEquals(types(failed.events), ["error", "status"]);
  assertEquals(previewState(failed.record), "error");
  assertEquals(failed.closes, [deploy(1)]);
  assertEquals(failed.record.rev, 4);
});

Deno.test("A15 a stop sends container-stopped and then status sleeping", () => {
  const stopped = after(
    [{ type: "container-stopped", token: "a", reason: "exit", exitCode: 3 }],
    RUNNING,
  );
  assertEquals(stopped.events, [
    { type: "container-stopped", payload: { reason: "exit", exitCode: 3 } },
    {
      type: "status",
      payload: { state: "sleeping", pendingBuild: false, commit: commit(1), deployId: deploy(1) },
    },
  ]);
  assertEquals(stopped.record.containerStopped?.reason, "exit");
  assertEquals(stopped.closes, [deploy(1)]);
});

Deno.test("S2 a rebuild of a live app keeps it up and says running again", () => {
  const building = after([pushed(2, 1), claimed("pending", "b", 2)], RUNNING);
  assertEquals(building.record.instance?.token, "a");
  const live = after([succeeded("b")], building.record);
  assertEquals(types(live.events), ["container-stopped", "status"]);
  assertEquals(live.events[0], { type: "container-stopped", payload: { reason: "replaced" } });
  assertEquals(previewState(live.record), "running");
  assertEquals(live.record.instance?.commit, commit(2));
  assertEquals(live.closes, [deploy(1)]);
});

Deno.test("S3 X4 a push during a build waits, and its claim supersedes the build", () => {
  const waiting = after([pushed(2, 1), claimed("pending", "b", 2), pushed(3, 2)], RUNNING);
  assertEquals(waiting.record.pendingBuild?.commit, commit(3));
  assertEquals(waiting.record.build?.token, "b");
  const { record, deploys, closes } = after([claimed("pending", "c", 3)], waiting.record);
  assertEquals(record.build?.token, "c");
  assertEquals(deploys[0], { id: deploy(2), status: "superseded" });
  assertEquals(closes, [deploy(2)]);
  const late = step(record, succeeded("b"), 5_000, URL);
  assertEquals(late.record, record, "whoever lost the token commits nothing");
});

Deno.test("S3 X4 of many pushes the newest waits", () => {
  assertEquals(after([pushed(1), pushed(2, 1), pushed(3, 2)]).record.pendingBuild?.commit, commit(3));
});

Deno.test("X4 a push back to what is live leaves nothing to build", () => {
  const { record } = after([pushed(2, 1), pushed(1, 2)], RUNNING);
  assertEquals([record.pendingBuild, record.build, record.instance?.commit], [null, null, commit(1)]);
});

Deno.test("A24 a wake builds what ran last, without a new fetch where the workspace is there", () => {
  const asleep = after([{ type: "sleep-requested" }], RUNNING).record;
  const { record, events } = after([
    { type: "wake-requested", by: "person", deployId: deploy(2) },
    claimed("queued", "b", 9),
  ], asleep);
  assertEquals(record.build?.commit, commit(1));
  assertEquals(record.build?.deployId, deploy(2));
  assertEquals(record.latest?.workspace, "a");
  assertEquals(record.containerStopped, null);
  assertEquals(events.at(-1)?.type, "status");
});

Deno.test("X6 a visit does not build a broken commit again, a person may", () => {
  const broken = after([pushed(1), claimed("pending", "a", 1), {
    type: "build-failed",
    token: "a",
    message: "no",
  }]).record;
  const visit = step(broken, { type: "wake-requested", by: "visit", deployId: deploy(2) }, 9, URL);
  assertEquals(visit.record, broken);
  const person = step(broken, { type: "wake-requested", by: "person", deployId: deploy(2) }, 9, URL);
  assertEquals(person.record.build?.phase, "queued");
});

Deno.test("X3 after three dead builders the build has failed, visibly", () => {
  let record = after([pushed(1), claimed("pending", "t0", 1)]).record;
  for (let i = 1; i <= MAX_TAKEOVERS; i++) {
    record = after([claimed("takeover", `t${i}`, 1)], record).record;
    assertEquals(record.build?.token, `t${i}`);
  }
  const last = after([claimed("takeover", "t9", 1)], record);
  assertEquals(last.record.build, null);
  assertEquals(previewState(last.record), "error");
  assertEquals(types(last.events), ["error", "status"]);
});

Deno.test("X10 a build goes on through any number of restarts in good order", () => {
  let record = after([pushed(1), claimed("pending", "t0", 1)]).record;
  for (let i = 1; i <= 10; i++) {
    record = after([claimed("handed-over", `t${i}`, 1)], record).record;
    assertEquals([record.build?.token, record.build?.takeovers], [`t${i}`, 0]);
  }
  assertEquals(after([claimed("takeover", "t11", 1)], record).record.build?.takeovers, 1);
});

Deno.test("B9 a cancelled build is gone, what ran runs on", () => {
  const { record, deploys } = after(
    [pushed(2, 1), claimed("pending", "b", 2), { type: "cancel-requested" }],
    RUNNING,
  );
  assertEquals(previewState(record), "running");
  assertEquals(deploys, [{ id: deploy(2), status: "cancelled" }]);
});

const tokens = ["a", "b", "c", ""];
const anyInput: fc.Arbitrary<Input> = fc.oneof(
  fc.tuple(fc.integer({ min: 1, max: 4 }), fc.option(fc.integer({ min: 1, max: 4 }))).map(([n, b]) =>
    pushed(n, b)
  ),
  fc.tuple(
    fc.constantFrom("pending" as const, "queued" as const, "takeover" as const, "handed-over" as const),
    fc.constantFrom(...tokens),
    fc.nat(50),
  )
    .map(([kind, token, n]) => claimed(kind, token || "d", n)),
  fc.constantFrom(...tokens).map(succeeded),
  fc.constantFrom(...tokens).map((token): Input => ({ type: "build-failed", token, message: "no" })),
  fc.constantFrom(...tokens).map((token): Input => ({ type: "phase-changed", token, phase: "starting" })),
  fc.constantFrom(...tokens).map((token): Input => ({ type: "container-stopped", token, reason: "exit" })),
  fc.nat(50).map((n): Input => ({ type: "build-requested", commit: commit(n), deployId: deploy(n) })),
  fc.tuple(fc.constantFrom("person" as const, "visit" as const), fc.nat(50))
    .map(([by, n]): Input => ({ type: "wake-requested", by, deployId: deploy(n) })),
  fc.constant<Input>({ type: "sleep-requested" }),
  fc.constant<Input>({ type: "cancel-requested" }),
);

Deno.test("machine: whatever comes, records are valid, revs are dense, and every change of a token is an event", () => {
  fc.assert(
    fc.property(fc.array(anyInput, { maxLength: 40 }), (inputs) => {
      let record = EMPTY_RECORD;
      for (const [i, input] of inputs.entries()) {
        const before = record;
        const result = step(before, input, i, URL);
        record = result.record;
        PreviewRecord.parse(record);
        assertEquals(record.rev, before.rev + result.events.length);
        if (
          record.build?.token !== before.build?.token || record.instance?.token !== before.instance?.token
        ) {
          assert(result.events.length > 0);
        }
        if (result.events.length > 0) assertEquals(result.events.at(-1)!.type, "status");
      }
    }),
    { numRuns: 500 },
  );
});

Deno.test("DESIGN 2: the newest push is live, built, pending, or its deploy ended, whatever comes", () => {
  fc.assert(
    fc.property(fc.array(anyInput, { maxLength: 40 }), (inputs) => {
      let record = EMPTY_RECORD;
      /** Commits of which a deploy ended, and whether somebody asked for another commit since the push. */
      const ended = new Set<string>();
      let replaced = false;
      let newest: string | null = null;
      for (const [i, input] of inputs.entries()) {
        const before = record;
        const result = step(before, input, i, URL);
        record = result.record;
        // The same commit once more is no news: what became of its deploy stands.
        if (input.type === "pushed" && input.commit !== newest) {
          newest = input.commit;
          replaced = false;
          ended.clear();
        }
        if (input.type === "build-requested" && input.commit !== newest) replaced = true;
        for (const { id, status } of result.deploys) {
          const of = [before.build, before.instance].find((b) => b?.deployId === id);
          if (of && (status === "failed" || status === "cancelled")) ended.add(of.commit);
        }
        if (before.instance && !record.instance) ended.add(before.instance.commit);
        if (newest === null || replaced || ended.has(newest)) continue;
        const places = [record.pendingBuild, record.build, record.instance].map((p) => p?.commit as string);
        assert(places.includes(newest), `${newest} is lost after ${JSON.stringify(input)}`);
      }
    }),
    { numRuns: 1_000 },
  );
});

Deno.test("DESIGN 5: containerStopped is cleared by a build or a wake only", () => {
  fc.assert(
    fc.property(fc.array(anyInput, { maxLength: 40 }), (inputs) => {
      let record = EMPTY_RECORD;
      for (const [i, input] of inputs.entries()) {
        const before = record;
        record = step(before, input, i, URL).record;
        if (before.containerStopped && !record.containerStopped) {
          assert(record.build !== null, JSON.stringify(input));
        }
      }
    }),
    { numRuns: 500 },
  );
});
