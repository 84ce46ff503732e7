/**
 * What Wakelight costs in keys read and written, because KV is billed on the edge: per viewer-hour, per build and per 1,000
 * lines of log. Real parts: the composed services, a local sandbox, a Git repository. Watches count each key they bring.
 *
 *     deno run -A bench/kv_cost.ts [seconds to watch]
 */
import { readConfig } from "../lib/config.ts";
import { git } from "../examples/demo.ts";
import type { Chunk } from "../lib/events/chunk.ts";
import type { Sink } from "../lib/events/viewer.ts";
import { OwnerId } from "../lib/protocol/ids.ts";
import { createLocalSandbox } from "../lib/sandbox/local.ts";
import { FIRST_USER } from "../lib/auth/accounts.ts";
import { createServices } from "../lib/services.ts";
import { countingKv, type Counts } from "./counting_kv.ts";

const SECONDS = Number(Deno.args[0] ?? 60);
const LINES = 1_000;

const folder = await Deno.makeTempDir();
const counted = countingKv(await Deno.openKv(":memory:"));
const services = await createServices(readConfig({ DATA_DIR: folder, TICKET_SECRET: "-".repeat(32) }), {
  kv: counted.kv,
  sandbox: createLocalSandbox({ root: `${folder}/sandboxes` }),
  host: "bench",
  pid: Deno.pid,
});

/** A viewer that counts the lines it is told. */
function viewer(): Sink & { lines: number; state: string } {
  return {
    lines: 0,
    state: "",
    write(chunk: Chunk) {
      for (const { event } of chunk.items) {
        if (event.type === "log") this.lines++;
        if (event.type === "status") this.state = event.payload.state;
      }
    },
    ready: () => true,
    whenReady: (callback) => void setTimeout(callback, 1),
    keepAlive: () => {},
    close: () => {},
  };
}

const settle = async (done: () => boolean) => {
  while (!done()) await new Promise((resolve) => setTimeout(resolve, 20));
};
const show = (name: string, { reads, writes, commits }: Counts, per = 1) =>
  console.log(
    name.padEnd(44),
    [reads, writes, commits].map((n) => (n / per).toFixed(n / per < 10 ? 1 : 0).padStart(9)).join(""),
  );

try {
  const repository = `${folder}/app`;
  await Deno.mkdir(repository);
  await git(repository, "init", "--quiet");
  const task = "deno eval \"Deno.serve({ port: Number(Deno.env.get('PORT')) }, () => new Response())\"";
  await Deno.writeTextFile(`${repository}/deno.json`, JSON.stringify({ tasks: { start: task } }));
  await git(repository, "add", ".");
  await git(repository, "commit", "--quiet", "--message", "app");

  const created = await services.apps.create({ name: "Bench", repository }, OwnerId.parse(FIRST_USER));
  if (!created.ok) throw new Error(created.code);
  const app = created.value;
  counted.take();

  console.log("".padEnd(44), ["reads", "writes", "commits"].map((word) => word.padStart(9)).join(""));

  const first = viewer();
  await services.hub.join(app.id, null, first);
  await settle(() => first.state === "running");
  show(`a build, with one viewer and ${first.lines} lines`, counted.take());

  const lines = first.lines;
  const command = `seq ${LINES}; ${task}`;
  await services.apps.patch(app, { commands: { start: command } });
  counted.take();
  await services.apps.build(app);
  await settle(() => first.lines >= lines + LINES && first.state === "running");
  show(`a build that prints ${LINES} lines at once`, counted.take());

  const watch = async (seconds: number) => {
    // What a build or a join leaves behind is not part of the quiet.
    await new Promise((resolve) => setTimeout(resolve, 5_000));
    counted.take();
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    return counted.take();
  };
  const one = await watch(SECONDS);
  show("an hour of one viewer, nothing happening", one, SECONDS / 3600);
  for (let i = 0; i < 99; i++) await services.hub.join(app.id, null, viewer());
  const hundred = await watch(SECONDS);
  show("an hour of 100 viewers, nothing happening", hundred, SECONDS / 3600);
} finally {
  await services.close();
  await Deno.remove(folder, { recursive: true });
}
