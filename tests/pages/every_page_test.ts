import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { dashboard, place, repository } from "./support.ts";

Deno.test("B8 an unknown page is Wakelight's own, an unknown API path a problem", async () => {
  await using site = await dashboard();
  for (const path of ["/nope", "/apps/shop/nope", "/apps"]) {
    const answer = await site.ask(path);
    assertEquals(answer.status, 404, path);
    const html = await answer.text();
    assertStringIncludes(html, "<title>Not found · Wakelight</title>");
    assertStringIncludes(html, "There is nothing at this address");
  }
  const answer = await site.ask("/api/nope");
  assertEquals([answer.status, answer.headers.get("content-type")], [404, "application/problem+json"]);
  await answer.body?.cancel();
});

Deno.test("B8 an app that is not there gets the same page", async () => {
  await using site = await dashboard();
  await site.signIn();
  for (const path of ["/apps/shop", "/apps/shop/settings"]) {
    const answer = await site.ask(path);
    assertEquals(answer.status, 404);
    assertStringIncludes(await answer.text(), "There is nothing at this address");
  }
});

Deno.test("X16 every page carries a policy, and needs no inline style or handler to work under it", async () => {
  await using site = await dashboard();
  const anonymous = await site.ask("/sign-in");
  await site.signIn();
  const [, app] = await place(
    await site.ask("/apps/new", { name: "Shop", repository: await repository(site.folder) }),
  );
  const pages = [anonymous];
  for (const path of ["/", "/apps/new", app!, `${app}/settings`, "/tokens", "/nope"]) {
    pages.push(await site.ask(path));
  }
  for (const page of pages) {
    const policy = page.headers.get("content-security-policy") ?? "";
    const html = await page.text();
    const directives = policy.split(";").map((d) => d.trim());
    const scripts = directives.find((d) => /^script-src /.test(d)) ??
      directives.find((d) => /^default-src /.test(d));
    assert(scripts && !scripts.includes("'unsafe-inline'"), policy);
    assert(directives.some((d) => d.startsWith("frame-ancestors ")), policy);
    assertEquals(page.headers.get("x-content-type-options"), "nosniff");
    assert(!/<[^>]+\s(?:style|on[a-z]+)=/.test(html), html);
    for (const [tag] of html.matchAll(/<script[^>]*>/g)) {
      const nonce = /nonce="([^"]+)"/.exec(tag)?.[1];
      assert(nonce && scripts.includes(`'nonce-${nonce}'`), tag);
    }
  }
});

Deno.test("A26 a token is shown once, works, and can be revoked", async () => {
  await using site = await dashboard();
  await site.signIn();
  const nameless = await site.ask("/tokens", { intent: "create", name: " " });
  assertEquals(nameless.status, 422);
  await nameless.body?.cancel();

  const made = await (await site.ask("/tokens", { intent: "create", name: "CI" })).text();
  const token = /wl_[\w-]{43}/.exec(made)?.[0];
  assert(token);
  const list = await (await site.ask("/tokens")).text();
  assertStringIncludes(list, "CI");
  assert(!list.includes(token));

  const headers = { host: "localhost:8000", authorization: `Bearer ${token}` };
  const granted = await site.ask("/api/apps", undefined, { headers });
  assertEquals(await granted.json(), { apps: [] });

  const id = /name="id" value="([^"]+)"/.exec(list)?.[1];
  assert(id);
  assertEquals(await place(await site.ask("/tokens", { intent: "revoke", id })), [303, "/tokens"]);
  const refused = await site.ask("/api/apps", undefined, { headers });
  assertEquals(refused.status, 401);
  await refused.body?.cancel();
});
