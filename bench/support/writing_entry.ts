/**
 * The built server, and beside it a writer of lines: thousands of sandbox processes do not fit on this machine, so here lines
 * are handed to the log as the runner hands on what a process prints. From there on everything goes its usual way.
 *
 * | request | does |
 * |---|---|
 * | `POST /bench-apps?count=N` | makes N apps that run, and says their ids |
 * | `POST /bench-lines?apps=N&seconds=S` | each of the first N apps prints a line a second, in turn; answers when all are stored |
 */
import { FIRST_USER } from "../../lib/auth/accounts.ts";
import { keys } from "../../lib/kv/keys.ts";
import { App } from "../../lib/preview/app.ts";
import { nextDeployId } from "../../lib/preview/deploy_id.ts";
import { type Input, step } from "../../lib/preview/machine.ts";
import { EMPTY_RECORD, type Lease, type LogHead } from "../../lib/preview/record.ts";
import type { LogWriter } from "../../lib/preview/store.ts";
import { AppId, CommitId } from "../../lib/protocol/ids.ts";

const { default: built } = await import(Deno.env.get("BUILT")!);
// The built server has brought it in already: this is the isolate's own.
const { services } = await import("../../main.ts");

const kv = await Deno.openKv(services.config.kvPath);

const HOUR = 3_600_000;
const COMMIT = CommitId.parse("0".repeat(40));
/** Apps of one commit. */
const AT_ONCE = 100;
/** Milliseconds between two looks at whose turn it is. */
const TURN = 5;
const LINE = 80;

const writers: { readonly writer: LogWriter; lines: number }[] = [];

/** One that runs, as far as the store knows, for an hour. */
function addApp(atomic: Deno.AtomicOperation, number: number): string {
  const id = AppId.parse(`app-${number}`);
  const token = `token-${number}`;
  const deployId = nextDeployId(null, Date.now());
  const app = {
    id,
    name: `App ${number}`,
    owner: FIRST_USER,
    repository: "/nowhere",
    branch: "main",
    commands: {},
    env: {},
    webhookSecret: "none",
    createdAt: Date.now(),
  };
  const story: Input[] = [
    { type: "pushed", commit: COMMIT, before: null, trigger: "push" },
    { type: "build-claimed", kind: "pending", token, deployId },
    { type: "build-succeeded", token, instanceId: token, url: "http://127.0.0.1:1", workspace: token },
  ];
  const record = story.reduce(
    (record, input) => step(record, input, Date.now(), `http://${id}.localhost`).record,
    EMPTY_RECORD,
  );
  const lease: Lease = { token, isolateId: "bench", until: Date.now() + HOUR };
  const head: LogHead = { appId: id, lines: 0, first: 0, closed: false, token };
  atomic.set(keys.app(id), App.parse(app)).set(keys.preview(id), record)
    .set(keys.lease(id, "instance"), lease).set(keys.logHead(deployId), head);
  writers[number] = {
    writer: services.logs.writer(id, deployId, token, () => console.error(`${id} is lost`)),
    lines: 0,
  };
  return id;
}

async function makeApps(count: number): Promise<Response> {
  const ids: string[] = [];
  while (ids.length < count) {
    const atomic = kv.atomic();
    for (let i = 0; i < AT_ONCE && ids.length < count; i++) ids.push(addApp(atomic, writers.length));
    await atomic.commit();
  }
  return Response.json({ ids });
}

/** As the printer of `printer.ts` writes them. */
function writeLine(app: { readonly writer: LogWriter; lines: number }): void {
  const time = Math.round((performance.timeOrigin + performance.now()) * 1000);
  const message = `n ${++app.lines} ${time} `.padEnd(LINE - 1, ".");
  void app.writer.write([{ source: "dev-server", stream: "stdout", message, timestamp: Date.now() }]);
}

async function writeLines(count: number, seconds: number): Promise<Response> {
  const printing = writers.slice(0, count);
  const begun = performance.now();
  for (let written = 0; written < count * seconds;) {
    const due = Math.min(count * seconds, Math.floor((performance.now() - begun) / 1000 * count));
    while (written < due) writeLine(printing[written++ % count]);
    await new Promise((resolve) => setTimeout(resolve, TURN));
  }
  await Promise.all(printing.map(({ writer }) => writer.flush()));
  return Response.json({ seconds: (performance.now() - begun) / 1000 });
}

export default {
  fetch(req: Request, info: Deno.ServeHandlerInfo): Response | Promise<Response> {
    if (!req.url.includes("/bench-")) return built.fetch(req, info);
    const { pathname, searchParams } = new URL(req.url);
    const number = (name: string) => Number(searchParams.get(name));
    if (pathname === "/bench-apps") return makeApps(number("count"));
    return writeLines(number("apps"), number("seconds"));
  },
};
