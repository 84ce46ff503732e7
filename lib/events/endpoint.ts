/** The shared event endpoint (A1): who may, from where, by which transport. */
import { logError, logInfo } from "../log.ts";
import { AppId, type UserId } from "../protocol/ids.ts";
import { closeCodeOf, type ProblemCode } from "../protocol/problem.ts";
import { clientAddress, type Peer } from "../http/address.ts";
import { corsHeaders, mayConnect } from "../http/cors.ts";
import { problemResponse, type Result } from "../http/problem.ts";
import type { Position } from "../protocol/cursor.ts";
import type { Hub, Joined } from "./hub.ts";
import type { Sink } from "./viewer.ts";
import { pollEvents } from "./json.ts";
import type { OpenStreams, Streamer } from "./limits.ts";
import { negotiate, resumeFrom } from "./negotiate.ts";
import { createSseSink, SSE_HEADERS } from "./sse.ts";
import { createSocketSink, refuseSocket, type Upgrade, upgradeOptions } from "./websocket.ts";

export interface EndpointPorts {
  readonly hub: Hub;
  /** Takes the ticket, or knows the API token; refuses whoever may not see the app (A2 to A4). */
  readonly admit: (req: Request, appId: AppId) => Promise<Result<Admitted>>;
  readonly allowedOrigins: readonly string[];
  /** Told of each WebSocket: whoever ends the process waits until its goodbye has been answered. */
  readonly onSocket?: (socket: WebSocket) => void;
  /** Counts streams, and says when there are too many. */
  readonly streams: OpenStreams;
  /** A proxy of ours stands in front and says who asks. */
  readonly trustProxy?: boolean;
}

/** Somebody who may open a stream. */
export interface Admitted {
  readonly user: UserId;
  /** Calls back once, when he may no longer, with what he would now be refused with (X7). */
  whenOver(callback: (code: "not_signed_in" | "unknown_app") => void): () => void;
}

/** @param peer the other end of the connection; absent: not counted by address */
export type EventEndpoint = (req: Request, id: string, upgrade: Upgrade, peer?: Peer) => Promise<Response>;

const TOO_MANY = {
  user: "You have too many streams open.",
  app: "Too many people follow this app.",
  address: "Too many streams are open from your address.",
} as const;

export function createEventEndpoint(ports: EndpointPorts): EventEndpoint {
  const { hub, streams, allowedOrigins, trustProxy = false } = ports;

  return async (req, id, upgrade, peer) => {
    const { headers } = req;
    const origin = headers.get("origin");
    const address = peer && clientAddress(headers, peer, trustProxy);
    const cors = corsHeaders(origin, allowedOrigins);
    const transport = negotiate(headers);
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
    const resume = resumeFrom(new URL(req.url), headers);
    if (resume === null) return refuse("invalid_cursor");
    const { cursor, waitMs } = resume;
    const { user, whenOver } = admitted.value;
    const follow = (sink: Sink) => createStream(appId.data, cursor, sink, whenOver);

    if (socket) {
      const upgraded = upgrade(upgradeOptions(req));
      ports.onSocket?.(upgraded.socket);
      const sink = createSocketSink(upgraded.socket, () => stream.end());
      const stream = follow(sink);
      upgraded.socket.onopen = () => {
        // Not counted before: a socket that never opens would never give its place back.
        const place = enter({ user, app: appId.data, address });
        if (place.ok) void stream.start(place.leave);
        else upgraded.socket.close(closeCodeOf("too_many_streams"), "too_many_streams");
      };
      return upgraded.response;
    }

    const place = enter({ user, app: appId.data, address });
    if (!place.ok) return refuse("too_many_streams", TOO_MANY[place.limit]);
    if (transport === "sse") {
      const { sink, body } = createSseSink(() => stream.end());
      const stream = follow(sink);
      await stream.start(place.leave);
      return new Response(body, { headers: { ...SSE_HEADERS, ...cors } });
    }
    const over = new AbortController();
    const unwatch = whenOver((code) => over.abort(code));
    try {
      const signal = AbortSignal.any([req.signal, over.signal]);
      const answer = await pollEvents(hub, appId.data, cursor, waitMs, signal);
      if (over.signal.aborted) return refuse(over.signal.reason);
      if (answer === null) return refuse("unknown_app");
      return Response.json(answer, { headers: { "cache-control": "no-store, no-transform", ...cors } });
    } finally {
      unwatch();
      place.leave();
    }
  };

  function enter(streamer: Streamer) {
    const place = streams.enter(streamer);
    // An operator whose proxy hides all addresses finds here why nobody gets in.
    if (!place.ok) logInfo("too-many-streams", { limit: place.limit, ...streamer });
    return place;
  }

  /** One stream from its start to its end: whoever fails to join, or leaves while joining, leaves nothing behind (S6). */
  function createStream(appId: AppId, cursor: Position | null, sink: Sink, whenOver: Admitted["whenOver"]) {
    let joined: Joined | null = null;
    let ended = false;
    const release: (() => void)[] = [];
    return {
      async start(leave: () => void) {
        release.push(leave);
        release.push(whenOver((code) => {
          sink.close({ type: code === "not_signed_in" ? "signed-out" : "gone" });
        }));
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
        for (const give of release.splice(0)) give();
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
