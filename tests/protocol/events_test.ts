import { assertEquals } from "@std/assert";
import { AppEvent, JsonAnswer, StoredEvent, WireFrame } from "../../lib/protocol/events.ts";
import { PreviewState, StopReason } from "../../lib/protocol/states.ts";

const ID = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
const log = { deployId: ID, line: 0, source: "build", stream: "stdout", message: "hi", timestamp: 1 };
const examples = [
  { type: "status", payload: { state: "idle", pendingBuild: true } },
  {
    type: "status",
    payload: {
      state: "building",
      previewUrl: "http://a.localhost:8000/",
      pendingBuild: false,
      commit: "a".repeat(40),
      deployId: ID,
    },
  },
  { type: "log", payload: log },
  { type: "log", payload: { ...log, source: "dev-server", stream: "stderr", message: "" } },
  { type: "error", payload: { message: "it broke" } },
  { type: "error", payload: { message: "it broke", deployId: ID } },
  { type: "container-stopped", payload: { reason: "exit", exitCode: 1 } },
  { type: "gap", payload: { deployId: ID, from: 0, to: 9, logUrl: "http://localhost/x" } },
  { type: "reconnect", payload: { reason: "age", afterMs: 0 } },
];

Deno.test("A7 A8 A9 X1 each event on the wire reads back as it was", () => {
  for (const example of examples) assertEquals(AppEvent.parse(example), example as never);
  const frame = examples.map((example, n) => ({ id: String(n), ...example }));
  assertEquals(WireFrame.parse(frame), frame as never);
  assertEquals(JsonAnswer.parse({ events: frame, next: "8" }), { events: frame, next: "8" } as never);
  assertEquals(WireFrame.parse([]), []);
});

Deno.test("A7 A9 the states and reasons that people see are these", () => {
  assertEquals(PreviewState.options, ["uninitialized", "idle", "building", "running", "error", "sleeping"]);
  assertEquals(StopReason.options, ["idle", "exit", "signal", "replaced", "lost"]);
});

Deno.test("what is not an event is not read as one", () => {
  const bad = [
    null,
    {},
    { type: "log" },
    { type: "status", payload: { state: "asleep", pendingBuild: false } },
    { type: "log", payload: { ...log, line: -1 } },
    { type: "log", payload: { ...log, source: "worker" } },
    { type: "container-stopped", payload: { reason: "boredom" } },
    { type: "gap", payload: { deployId: "x", from: 0, to: 1, logUrl: "" } },
  ];
  for (const value of bad) assertEquals(AppEvent.safeParse(value).success, false, JSON.stringify(value));
});

Deno.test("lines, gaps and goodbyes are not kept among an app's events", () => {
  assertEquals(
    examples.filter((example) => StoredEvent.safeParse(example).success).map(({ type }) => type),
    ["status", "status", "error", "error", "container-stopped"],
  );
});
