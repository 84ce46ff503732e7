/** An app in a Wakelight under test, with a Git repository of its own and pushes that arrive as GitHub sends them. */
import { hmacSha256Hex } from "../../lib/auth/secrets.ts";
import type { DeployView } from "../../lib/protocol/api.ts";
import type { JsonAnswer, StatusAnswer } from "../../lib/protocol/events.ts";
import type { TicketAnswer } from "../../lib/protocol/ticket.ts";
import { makeRepository } from "../build/support.ts";
import type { Server } from "./server.ts";
import type { Requests } from "./session.ts";

export interface PreviewApp {
  readonly id: string;
  /** Its page in the dashboard. */
  readonly path: string;
  readonly previewUrl: string;
  readonly repository: string;
  readonly secret: string;
  /** Commits the files, then delivers GitHub's signed webhook. @returns the commit's id */
  push(files: Record<string, string>): Promise<string>;
  status(): Promise<StatusAnswer>;
  /** Newest first. */
  deploys(): Promise<DeployView[]>;
  /** What the store has of the open logs: the newest 500 lines, in order, without their colours. */
  log(): Promise<string[]>;
}

export interface NewApp {
  readonly name: string;
  readonly files: Record<string, string>;
  readonly commands?: { install?: string; start?: string };
}

export async function createApp(server: Server, session: Requests, app: NewApp): Promise<PreviewApp> {
  const repository = await makeRepository(`${server.dataDir}/${crypto.randomUUID()}`);
  let head: string = await repository.commit(app.files);
  const answer = await session.send("POST", "/api/apps", {
    name: app.name,
    repository: repository.path,
    ...(app.commands ? { commands: app.commands } : {}),
  });
  const made = await answer.json();
  if (!answer.ok) throw new Error(`Cannot create ${app.name}: ${JSON.stringify(made)}`);
  const { id, previewUrl, webhook } = made as { id: string; previewUrl: string; webhook: { secret: string } };

  return {
    id,
    path: `/apps/${id}`,
    previewUrl,
    repository: repository.path,
    secret: webhook.secret,
    async push(files) {
      const before = head;
      head = await repository.commit(files);
      const response = await deliver(`${server.url}/webhooks/github/${id}`, webhook.secret, {
        before,
        after: head,
      });
      const said = await response.text();
      if (response.status !== 202) throw new Error(`The webhook answered ${response.status} ${said}`);
      return head;
    },
    status: () => session.get(`/api/apps/${id}/status`),
    deploys: async () => (await session.get<{ deploys: DeployView[] }>(`/api/apps/${id}/deploys`)).deploys,
    async log() {
      const ticket = await (await session.send("POST", `/api/apps/${id}/ticket`)).json() as TicketAnswer;
      const answer = await fetch(ticket.url, {
        headers: { accept: "application/json", authorization: `Bearer ${ticket.ticket}` },
      });
      const { events } = await answer.json() as JsonAnswer;
      return events.flatMap((event) => event.type === "log" ? [plain(event.payload.message)] : []);
    },
  };
}

// deno-lint-ignore no-control-regex
const plain = (line: string) => line.replaceAll(/\x1b\[[\d;]*m/g, "");

/** GitHub's push event, signed with the app's secret. */
export async function deliver(
  url: string,
  secret: string,
  push: { before: string; after: string },
  deliveryId: string = crypto.randomUUID(),
): Promise<Response> {
  const body = JSON.stringify({
    ref: "refs/heads/main",
    ...push,
    repository: { full_name: "somebody/sample" },
    head_commit: { id: push.after, message: "change", author: { name: "Somebody" } },
  });
  const signature = await hmacSha256Hex(secret, new TextEncoder().encode(body));
  return await fetch(url, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "x-github-event": "push",
      "x-github-delivery": deliveryId,
      "x-hub-signature-256": `sha256=${signature}`,
    },
    body,
  });
}
