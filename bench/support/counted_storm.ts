/**
 * Viewers who come back after a restart, each with a ticket and a cursor, within one process: what they cost in keys read and
 * commits. The composed services on a real store, that counts, and streams as the endpoint gives them; no sockets.
 */
import { Buffer } from "node:buffer";
import { git } from "../../examples/demo.ts";
import { FIRST_USER } from "../../lib/auth/accounts.ts";
import { readConfig } from "../../lib/config.ts";
import type { JsonAnswer } from "../../lib/protocol/events.ts";
import { type AppId, OwnerId } from "../../lib/protocol/ids.ts";
import { createLocalSandbox } from "../../lib/sandbox/local.ts";
import { createServices, type Services } from "../../lib/services.ts";
import { until } from "../../tests/support/until.ts";
import { countingKv, type Counts } from "../counting_kv.ts";

export interface CountedStorm {
  /** Chunks that each viewer was handed. */
  readonly chunks: number;
  /** Of all viewers together. */
  readonly counts: Counts;
}

const APP = "exec deno eval 'Deno.serve({ port: Number(Deno.env.get(`PORT`)) }, () => new Response())'";

/** @param lines that each of them lacks; 400 at most. @throws where not all get the same, or one of the lines is missing */
export async function countStorm(viewers: number, lines: number): Promise<CountedStorm> {
  const folder = await Deno.makeTempDir({ prefix: "wakelight-storm-" });
  const open = (kv: Deno.Kv) =>
    createServices(readConfig({ DATA_DIR: folder, TICKET_SECRET: "-".repeat(32), ...ROOM }), {
      kv,
      sandbox: createLocalSandbox({ root: `${folder}/sandboxes` }),
      host: "bench",
      pid: Deno.pid,
    });
  try {
    const before = await open(await Deno.openKv(`${folder}/kv.sqlite`));
    const { appId, token } = await story(before, folder, lines).finally(() => before.close());
    const counted = countingKv(await Deno.openKv(`${folder}/kv.sqlite`));
    const after = await open(counted.kv);
    try {
      return await storm(after, counted.take, { appId, token, viewers, lines });
    } finally {
      await after.close();
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const ROOM = { STREAMS_PER_USER: "1000000", STREAMS_PER_APP: "1000000" };

/** An app that printed lines, and a token of its owner. */
async function story(
  services: Services,
  folder: string,
  lines: number,
): Promise<{ appId: AppId; token: string }> {
  const repository = `${folder}/app`;
  await Deno.mkdir(repository);
  await git(repository, "init", "--quiet");
  await Deno.writeTextFile(`${repository}/deno.json`, "{}");
  await git(repository, "add", ".");
  await git(repository, "commit", "--quiet", "--message", "app");
  const commands = { install: "true", start: `seq -f 'line %.0f ${".".repeat(60)}' ${lines}; ${APP}` };
  const created = await services.apps.create(
    { name: "Storm", repository, commands },
    OwnerId.parse(FIRST_USER),
  );
  if (!created.ok) throw new Error(created.code);
  const { id: appId } = created.value;
  await services.apps.build(created.value);
  await until("the app runs", async () => (await services.apps.status(appId))?.status === "running");
  return { appId, token: (await services.tokens.create(FIRST_USER, "bench")).token };
}

interface Storm {
  readonly appId: AppId;
  readonly token: string;
  readonly viewers: number;
  readonly lines: number;
}

async function storm(services: Services, take: () => Counts, storm: Storm): Promise<CountedStorm> {
  const { appId, token, viewers, lines } = storm;
  const ask = async (query: string, bearer: string, accept: string) => {
    const headers = { accept, authorization: `Bearer ${bearer}` };
    const req = new Request(`http://localhost:8000/api/apps/${appId}/events${query}`, { headers });
    const answer = await services.events(req, appId, () => {
      throw new Error("Nobody asked for a WebSocket");
    });
    if (!answer.ok) throw new Error(`Refused: ${await answer.text()}`);
    return answer;
  };

  const { events }: JsonAnswer = await (await ask("", token, "application/json")).json();
  const told = events.filter(({ type, id }) => type === "log" && id !== undefined);
  const from = told.at(-lines - 1)!.id!;
  const to = told.at(-1)!.id!;

  const identity = await services.identify(
    new Request("http://localhost:8000", { headers: { authorization: `Bearer ${token}` } }),
  );
  const app = (await services.apps.find(FIRST_USER, appId))!;
  const tickets = await Promise.all(Array.from({ length: viewers }, async () => {
    const issued = await services.issueTicket(identity!, app);
    if (!issued.ok) throw new Error(issued.code);
    return issued.value.ticket;
  }));

  take();
  const query = `?after=${encodeURIComponent(from)}`;
  const all = await Promise.all(tickets.map(async (ticket) => {
    const answer = await ask(query, ticket, "text/event-stream");
    return await readTo(answer.body!, `id: ${to}\n`);
  }));
  const counts = take();

  const [first] = all;
  const ids = first.text.toString().match(/^id: .*$/gm) ?? [];
  if (ids.length < lines || new Set(ids).size !== ids.length) throw new Error(`Got ${ids.length} events`);
  for (const { text } of all) {
    if (text.compare(first.text) !== 0) throw new Error("Not all were told the same");
  }
  return { chunks: first.chunks, counts };
}

/** What a stream says up to this mark, and in how many chunks; then it is left. */
async function readTo(
  body: ReadableStream<Uint8Array>,
  mark: string,
): Promise<{ text: Buffer; chunks: number }> {
  const pieces: Uint8Array[] = [];
  const reader = body.getReader();
  let chunks = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) throw new Error("The stream ended");
    pieces.push(value);
    // Neither `retry` nor a sign of life.
    if (value[0] === CURSOR) chunks++;
    if (Buffer.from(value.buffer, value.byteOffset, value.length).includes(mark)) break;
  }
  await reader.cancel();
  return { text: Buffer.concat(pieces), chunks };
}

/** `i`, of `id`, which is what an event begins with. */
const CURSOR = 105;
