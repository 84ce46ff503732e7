/** `deno task demo:push`: commits a visible change to the demo repository and tells Wakelight, as a Git host would. */
import { hmacSha256Hex } from "../lib/auth/secrets.ts";
import { type Demo, demoFile, git } from "./demo.ts";

const dataDir = Deno.env.get("DATA_DIR") ?? ".data";
let demo: Demo;
try {
  demo = JSON.parse(await Deno.readTextFile(demoFile(dataDir)));
} catch {
  console.error("There is no demo app yet. Start Wakelight first: deno task dev");
  Deno.exit(1);
}

const work = await Deno.makeTempDir();
try {
  await git(work, "clone", "--quiet", demo.repository, ".");
  const before = await git(work, "rev-parse", "HEAD");
  const message = Deno.args[0] ?? `Pushed at ${new Date().toLocaleTimeString()}`;
  await Deno.writeTextFile(`${work}/message.txt`, message + "\n");
  await git(work, "commit", "--quiet", "--all", "--allow-empty", "--message", message);
  await git(work, "push", "--quiet", "origin", "HEAD:main");
  const after = await git(work, "rev-parse", "HEAD");
  const response = await deliver(demo, { before, after, message });
  console.log(
    `Pushed ${after.slice(0, 7)} "${message}"; Wakelight answered ${response.status} ${await response
      .text()}`,
  );
  if (!response.ok) Deno.exitCode = 1;
} finally {
  await Deno.remove(work, { recursive: true });
}

/** The push webhook of GitHub, signed with the app's secret. */
async function deliver(
  demo: Demo,
  push: { before: string; after: string; message: string },
): Promise<Response> {
  const body = JSON.stringify({
    ref: "refs/heads/main",
    before: push.before,
    after: push.after,
    repository: { full_name: "demo/hello" },
    head_commit: { id: push.after, message: push.message, author: { name: "Wakelight demo" } },
  });
  const bytes = new TextEncoder().encode(body);
  try {
    return await fetch(`${demo.url}/webhooks/github/${demo.appId}`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "x-github-event": "push",
        "x-github-delivery": crypto.randomUUID(),
        "x-hub-signature-256": `sha256=${await hmacSha256Hex(demo.webhookSecret, bytes)}`,
      },
      body,
    });
  } catch {
    return new Response(`Wakelight does not answer at ${demo.url}. Start it with: deno task dev`, {
      status: 503,
    });
  }
}
