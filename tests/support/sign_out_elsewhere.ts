/**
 * Another process on the same KV file: lives as an isolate does, and ends the session whose cookie's value it reads from
 * its input. `deno run -A sign_out_elsewhere.ts PATH`
 */
import { endSession } from "../../lib/auth/sessions.ts";
import { createCredentialStore } from "../../lib/kv/credentials.ts";
import { createPresence } from "../../lib/kv/presence.ts";

const kv = await Deno.openKv(Deno.args[0]);
const presence = await createPresence(kv, { isolateId: "elsewhere", host: "test", pid: Deno.pid });
console.log("ready");
const buffer = new Uint8Array(1_000);
const length = await Deno.stdin.read(buffer);
if (length !== null) {
  await endSession(createCredentialStore(kv), new TextDecoder().decode(buffer.subarray(0, length)).trim());
  console.log("signed out");
  // Until the test has seen enough.
  await Deno.stdin.read(buffer);
}
await presence.close();
kv.close();
