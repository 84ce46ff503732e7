import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { dashboard, place, repository } from "./support.ts";

const SECRET = "the-value-of-the-variable";

Deno.test("A26 the form says what is wrong beside each field and keeps what was typed", async () => {
  await using site = await dashboard();
  await site.signIn();
  const answer = await site.ask("/apps/new", { name: "Shop", repository: "nonsense", branch: "a..b" });
  assertEquals(answer.status, 422);
  const html = await answer.text();
  assertStringIncludes(html, 'value="nonsense"');
  assertStringIncludes(html, 'id="repository-error"');
  assert(/aria-describedby="repository-hint repository-error"/.test(html));
  assertStringIncludes(html, "This is no branch name.");
  assertEquals(await site.services.apps.list((await me(site)).id), []);
});

Deno.test("A26 a repository that cannot be read is said beside its field", async () => {
  await using site = await dashboard();
  await site.signIn();
  const answer = await site.ask("/apps/new", { name: "Shop", repository: `${site.folder}/nothing` });
  assertEquals(answer.status, 422);
  assertStringIncludes(await answer.text(), 'id="repository-error"');
});

Deno.test("A26 A23 a new preview has its page, with one pane and none of its secrets", async () => {
  await using site = await dashboard();
  await site.signIn();
  const [status, path] = await place(
    await site.ask("/apps/new", {
      name: "Shop <b>",
      repository: await repository(site.folder),
      start: "deno serve",
      env: `TOKEN=${SECRET}`,
    }),
  );
  assertEquals(status, 303);
  assert(path !== null && path.startsWith("/apps/"));

  const list = await (await site.ask("/")).text();
  assertStringIncludes(list, "Shop &lt;b>");
  assertStringIncludes(list, `href="${path}"`);

  const answer = await site.ask(path);
  const html = await answer.text();
  assertEquals(answer.status, 200);
  assertEquals(html.match(/data-pane="/g)?.length, 1);
  assertStringIncludes(html, 'data-pane="idle"');
  assertStringIncludes(html, "New commit waiting");
  const app = await site.services.apps.find((await me(site)).id, path.slice("/apps/".length));
  assert(app);
  assert(!html.includes(SECRET) && !html.includes(app.webhookSecret));
});

Deno.test("A26 settings change, and stored values never travel back", async () => {
  await using site = await dashboard();
  await site.signIn();
  const [, path] = await place(
    await site.ask("/apps/new", {
      name: "Shop",
      repository: await repository(site.folder),
      env: `TOKEN=${SECRET}\nOLD=x`,
    }),
  );
  const settings = `${path}/settings`;
  const shown = await site.ask(settings);
  assertEquals(shown.headers.get("cache-control"), "no-store");
  const html = await shown.text();
  assertStringIncludes(html, "TOKEN");
  assert(!html.includes(SECRET));
  assertStringIncludes(html, `http://localhost:8000/webhooks/github${path!.slice("/apps".length)}`);

  const saved = await site.ask(settings, [
    ["intent", "save"],
    ["name", "Store"],
    ["branch", "main"],
    ["start", "npm start"],
    ["remove", "OLD"],
    ["env", "ADDED=1"],
  ]);
  assertEquals(await place(saved), [303, `${settings}?saved`]);
  const app = await site.services.apps.find((await me(site)).id, path!.slice("/apps/".length));
  assertEquals(app?.name, "Store");
  assertEquals(app?.commands.start, "npm start");
  assertEquals(app?.env, { TOKEN: SECRET, ADDED: "1" });

  const wrong = await site.ask(settings, { intent: "save", name: "", branch: "main" });
  assertEquals(wrong.status, 422);
  const again = await wrong.text();
  assertStringIncludes(again, "Give the preview a name.");
  assert(!again.includes(SECRET));
});

Deno.test("A17 a preview is deleted only by typing its id", async () => {
  await using site = await dashboard();
  await site.signIn();
  const [, path] = await place(
    await site.ask("/apps/new", { name: "Shop", repository: await repository(site.folder) }),
  );
  const wrong = await site.ask(`${path}/settings`, { intent: "delete", confirm: "other" });
  assertEquals(wrong.status, 422);
  assertStringIncludes(await wrong.text(), 'id="confirm-error"');
  const id = path!.slice("/apps/".length);
  assertEquals(await place(await site.ask(`${path}/settings`, { intent: "delete", confirm: id })), [
    303,
    "/",
  ]);
  assertEquals((await place(await site.ask(path!)))[0], 404);
});

const me = async (site: Awaited<ReturnType<typeof dashboard>>) => {
  const link = new URL(await site.services.signInLink());
  const signedIn = await site.services.signIn(link.searchParams.get("token")!);
  assert(signedIn.ok);
  const identity = await site.services.identify(
    new Request("http://localhost:8000/", { headers: { cookie: signedIn.value.cookie.split(";", 1)[0] } }),
  );
  assert(identity);
  return identity.user;
};
