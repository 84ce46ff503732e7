/** What a workspace holds: the files that tell how to build it, and whether that was done already. */
import * as z from "zod";
import type { Workspace } from "../sandbox/sandbox.ts";
import type { Checkout } from "./detect.ts";

/** Within `.git`, so that no commit can bring its own. */
const INSTALLED_PATH = ".git/wakelight-installed.json";

const Installed = z.object({ commit: z.string(), install: z.string().nullable() });
export type Installed = z.infer<typeof Installed>;

/** @throws where a configuration file is over 4 MiB */
export async function readCheckout(workspace: Workspace): Promise<Checkout> {
  const files = new Set(await listRoot(workspace));
  const first = (...names: string[]) => names.find((name) => files.has(name));
  const read = async (name: string | undefined) => name === undefined ? null : await workspace.readFile(name);
  return {
    files,
    denoJson: await read(first("deno.json", "deno.jsonc")),
    packageJson: await read(first("package.json")),
  };
}

async function listRoot(workspace: Workspace): Promise<string[]> {
  const decoder = new TextDecoder();
  let names = "";
  await workspace.run({
    command: ["ls", "-A"],
    output: (stream, bytes) => {
      if (stream === "stdout") names += decoder.decode(bytes, { stream: true });
    },
  });
  return names.split("\n").filter((name) => name !== "");
}

export async function readInstalled(workspace: Workspace): Promise<Installed | null> {
  const text = await workspace.readFile(INSTALLED_PATH);
  if (text === null) return null;
  try {
    return Installed.parse(JSON.parse(text));
  } catch {
    // The app may write there. What it writes is worth nothing, but no reason to fail.
    return null;
  }
}

export async function writeInstalled(workspace: Workspace, installed: Installed): Promise<void> {
  await workspace.writeFile(INSTALLED_PATH, JSON.stringify(installed));
}
