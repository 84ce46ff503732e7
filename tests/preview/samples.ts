/** Small values that the tests of lib/preview share. */
import { App } from "../../lib/preview/app.ts";
import { EMPTY_RECORD, type PreviewRecord } from "../../lib/preview/record.ts";
import { type ClaimKind, type Input, type Step, step } from "../../lib/preview/machine.ts";
import { AppId, CommitId, DeployId } from "../../lib/protocol/ids.ts";

export const URL = "http://hello.localhost:8000";
export const APP_ID = AppId.parse("hello");
/** 1 → a commit id of ones */
export const commit = (n: number): CommitId => CommitId.parse(String(n).padStart(40, "0"));
export const deploy = (n: number): DeployId => DeployId.parse(`01${String(n).padStart(24, "0")}`);

export const APP: App = App.parse({
  id: APP_ID,
  name: "Hello",
  owner: "admin",
  repository: "/srv/hello.git",
  branch: "main",
  commands: {},
  env: {},
  webhookSecret: "s3cret",
  createdAt: 0,
});

export const pushed = (n: number, before: number | null = null): Input => ({
  type: "pushed",
  commit: commit(n),
  before: before === null ? null : commit(before),
  trigger: "push",
});
export const claimed = (kind: ClaimKind, token: string, n: number): Input => ({
  type: "build-claimed",
  kind,
  token,
  deployId: deploy(n),
});
export const succeeded = (token: string): Input => ({
  type: "build-succeeded",
  token,
  instanceId: `i-${token}`,
  workspace: token,
  url: "http://127.0.0.1:20000",
});

/** The last step of several inputs, one after the other. */
export function after(inputs: readonly Input[], record: PreviewRecord = EMPTY_RECORD): Step {
  let last: Step = { record, events: [], deploys: [], opens: [], closes: [] };
  inputs.forEach((input, i) => last = step(last.record, input, 1_000 + i, URL));
  return last;
}

/** A preview of commit 1 that runs under token "a". */
export const RUNNING: PreviewRecord = after([pushed(1), claimed("pending", "a", 1), succeeded("a")]).record;
