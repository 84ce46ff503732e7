import { assert, assertEquals } from "@std/assert";
import { commitUrl } from "../../components/commit_url.ts";
import { connectionWords } from "../../components/connection_words.ts";
import { actionsIn } from "../../components/preview_actions.ts";
import { ago, took } from "../../components/time_words.ts";
import { initialState } from "../../lib/client/connection_state.ts";
import { viewOf } from "../../lib/client/connection_view.ts";
import { PreviewState } from "../../lib/protocol/states.ts";

const COMMIT = "0123456789abcdef0123456789abcdef01234567";
const NOW = Date.parse("2030-01-02T03:04:05Z");

Deno.test("A20 only a connection that waits or gave up shows a Retry button", () => {
  const words = (change: Partial<ReturnType<typeof initialState>>) =>
    connectionWords(viewOf({ ...initialState(), ...change }), NOW);
  assertEquals(words({ phase: "live", transport: "sse" }).text, "Live via SSE");
  assertEquals(words({ phase: "live" }).mayRetry, false);
  assertEquals(words({ phase: "connecting" }).mayRetry, false);
  assertEquals(words({ phase: "paused" }).mayRetry, false);
  assertEquals(words({ phase: "reconnecting", retryAt: null }).mayRetry, false);
  const waiting = words({ phase: "reconnecting", attempt: 3, retryAt: NOW + 4200 });
  assertEquals([waiting.text, waiting.mayRetry], ["Reconnecting in 5 s", true]);
  assertEquals(words({ phase: "reconnecting", retryAt: NOW - 50 }).text, "Reconnecting in 1 s");
  assertEquals(words({ phase: "error" }).mayRetry, true);
  assertEquals(words({ phase: "error", offline: true }).sentence, "You are offline.");
  assertEquals(words({ phase: "refused", refusal: "signed-out" }).mayRetry, true);
});

Deno.test("A24 each state offers what makes sense in it, and a sleeping preview can be resumed", () => {
  for (const state of PreviewState.options) assert(actionsIn(state).length > 0, state);
  assertEquals(actionsIn("sleeping")[0], "wake");
  assertEquals(actionsIn("building"), ["cancel"]);
  assert(actionsIn("running").includes("sleep"));
});

Deno.test("A26 times read as people say them", () => {
  const before = (seconds: number) => new Date(NOW - seconds * 1000).toISOString();
  assertEquals(ago(before(-30), NOW), "just now");
  assertEquals(ago(before(9), NOW), "just now");
  assertEquals(ago(before(59), NOW), "59 seconds ago");
  assertEquals(ago(before(60), NOW), "1 minute ago");
  assertEquals(ago(before(7200), NOW), "2 hours ago");
  assertEquals(ago(before(86_400 * 400), NOW), "400 days ago");
  assertEquals(ago("no time", NOW), "just now");
  assertEquals(took(before(48), before(0)), "48 s");
  assertEquals(took(before(125), before(0)), "2 min 5 s");
  assertEquals(took(before(0), before(60)), "0 s");
});

Deno.test("A23 a commit links to hosts that are known and to no other", () => {
  for (
    const repository of [
      "https://github.com/acme/shop",
      "https://github.com/acme/shop.git",
      "git@github.com:acme/shop.git",
      "ssh://git@github.com/acme/shop/",
      "https://me@github.com/acme/shop",
    ]
  ) assertEquals(commitUrl(repository, COMMIT), `https://github.com/acme/shop/commit/${COMMIT}`, repository);
  assertEquals(
    commitUrl("https://gitlab.com/a/b/c", COMMIT),
    `https://gitlab.com/a/b/c/-/commit/${COMMIT}`,
  );
  for (
    const repository of [
      "/srv/git/shop",
      "file:///srv/shop",
      "https://example.com/a/b",
      "https://github.com.evil.example/a",
    ]
  ) {
    assertEquals(commitUrl(repository, COMMIT), null, repository);
  }
});
