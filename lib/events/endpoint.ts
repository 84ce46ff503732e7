/** The shared event endpoint (A1): who may, from where, by which transport. */
import { logError } from "../log.ts";
import { AppId, type UserId } from "../protocol/ids.ts";
import type { ProblemCode } from "../protocol/problem.ts";
import { corsHeaders, mayConnect } from "../http/cors.ts";
import { problemResponse, type Result } from "../http/problem.ts";
import type { Position } from "../protocol/cursor.ts";
import type { Hub, Joined } from "./hub.ts";
import type { Sink } from "./viewer.ts";
import { pollEvents } from "./json.ts";
import { negotiate, resumeFrom } from "./negotiate.ts";
import { createSseSink, SSE_HEADERS } from "./sse.ts";
import { createSocketSink, refuseSocket, type Upgrade, upgradeOptions } from "./websocket.ts";

export interface EndpointPorts {
  readonly hub: Hub;
  /** Takes the ticket, or knows the API token; refuses whoever may not see the app (A2 to A4). */
  readonly admit: (
    req: Request,
    appId: AppId,
  ) => Promise<Result<{ user: UserId; stillEntitled(): Promise<boolean> }>>;
  readonly allowedOrigins: readonly string[];
  /** Milliseconds between two looks whether an open stream's right still stands (X7). */
  readonly recheckEvery?: number;
}

export type EventEndpoint = (req: Request, id: string, upgrade: Upgrade) => Promise<Response>;

export function createEventEndpoint(ports: EndpointPorts): EventEndpoint {
  const { hub, allowedOrigins, recheckEvery = 30_000 } = ports;

  return async (req, id, upgrade) => {
    const origin = req.headers.get("origin");
    const cors = corsHeaders(origin, allowedOrigins);
    const transport = negotiate(req.headers);
    const socket = transport === "websocket";
    if (socket && !mayConnect(origin, allowedOrigins)) {
      return problemResponse("origin_not_allowed", undefined, cors);
    }
    const refuse = (code: ProblemCode, detail?: string) =>
      socket ? refuseSocket(req, upgrade, code) : problemResponse(code, detail, cors);

    const appId = AppId.safeParse(id);
    if (!appId.success) return refuse("unknown_app");
    const admitted = await ports.admit(req, appId.data);
    if (!admitted.ok) return refuse(admitted.code, admitted.detail);
    const resume = resumeFrom(new URL(req.url), req.headers);
    if (resume === null) return refuse("invalid_cursor");
    const { cursor, waitMs } = resume;

    if (transport === "json") {
      const answer = await pollEvents(hub, appId.data, cursor, waitMs, req.signal);
      if (answer === null) return refuse("unknown_app");
      return Response.json(answer, { headers: { "cache-control": "no-store, no-transform", ...cors } });
    }

    const open = (sink: Sink) => follow(appId.data, cursor, sink, admitted.value.stillEntitled);
    if (socket) {
      const upgraded = upgrade(upgradeOptions(req));
      const stream = open(createSocketSink(upgraded.socket, () => stream.end()));
      upgraded.socket.onopen = () => void stream.start();
      return upgraded.response;
    }
    const { sink, body } = createSseSink(() => stream.end());
    const stream = open(sink);
    await stream.start();
    return new Response(body, { headers: { ...SSE_HEADERS, ...cors } });
  };

  /** One stream from its start to its end: whoever fails to join, or leaves while joining, leaves nothing behind (S6). */
  function follow(appId: AppId, cursor: Position | null, sink: Sink, stillEntitled: () => Promise<boolean>) {
    let joined: Joined | null = null;
    let ended = false;
    const recheck = setInterval(async () => {
      // A store that is away says nothing about rights.
      if (!await stillEntitled().catch(() => true)) sink.close({ type: "gone" });
    }, recheckEvery);
    return {
      async start() {
        try {
          joined = await hub.join(appId, cursor, sink);
          if (joined === null) sink.close({ type: "gone" });
          else if (ended) joined.leave();
        } catch (error) {
          logError("join-failed", error, { appId });
          sink.close({ type: "failed" });
        }
      },
      end() {
        ended = true;
        clearInterval(recheck);
        joined?.leave();
      },
    };
  }
}

/** HEAD: the headers that GET would have, and no stream that nobody would ever read. */
export function headOfEvents(req: Request, allowedOrigins: readonly string[]): Response {
  const type = negotiate(req.headers) === "sse" ? SSE_HEADERS : { "content-type": "application/json" };
  const cors = corsHeaders(req.headers.get("origin"), allowedOrigins);
  return new Response(null, { headers: { "cache-control": "no-store, no-transform", ...type, ...cors } });
}
