/** What a supervisor asks: whether this process is whole (X15). */
import { assert, assertEquals } from "@std/assert";
import { until } from "../../support/until.ts";
import { type ProductionServer, test } from "./house.ts";

/** Milliseconds for which an isolate counts after its last sign of life, and between two of these. */
const ISOLATE_LIFE = 24_000;
const HEARTBEAT = 8_000;
/** Milliseconds that an isolate gets to answer; one that is stopped still has connections given to it. */
const PATIENCE = 500;

test("X15 /healthz answers 503 within the life of an isolate once one of two workers stands still, 200 after a restart, which that worker does not hold up", async (house) => {
  const server = await house.start({ workers: 2, entry: "./block_entry.ts" });
  const bothHealthy = async () => {
    const isolates = new Set<string | null>();
    await until("both isolates count two", async () => {
      const { isolate, ...health } = await ask(server, "/healthz");
      assertEquals([health.status, health.ok], [200, true]);
      if (health.isolates === 2 && health.started === 2) isolates.add(isolate);
      return isolates.size === 2;
    }, { within: HEARTBEAT * 2, every: 250 });
  };
  await bothHealthy();

  await ask(server, "/", { "x-test-fault": "block" }).then(
    () => assert(false, "it is stopped"),
    (error) => assertEquals(error.name, "TimeoutError"),
  );
  const from = performance.now();
  const isolates = new Set<string | null>();
  const sick = await until("an isolate is missed", async () => {
    const health = await ask(server, "/healthz");
    isolates.add(health.isolate);
    return health.status !== 200 && health;
  }, { within: ISOLATE_LIFE + HEARTBEAT, every: 250 });
  const took = performance.now() - from;
  assertEquals([sick.status, sick.ok, sick.isolates, sick.started], [503, false, 1, 2]);
  assertEquals(isolates.size, 1, "the other one says nothing any more");
  // Work may still be sent here: whoever answers does it.
  await until("it is ready", async () => (await ask(server, "/readyz")).status === 200);

  const left = await server.stop();
  assert(left < 5_000, `it took ${left} ms`);
  assertEquals(server.exitCode, 0);
  await server.start();
  const again = await ask(server, "/healthz");
  assertEquals([again.status, again.ok], [200, true]);
  console.log(
    `an isolate that stands still is missed after ${(took / 1000).toFixed(1)} s; ` +
      `its process ends ${(left / 1000).toFixed(1)} s after the signal`,
  );
});

/** Asks whichever isolate the system gives a new connection to. @throws TimeoutError where that one stands still */
async function ask(
  server: ProductionServer,
  path: string,
  headers: Record<string, string> = {},
) {
  using client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
  const signal = AbortSignal.timeout(PATIENCE);
  const answer = await fetch(`${server.url}${path}`, { client, headers, signal });
  return {
    isolate: answer.headers.get("x-test-isolate"),
    status: answer.status,
    ...await answer.json(),
  };
}
