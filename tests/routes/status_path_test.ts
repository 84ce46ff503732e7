import { assertEquals } from "@std/assert";
import { FIRST_USER } from "../../lib/auth/accounts.ts";
import { keys } from "../../lib/kv/keys.ts";
import { AppId } from "../../lib/protocol/ids.ts";
import { until } from "../support/until.ts";
import { openHouse } from "./house.ts";

/** The same question: plain, and so that it takes the long way. */
const WAYS = ["", "?"];

Deno.test("A16 X7 the fast path to a status says what the long way says, to the same people, for as long as they may", async () => {
  await using house = await openHouse();
  const id = await house.makeApp();
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

Deno.test("X10 a status that is under way is waited for at a drain, whichever way it takes", async () => {
  await using house = await openHouse();
  const id = await house.makeApp();
  const { inFlight } = house.services;
  for (const query of WAYS) {
    await inFlight.settled(5_000);
    const asked = house.ask("GET", `/api/apps/${id}/status${query}`);
    assertEquals(inFlight.size, 1);
    await (await asked).body?.cancel();
  }
});

Deno.test("A16 who asks for a status in the same words at the same moment shares a read, and nobody gets what was true before he asked", async () => {
  await using house = await openHouse();
  const id = await house.makeApp();
  const path = `/api/apps/${id}/status`;
  const error = async (answer: Promise<Response>) => (await (await answer).json()).error;
  // The token's use is noted, and what is remembered of whom it belongs to.
  for (let i = 0; i < 2; i++) assertEquals(await error(house.ask("GET", path)), null);

  const { kv } = house;
  const key = keys.preview(AppId.parse(id));
  const { value } = await kv.get<Record<string, unknown>>(key);
  const getMany = kv.getMany.bind(kv);
  let reads = 0;
  /** While it is there, reads of standings have their entries and wait. */
  let gate: Promise<void> | null = null;
  kv.getMany = (async (wanted: Deno.KvKey[]) => {
    if (!wanted.some((one) => String(one) === String(key))) return await getMany(wanted);
    reads++;
    const entries = await getMany(wanted);
    await gate;
    return entries;
  }) as typeof kv.getMany;

  const answers = await Promise.all(Array.from({ length: 40 }, () => house.ask("GET", path)));
  assertEquals(new Set(await Promise.all(answers.map((answer) => answer.text()))).size, 1);
  assertEquals(reads, 1);

  const open = Promise.withResolvers<void>();
  gate = open.promise;
  const early = error(house.ask("GET", path));
  await until("the read is under way", () => reads === 2);
  await kv.set(key, { ...value, lastError: "later" });
  const late = [error(house.ask("GET", path)), error(house.ask("GET", path))];
  open.resolve();
  assertEquals([await early, ...await Promise.all(late)], [null, "later", "later"]);
  assertEquals(reads, 3);
});

Deno.test("A16 X7 a session beside other words in Authorization is judged for itself, however many ask at once", async () => {
  await using house = await openHouse();
  const path = `/api/apps/${await house.makeApp()}/status`;
  const token = new URL(await house.services.signInLink()).searchParams.get("token")!;
  const signedIn = await house.services.signIn(token);
  if (!signedIn.ok) throw new Error("not signed in");
  const cookie = signedIn.value.cookie.split(";")[0];
  const cookies = [cookie, `${cookie.slice(0, -43)}${"x".repeat(43)}`, "none=1"];
  for (const authorization of [null, "Basic eDp5"]) {
    const answers = await Promise.all(cookies.map(async (cookie) => {
      const answer = await house.anonymous("GET", path, {
        cookie,
        ...(authorization === null ? {} : { authorization }),
      });
      await answer.body?.cancel();
      return answer.status;
    }));
    assertEquals(answers, [200, 401, 401]);
  }
});
