import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type PaneInput, paneOf } from "../../lib/client/pane.ts";
import { PreviewState, StopReason } from "../../lib/protocol/states.ts";

const previewUrl = "http://demo.localhost:8000/";
const nothing: PaneInput = { status: null, error: null, stopped: null, resuming: false, generating: false };
const at = (state: PreviewState, rest: object = {}): PaneInput => ({
  ...nothing,
  status: { state, pendingBuild: false, ...rest },
});
const error = { message: "exit code 1" };
const idle = { reason: "idle" as const };

const table: [string, PaneInput, ReturnType<typeof paneOf>][] = [
  ["before the first status", nothing, { name: "idle" }],
  ["nothing pushed yet", at("uninitialized"), { name: "idle" }],
  ["pushed, not built", at("idle", { pendingBuild: true }), { name: "idle" }],
  ["building", at("building"), { name: "building" }],
  ["building anew while the earlier version runs (A27)", at("building", { previewUrl }), {
    name: "running",
    url: previewUrl,
    building: true,
  }],
  ["running", at("running", { previewUrl }), { name: "running", url: previewUrl, building: false }],
  ["running without an address yet", at("running"), { name: "building" }],
  ["sleeping", at("sleeping"), { name: "sleeping", reason: null }],
  ["stopped, the status is on its way", { ...at("running", { previewUrl }), stopped: idle }, {
    name: "sleeping",
    reason: "idle",
  }],
  ["sleeping, and why", { ...at("sleeping"), stopped: { reason: "lost" } }, {
    name: "sleeping",
    reason: "lost",
  }],
  ["stopped before any status", { ...nothing, stopped: idle }, { name: "sleeping", reason: "idle" }],
  ["replaced is no sleep", { ...nothing, stopped: { reason: "replaced" } }, { name: "idle" }],
  [
    "an error comes before all",
    { ...at("sleeping", { previewUrl }), error, stopped: idle, generating: true },
    {
      name: "error",
      message: "exit code 1",
    },
  ],
  ["an error beside a version that still runs", { ...at("error", { previewUrl }), error }, {
    name: "error",
    message: "exit code 1",
  }],
  ["an error whose message is not there yet", at("error"), {
    name: "error",
    message: "The last build failed. Its log has the details.",
  }],
  ["Resume: building at once (A24)", { ...at("sleeping"), stopped: idle, resuming: true }, {
    name: "building",
  }],
  ["Resume after a failed build", { ...at("error"), resuming: true }, { name: "building" }],
  ["Resume that failed (A24)", { ...at("sleeping"), error, resuming: false }, {
    name: "error",
    message: "exit code 1",
  }],
  ["generating without an address (A27)", { ...at("idle"), generating: true }, { name: "generating" }],
  ["generating comes before building", { ...at("building"), generating: true }, { name: "generating" }],
  ["generating while the app runs (A27)", { ...at("running", { previewUrl }), generating: true }, {
    name: "running",
    url: previewUrl,
    building: false,
  }],
  ["generating while the app sleeps", { ...at("sleeping"), generating: true }, {
    name: "sleeping",
    reason: null,
  }],
];

for (const [name, input, pane] of table) {
  Deno.test(`A23 the pane for: ${name}`, () => assertEquals(paneOf(input), pane));
}

Deno.test("A23 there is always exactly one pane, and an error always wins", () => {
  const any = fc.record({
    status: fc.option(fc.record({
      state: fc.constantFrom(...PreviewState.options),
      pendingBuild: fc.boolean(),
      previewUrl: fc.constantFrom(undefined, previewUrl),
    })),
    error: fc.option(fc.constant(error)),
    stopped: fc.option(fc.record({ reason: fc.constantFrom(...StopReason.options) })),
    resuming: fc.boolean(),
    generating: fc.boolean(),
  });
  fc.assert(fc.property(any, (input) => {
    const { name } = paneOf(input);
    assert(["error", "sleeping", "running", "generating", "building", "idle"].includes(name));
    if (input.error) assertEquals(name, "error");
    if (name === "running") assert(input.status?.previewUrl);
  }));
});
