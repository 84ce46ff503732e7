import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { dashboard, place } from "./support.ts";

Deno.test("A26 whoever is not signed in is sent to a page that says how", async () => {
  await using site = await dashboard();
  for (const path of ["/", "/apps/new", "/apps/shop", "/apps/shop/settings", "/tokens"]) {
    assertEquals(await place(await site.ask(path)), [303, "/sign-in"], path);
  }
  for (const path of ["/apps/new", "/apps/shop/settings", "/tokens"]) {
    assertEquals(await place(await site.ask(path, { name: "x" })), [303, "/sign-in"], path);
  }
  const page = await site.ask("/sign-in");
  assertEquals(page.status, 200);
  assertStringIncludes(await page.text(), "Open the sign-in link that the server printed when it started");
});

Deno.test("A26 the link signs in once, and looking at it with HEAD does not use it up", async () => {
  await using site = await dashboard();
  const link = new URL(await site.services.signInLink());
  const path = link.pathname + link.search;
  const looked = await site.ask(path, undefined, { method: "HEAD" });
  await looked.body?.cancel();
  assertEquals(looked.headers.getSetCookie(), []);

  const signedIn = await site.ask(path);
  assertEquals(await place(signedIn), [303, "/"]);
  assert(signedIn.headers.getSetCookie()[0].includes("HttpOnly"));

  const again = await site.ask(path);
  assertEquals(again.status, 401);
  assertEquals(again.headers.getSetCookie(), []);
  assertStringIncludes(await again.text(), "was used or has expired");
});

Deno.test("A26 signing out ends the session, not only the cookie", async () => {
  await using site = await dashboard();
  await site.signIn();
  const page = await site.ask("/");
  assertStringIncludes(await page.text(), "No previews yet");
  const out = await site.ask("/sign-out", {});
  assertEquals(await place(out), [303, "/sign-in"]);
  assert(out.headers.getSetCookie().some((cookie) => cookie.includes("Max-Age=0")));
  assertEquals(await place(await site.ask("/")), [303, "/sign-in"]);
});

Deno.test("X16 a form sent by another site changes nothing", async () => {
  await using site = await dashboard();
  await site.signIn();
  const headers = {
    host: "localhost:8000",
    "sec-fetch-site": "same-site",
    origin: "http://shop.localhost:8000",
  };
  const answer = await site.ask("/sign-out", {}, { headers });
  assertEquals(answer.status, 403);
  await answer.body?.cancel();
  assertEquals((await place(await site.ask("/")))[0], 200);
});
