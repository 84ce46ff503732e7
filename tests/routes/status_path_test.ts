import { assertEquals } from "@std/assert";
import { FIRST_USER } from "../../lib/auth/accounts.ts";
import { keys } from "../../lib/kv/keys.ts";
import { AppId } from "../../lib/protocol/ids.ts";
import { makeRepository } from "../build/support.ts";
import { openHouse } from "./house.ts";

/** The same question: plain, and so that it takes the long way. */
const WAYS = ["", "?"];

Deno.test("A16 X7 the fast path to a status says what the long way says, to the same people, for as long as they may", async () => {
  await using house = await openHouse();
  const repository = await makeRepository(`${house.folder}/hello`);
  await repository.commit({ "index.html": "hi" });
  const made = await house.ask("POST", "/api/apps", { json: { name: "Hello", repository: repository.path } });
  const { id } = await made.json();
  const path = `/api/apps/${id}/status`;

  /** What each way answers, which must be the same. */
  const both = async (path: string, options?: Parameters<typeof house.ask>[2]) => {
    const answers = await Promise.all(WAYS.map(async (query) => {
      const res = await house.ask("GET", path + query, options);
      const headers = ["content-type", "cache-control", "x-content-type-options", "referrer-policy"];
      const { status } = res;
      const body = await res.json();
      delete body.detail;
      return { status, body, headers: headers.map((name) => res.headers.get(name)) };
    }));
    assertEquals(answers[0], answers[1]);
    return answers[0];
  };

  const waiting = {
    status: "idle",
    previewUrl: null,
    error: null,
    pendingBuild: true,
    containerStopped: false,
  };
  // With what is remembered of the first time, and without.
  for (let i = 0; i < 3; i++) assertEquals((await both(path)).body, waiting);
  assertEquals((await both("/api/apps/nobody/status")).status, 404);
  assertEquals((await both("/api/apps/No_Label/status")).status, 404);

  const appId = AppId.parse(id);
  const { value } = await house.kv.get<Record<string, unknown>>(keys.preview(appId));
  await house.kv.set(keys.preview(appId), { ...value, pendingBuild: null, lastError: "no" });
  assertEquals((await both(path)).body, { ...waiting, status: "error", error: "no", pendingBuild: false });

  // Somebody else's app does not exist, also for who could see it a moment ago.
  const app = await house.kv.get<{ owner: string }>(keys.app(appId));
  await house.kv.set(keys.app(appId), { ...app.value, owner: "o_others" });
  assertEquals((await both(path)).status, 404);
  await house.kv.set(keys.app(appId), app.value);
  assertEquals((await both(path)).status, 200);

  const { token, view } = await house.services.tokens.create(FIRST_USER, "another");
  const headers = { authorization: `Bearer ${token}` };
  for (let i = 0; i < 3; i++) assertEquals((await both(path, { headers })).status, 200);
  await house.services.tokens.revoke(FIRST_USER, view.id);
  assertEquals((await both(path, { headers })).body.code, "not_signed_in");
  assertEquals((await house.anonymous("GET", path)).status, 401);
  // On a preview's own host the path is the preview's.
  const preview = await house.preview(id, path);
  assertEquals(preview.headers.get("content-type")?.startsWith("application/json"), false);
  await preview.body?.cancel();
});
