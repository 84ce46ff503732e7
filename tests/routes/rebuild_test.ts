import { assertEquals } from "@std/assert";
import type { DeployView } from "../../lib/protocol/api.ts";
import type { DeployLog } from "../../lib/protocol/deploy_log.ts";
import type { StatusAnswer } from "../../lib/protocol/events.ts";
import { makeRepository } from "../build/support.ts";
import { until } from "../support/until.ts";
import { openHouse } from "./house.ts";

const FILES = {
  "deno.json": `{"tasks":{"dev":"deno run -A main.ts"}}`,
  "main.ts": `Deno.serve({ port: Number(Deno.env.get("PORT")) }, () => new Response("hi"))`,
};

Deno.test("A17 S2 a running app is built again, also the same commit, and woken again and again, and stays up", async () => {
  await using house = await openHouse();
  const repository = await makeRepository(`${house.folder}/hello`);
  await repository.commit(FILES);
  const made = await house.ask("POST", "/api/apps", { json: { name: "Hello", repository: repository.path } });
  const { id } = await made.json();
  const path = `/api/apps/${id}`;
  const get = async <T>(path: string): Promise<T> => await (await house.ask("GET", path)).json();
  const act = async (what: string) => await (await house.ask("POST", `${path}/${what}`)).body?.cancel();
  const deploys = async () => (await get<{ deploys: DeployView[] }>(`${path}/deploys`)).deploys;

  /** The newest deploy is live, nothing of the older ones is left, and its app answers. */
  async function isUp(count: number): Promise<string> {
    await until("it is live", async () => {
      const [newest, ...others] = await deploys();
      return others.length === count - 1 && newest.status === "live";
    });
    // Whatever the end of the one before it brings about has happened when only one folder is left.
    await until("its folder alone is left", () => {
      const folders = Array.from(Deno.readDirSync(`${house.folder}/sandboxes/${id}`), ({ name }) => name);
      return Promise.resolve(folders.filter((name) => !name.startsWith(".")).length === 1);
    });
    const { status } = await get<StatusAnswer>(`${path}/status`);
    assertEquals(status, "running");
    const preview = await house.preview(id, "/");
    assertEquals([preview.status, await preview.text()], [200, "hi"]);
    const [{ id: newest }] = await deploys();
    return (await get<DeployLog>(`/api/deploys/${newest}/logs`)).lines[0].message.split(" ")[1];
  }

  await act("builds");
  assertEquals(await isUp(1), "fetch");
  await act("builds");
  assertEquals(await isUp(2), "fetch", "the files of a running app are not used by another");
  for (let wakes = 1; wakes <= 2; wakes++) {
    await act("sleep");
    await until("it sleeps", async () => (await get<StatusAnswer>(`${path}/status`)).status === "sleeping");
    await act("wake");
    assertEquals(await isUp(2 + wakes), "reuse");
  }
  // A build that fails must not take the files of the one that runs on.
  await repository.commit({ ...FILES, "deno.json": `{"tasks":{"dev":"exit 3"}}` });
  await act("builds");
  await until("it has failed", async () => (await deploys())[0].status === "failed");
  const preview = await house.preview(id, "/");
  assertEquals([preview.status, await preview.text()], [200, "hi"]);
});
