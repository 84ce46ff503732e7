/** Processes of an app killed from outside, as the system does when memory is short (A15). */
import { assert, assertEquals } from "@std/assert";
import { sampleApp } from "../../support/sample_app.ts";
import { until } from "../../support/until.ts";
import { test } from "./house.ts";
import { all, follow, isState } from "./viewer.ts";

test("A15 A9 a sandbox process killed from outside: container-stopped with reason signal reaches every viewer within a second, then sleeping", async (house) => {
  const server = await house.start({ workers: 2 });
  const app = await house.createApp(server, { name: "Victim", files: sampleApp("here") });
  const viewers = (["sse", "websocket", "sse", "websocket"] as const).map((transport) =>
    follow({ appId: app.id, transport, url: () => server.url, ticket: house.ticket })
  );
  try {
    // The app itself is a child of what was started; the one it was started by leads the tree.
    for (const pick of [grandchild, leader]) {
      const seenBefore = viewers.map(({ seen }) => seen.length);
      const from = viewers.map(({ seen }, i) => () => seen.slice(seenBefore[i]));
      await (await (await house.session(server)).send("POST", `/api/apps/${app.id}/wake`)).body?.cancel();
      const runs = () => from.every((seen) => seen().some(({ event }) => isState("running")(event)));
      await until("the app runs", runs, { within: 30_000 });

      const pid = await pick(await house.sandboxed());
      const killedAt = performance.now();
      Deno.kill(pid, "SIGKILL");
      const told = () => from.map((seen) => seen().find(({ event }) => event.type === "container-stopped"));
      await until("all were told", () => told().every((one) => one !== undefined), { every: 5 });
      for (const one of told()) {
        assert(one!.event.type === "container-stopped");
        assertEquals(one!.event.payload.reason, "signal");
        assert(one!.at - killedAt < 1_000, `${pick.name}: ${one!.at - killedAt} ms`);
      }
      await all(viewers, "sleeping", isState("sleeping"));
      await until("the whole tree is gone", async () => (await house.sandboxed()).length === 0);
    }
  } finally {
    await Promise.all(viewers.map((viewer) => viewer.close()));
  }
});

const pidOf = (line: string | undefined) => {
  if (line === undefined) throw new Error("There is no such process");
  return Number(line.split(" ")[0]);
};

function grandchild(lines: readonly string[]): number {
  return pidOf(lines.find((line) => line.includes("main.ts")));
}

/** The head of a process group that is no guardian, which carries its mark as an argument. */
async function leader(lines: readonly string[]): Promise<number> {
  for (const line of lines) {
    const pid = pidOf(line);
    const stat = await Deno.readTextFile(`/proc/${pid}/stat`);
    const group = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[2]);
    if (group === pid && !line.includes("wakelight-guardian")) return pid;
  }
  throw new Error(`No leader in ${lines.join("\n")}`);
}
