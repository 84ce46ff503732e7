/** Opens the store, and says in words what is wrong where it cannot be opened. */
import { commitLocked } from "./commit.ts";
import { keys } from "./keys.ts";

/**
 * @param path a file, made with its folder where it is missing, `:memory:`, or undefined for the platform's own store
 * @throws Error that tells the operator what to do
 */
export async function openKv(path: string | undefined): Promise<Deno.Kv> {
  if (typeof Deno.openKv !== "function") {
    throw new Error(
      'Cannot open the store: this runtime has no Deno KV. Start with --unstable-kv, or "unstable": ["kv"]',
    );
  }
  try {
    if (path !== undefined && path !== ":memory:") {
      await Deno.mkdir(path.replace(/[^/]*$/, "") || ".", { recursive: true });
    }
    return await Deno.openKv(path);
  } catch (error) {
    const hint =
      "Check that the folder can be written, that the disk is not full, and that no other program locks the file";
    throw new Error(`Cannot open the store ${path ?? ""}: ${(error as Error).message}. ${hint}`, {
      cause: error,
    });
  }
}

/** True for one caller of all isolates that ask for the same thing within `forMs` milliseconds. */
export async function isFirst(kv: Deno.Kv, what: string, forMs: number): Promise<boolean> {
  const key = keys.first(what);
  const entry = await kv.get<number>(key);
  if (entry.value !== null && entry.value > Date.now()) return false;
  return (await commitLocked(kv.atomic().check(entry).set(key, Date.now() + forMs, { expireIn: forMs }))).ok;
}
