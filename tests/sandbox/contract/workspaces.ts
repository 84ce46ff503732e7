/** What a driver owes to workspaces and their files. */
import { assertEquals, assertRejects } from "@std/assert";
import { AppId } from "../../../lib/protocol/ids.ts";
import type { Workspace } from "../../../lib/sandbox/sandbox.ts";
import { app, type PromiseTest } from "./promise.ts";
import { processesWith, temporaryFolder } from "../support.ts";

export function workspacesContract(promise: PromiseTest): void {
  promise("files are written and read, and absent ones are null", async (_, workspace) => {
    await workspace.writeFile("a/b/c.txt", "hällo");
    assertEquals(await workspace.readFile("a/b/c.txt"), "hällo");
    await workspace.writeFile("a/b/c.txt", "again");
    assertEquals(await workspace.readFile("a/b/c.txt"), "again");
    for (const path of ["none", "a", "a/b/c.txt/d", "", "/etc/passwd", "../w1/a/b/c.txt"]) {
      assertEquals(await workspace.readFile(path), null, path);
    }
  });

  promise("X16 no link leads a read or a write out of the workspace", async (_, workspace) => {
    await using outside = await temporaryFolder();
    await Deno.writeTextFile(`${outside.path}/secret`, "secret");
    await workspace.writeFile("inner.txt", "inner");
    await workspace.run({
      command: `ln -s '${outside.path}/secret' file; ln -s '${outside.path}' folder; ln -s inner.txt good
        ln -s loop loop; mkfifo fifo`,
      output: () => {},
    });
    for (const path of ["file", "folder/secret", "loop", "fifo"]) {
      assertEquals(await workspace.readFile(path), null, path);
    }
    assertEquals(await workspace.readFile("good"), "inner");
    await workspace.writeFile("file", "mine");
    await assertRejects(() => workspace.writeFile("folder/new", "x"));
    await assertRejects(() => workspace.writeFile("../new", "x"));
    assertEquals(await Deno.readTextFile(`${outside.path}/secret`), "secret");
    assertEquals(Array.from(Deno.readDirSync(outside.path), ({ name }) => name), ["secret"]);
  });

  promise(
    "sweep ends and removes all workspaces but those that are kept",
    async (sandbox, workspace, elsewhere) => {
      const id = crypto.randomUUID();
      const other = await sandbox.open(app, "w2");
      const neighbour = await sandbox.open(AppId.parse("shop-2"), "w1");
      const serve = (at: Workspace) =>
        at.serve({ command: ["sleep", "600"], env: { SURVIVOR: id }, output: () => {} });
      const [gone, kept, theirs] = [await serve(workspace), await serve(other), await serve(neighbour)];
      // Another driver on the same root, as in another isolate, must end them as well.
      await elsewhere.sweep(app, ["w2"]);
      assertEquals((await gone.stopped).signal, "SIGKILL");
      assertEquals([await sandbox.has(app, "w1"), await sandbox.has(app, "w2")], [false, true]);
      assertEquals((await processesWith(id)).length, 2);
      await kept.stop();
      await theirs.stop();
      await sandbox.sweep(app, []);
      assertEquals(await sandbox.has(app, "w2"), false);
      assertEquals(await sandbox.has(AppId.parse("shop-2"), "w1"), true);
    },
  );

  promise(
    "X4 a workspace that is opened while a sweep asks what to keep is not swept away",
    async (sandbox, _, elsewhere) => {
      await sandbox.sweep(app, async () => {
        const next = await elsewhere.open(app, "next");
        await next.writeFile("checkout.txt", "just begun");
        return [];
      });
      assertEquals([await sandbox.has(app, "w1"), await sandbox.has(app, "next")], [false, true]);
      assertEquals(await (await sandbox.open(app, "next")).readFile("checkout.txt"), "just begun");
    },
  );

  promise("a workspace's name cannot lead elsewhere", async (sandbox) => {
    for (const name of ["", "..", "a/b", ".home", "a b"]) {
      await assertRejects(() => sandbox.open(app, name), Error, "Cannot use");
    }
  });
}
