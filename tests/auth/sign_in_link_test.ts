import { assert, assertEquals } from "@std/assert";
import { findSession } from "../../lib/auth/sessions.ts";
import { createSignInLink, redeemSignInLink, SIGN_IN_LINK_LIFE } from "../../lib/auth/sign_in_link.ts";
import { ada, bob, NOW, storeOn } from "./store.ts";

const REFUSED = { ok: false, code: "invalid_sign_in_link" } as const;

Deno.test("A26 a sign-in link signs its user in, once", async () => {
  using kv = await Deno.openKv(":memory:");
  const store = storeOn(kv);
  const token = await createSignInLink(store, ada, NOW);
  await createSignInLink(store, bob, NOW);
  const signedIn = await redeemSignInLink(store, token, NOW + 1);
  assert(signedIn.ok);
  assertEquals((await findSession(store, signedIn.value.value, NOW + 1))?.session.user, ada);
  assertEquals(await redeemSignInLink(store, token, NOW + 2), REFUSED);
});

Deno.test("A26 a sign-in link works for 24 hours", async () => {
  using kv = await Deno.openKv(":memory:");
  const store = storeOn(kv);
  const late = await createSignInLink(store, ada, NOW);
  assertEquals(await redeemSignInLink(store, late, NOW + SIGN_IN_LINK_LIFE), REFUSED);
  assertEquals((await redeemSignInLink(store, late, NOW + SIGN_IN_LINK_LIFE - 1)).ok, true);
  assertEquals(SIGN_IN_LINK_LIFE, 86_400_000);
});

Deno.test("A26 of several who bring one link at once, a single one is signed in", async () => {
  const path = await Deno.makeTempFile({ prefix: "hauth-", suffix: ".sqlite" });
  try {
    using first = await Deno.openKv(path);
    using second = await Deno.openKv(path);
    const stores = [storeOn(first), storeOn(second)];
    for (let round = 0; round < 10; round++) {
      const token = await createSignInLink(stores[0], ada, NOW);
      const results = await Promise.all(
        Array.from({ length: 6 }, (_, i) => redeemSignInLink(stores[i % 2], token, NOW)),
      );
      assertEquals(results.filter((result) => result.ok).length, 1);
      for (const result of results) if (!result.ok) assertEquals(result, REFUSED);
    }
    let sessions = 0;
    for await (const _ of first.list({ prefix: ["session"] })) sessions++;
    assertEquals(sessions, 10);
  } finally {
    for (const suffix of ["", "-shm", "-wal"]) await Deno.remove(path + suffix).catch(() => {});
  }
});

Deno.test("A26 a link that was never made is refused, and the store holds no link's token", async () => {
  using kv = await Deno.openKv(":memory:");
  const store = storeOn(kv);
  for (const token of ["", "x", "a".repeat(5000)]) {
    assertEquals(await redeemSignInLink(store, token, NOW), REFUSED);
  }
  const token = await createSignInLink(store, ada, NOW);
  for await (const { key, value } of kv.list({ prefix: [] })) {
    assert(!JSON.stringify([key, value]).includes(token));
  }
});
