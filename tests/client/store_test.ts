import { assert, assertEquals } from "@std/assert";
import { effect } from "@preact/signals";
import { connectPreview } from "../../lib/client/store.ts";
import { paneOf } from "../../lib/client/pane.ts";
import type { AppEvent } from "../../lib/protocol/events.ts";
import { Clock } from "./support/clock.ts";
import { DEPLOY, line, status, stopped } from "./support/events.ts";
import { EventServer } from "./support/event_server.ts";
import { TestPage } from "./support/page.ts";
import { Waiter } from "./support/wait.ts";

const failed: AppEvent = { type: "error", payload: { message: "exit code 1", deployId: DEPLOY } };
const previewUrl = "http://demo.localhost:8000/";

function preview(server: EventServer, wake?: () => Promise<Response>) {
  const clock = new Clock(), changes = new Waiter(), page = new TestPage();
  let flushes = 0;
  const store = connectPreview({
    appId: "demo",
    baseUrl: server.url,
    schedule: (flush) =>
      queueMicrotask(() => {
        flushes++;
        flush();
      }),
    seams: {
      page,
      now: clock.now,
      timers: clock.timers,
      random: () => 0.5,
      memory: { load: () => undefined, save() {} },
      fetch: (...args) => String(args[0]).endsWith("/wake") && wake ? wake() : fetch(...args),
    },
  });
  const pane = () =>
    paneOf({
      status: store.status.value,
      error: store.error.value,
      stopped: store.stopped.value,
      resuming: store.resuming.value,
      generating: false,
    }).name;
  const panes: string[] = [];
  const stop = effect(() => {
    const name = pane();
    if (panes.at(-1) !== name) panes.push(name);
    store.log.value;
    store.connection.value;
    changes.poke();
  });
  return {
    store,
    panes,
    changes,
    flushes: () => flushes,
    close() {
      stop();
      store.close();
    },
  };
}

Deno.test("A23 the life of a preview, as its pane shows it", async () => {
  await using server = new EventServer();
  const { store, panes, changes, close } = preview(server);
  await server.changes.until(() => server.streams.size === 1);
  const tell = async (event: AppEvent, pane: string) => {
    server.push(event);
    await changes.until(() => panes.at(-1) === pane, `pane ${pane}`);
  };
  await tell(status("building"), "building");
  await tell(status("running", { previewUrl }), "running");
  await tell(failed, "error");
  assertEquals(store.error.value, { message: "exit code 1", deployId: DEPLOY });
  await tell(status("running", { previewUrl }), "running");
  assertEquals(store.error.value, null, "building or running clears the error");
  server.push(stopped("idle"));
  await tell(status("sleeping"), "sleeping");
  assertEquals(store.stopped.value, { reason: "idle" });
  await tell(status("building"), "building");
  assertEquals(store.stopped.value, null);
  assertEquals(store.connection.value.phase, "live");
  close();
});

Deno.test("A24 Resume shows building at once, before the request is answered, and then what events tell", async () => {
  await using server = new EventServer();
  server.push(stopped("idle"), status("sleeping"));
  const answer = Promise.withResolvers<Response>();
  const { store, panes, changes, close } = preview(server, () => answer.promise);
  await changes.until(() => panes.at(-1) === "sleeping");
  const resumed = store.resume();
  assertEquals(panes.at(-1), "building");
  answer.resolve(Response.json({}, { status: 202 }));
  await resumed;
  assertEquals(panes.at(-1), "building");
  server.push(status("building"), status("running", { previewUrl }));
  await changes.until(() => panes.at(-1) === "running");
  assertEquals([panes, store.resuming.value], [["idle", "sleeping", "building", "running"], false]);
  close();
});

Deno.test("A24 a Resume that fails shows the error", async () => {
  await using server = new EventServer();
  server.push(status("sleeping"));
  const { store, panes, changes, close } = preview(server, () => Promise.reject(new TypeError("no network")));
  await changes.until(() => panes.at(-1) === "sleeping");
  await store.resume();
  assertEquals(panes.at(-1), "error");
  assert(store.error.value?.message.includes("cannot be reached"));
  close();
});

Deno.test("X12 a burst of lines is far fewer changes of the log than lines", async () => {
  await using server = new EventServer();
  const { store, changes, flushes, close } = preview(server);
  await server.changes.until(() => server.streams.size === 1);
  server.push(...Array.from({ length: 1000 }, (_, n) => line(n)));
  await changes.until(() => store.log.value.length === 1001);
  assertEquals(store.log.value.slice(1).map((row) => row.kind === "line" ? row.line : -1).at(-1), 999);
  assert(flushes() <= 10, `${flushes()} flushes`);
  close();
});
