/** A build from a real repository in a real sandbox, after which no process may be left. */
import { assert, assertEquals } from "@std/assert";
import type { App } from "../../lib/preview/app.ts";
import type { BuildOutcome, Runner } from "../../lib/preview/runner.ts";
import { createRunner, type RunnerOptions } from "../../lib/build/runner.ts";
import { createLocalSandbox } from "../../lib/sandbox/local.ts";
import { CommitId } from "../../lib/protocol/ids.ts";
import { processesWith, temporaryFolder } from "../sandbox/support.ts";
import { makeRepository, testApp, type TestRepository } from "./support.ts";

export interface Scene {
  readonly folder: string;
  readonly repository: TestRepository;
  readonly runner: Runner;
  app(changes?: Partial<App>): App;
  /** In the environment of every process of the app. */
  readonly survivor: string;
}

export function buildTest(
  sentence: string,
  options: Partial<RunnerOptions>,
  test: (scene: Scene) => Promise<void>,
): void {
  Deno.test(sentence, async () => {
    await using folder = await temporaryFolder();
    const survivor = crypto.randomUUID();
    const repository = await makeRepository(`${folder.path}/source`);
    const runner = createRunner({
      sandbox: createLocalSandbox({ root: `${folder.path}/sandboxes` }),
      installTimeout: 20_000,
      startTimeout: 20_000,
      now: Date.now,
      onError: (error) => {
        throw error;
      },
      ...options,
    });
    const app = (changes: Partial<App> = {}) =>
      testApp(repository.path, { ...changes, env: { SURVIVOR: survivor, ...changes.env } });
    await test({ folder: folder.path, repository, runner, app, survivor });
    assertEquals(await processesWith(survivor), []);
  });
}

export function messageOf(outcome: BuildOutcome): string {
  assert(!outcome.ok, "the build was expected to fail");
  assert(new TextEncoder().encode(outcome.message).length <= 4_096);
  return outcome.message;
}

export function liveUrl(outcome: BuildOutcome): string {
  assert(outcome.ok, JSON.stringify(outcome));
  return outcome.url;
}

/** Needs no install step, and says which version it is. */
export const server = (text: string) => ({
  "deno.json": '{"tasks": {"dev": "deno run -A main.ts"}}',
  "main.ts": `Deno.serve({hostname: "127.0.0.1", port: Number(Deno.env.get("PORT"))}, () => new Response(${
    JSON.stringify(text)
  }));`,
});

export const MISSING = CommitId.parse("0123456789abcdef0123456789abcdef01234567");
