/** Real repositories, real sandboxes and a sink that remembers, for tests of builds. */
import type { App } from "../../lib/preview/app.ts";
import type { BuildJob, BuildSink, LogLine } from "../../lib/preview/runner.ts";
import { AppId, CommitId, DeployId, OwnerId } from "../../lib/protocol/ids.ts";

export interface TestRepository {
  readonly path: string;
  /** Writes the files (null removes one), commits them, and says which commit that made. */
  commit(files: Record<string, string | null>): Promise<CommitId>;
  git(...args: string[]): Promise<string>;
}

/** @param path a folder that does not exist yet */
export async function makeRepository(path: string): Promise<TestRepository> {
  await Deno.mkdir(path);
  const repository = repositoryAt(path);
  await repository.git("init", "--quiet", "--initial-branch=main");
  return repository;
}

/** One that is there. */
export function repositoryAt(path: string): TestRepository {
  async function git(...args: string[]): Promise<string> {
    const { success, stdout, stderr } = await new Deno.Command("git", {
      args: [
        "-c",
        "user.name=Test",
        "-c",
        "user.email=test@example.com",
        "-c",
        "commit.gpgsign=false",
        ...args,
      ],
      cwd: path,
      env: { GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1" },
    }).output();
    if (!success) throw new Error(`git ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
    return new TextDecoder().decode(stdout).trim();
  }
  return {
    path,
    git,
    async commit(files) {
      for (const [name, text] of Object.entries(files)) {
        if (text === null) await Deno.remove(`${path}/${name}`);
        else await Deno.writeTextFile(`${path}/${name}`, text);
      }
      await git("add", "--all");
      await git("commit", "--quiet", "--allow-empty", "--message", "change");
      return CommitId.parse(await git("rev-parse", "HEAD"));
    },
  };
}

export function testApp(repository: string, changes: Partial<App> = {}): App {
  return {
    id: AppId.parse("shop"),
    name: "Shop",
    owner: OwnerId.parse("owner"),
    repository,
    branch: "main",
    commands: {},
    env: {},
    webhookSecret: "planted-webhook-secret",
    createdAt: 0,
    ...changes,
  };
}

export function testJob(app: App, commit: CommitId, changes: Partial<BuildJob> = {}): BuildJob {
  return {
    app,
    commit,
    deployId: DeployId.parse("01J00000000000000000000000"),
    token: crypto.randomUUID(),
    reuse: null,
    ...changes,
  };
}

export interface RecordingSink extends BuildSink {
  readonly lines: LogLine[];
  /** How often the app was said to be starting. */
  starts: number;
  /** The messages of one source, or of all. */
  messages(source?: LogLine["source"]): string[];
}

export function recordingSink(): RecordingSink {
  const lines: LogLine[] = [];
  return {
    lines,
    starts: 0,
    write(more) {
      lines.push(...more);
      return Promise.resolve();
    },
    starting() {
      this.starts++;
      return Promise.resolve();
    },
    messages: (source) =>
      lines.filter((line) => source === undefined || line.source === source).map(({ message }) => message),
  };
}
