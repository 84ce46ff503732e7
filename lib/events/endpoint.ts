/** The shared event endpoint (A1): who may, from where, by which transport. */
import type { Admitted, RightHolder } from "../auth/entitlement.ts";
import { logInfo } from "../log.ts";
import { AppId } from "../protocol/ids.ts";
import { closeCodeOf, type ProblemCode } from "../protocol/problem.ts";
import { clientAddress, type Peer } from "../http/address.ts";
import { corsHeaders, mayConnect } from "../http/cors.ts";
import { problemResponse, type Result } from "../http/problem.ts";
import { queryOf } from "../http/url.ts";
import type { Hub } from "./hub.ts";
import { pollEvents } from "./json.ts";
import type { OpenStreams, Streamer } from "./limits.ts";
import { negotiate, resumeFrom } from "./negotiate.ts";
import { createSseSink, SSE_HEADERS } from "./sse.ts";
import { Stream } from "./stream.ts";
import {
  createSocketSink,
  type OpenSockets,
  refuseSocket,
  type Upgrade,
  upgradeOptions,
} from "./websocket.ts";

export interface EndpointPorts {
  readonly hub: Hub;
  /** Takes the ticket, or knows the API token; refuses whoever may not see the app (A2 to A4). */
  readonly admit: (req: Request, appId: AppId) => Promise<Result<Admitted>>;
  readonly allowedOrigins: readonly string[];
  readonly sockets?: OpenSockets;
  /** Counts streams, and says when there are too many. */
  readonly streams: OpenStreams;
  /** A proxy of ours stands in front and says who asks. */
  readonly trustProxy?: boolean;
}

/** @param peer the other end of the connection; absent: not counted by address */
export type EventEndpoint = (req: Request, id: string, upgrade: Upgrade, peer?: Peer) => Promise<Response>;

const TOO_MANY = {
  user: "You have too many streams open.",
  app: "Too many people follow this app.",
  address: "Too many streams are open from your address.",
} as const;

export function createEventEndpoint(ports: EndpointPorts): EventEndpoint {
  const { hub, streams, sockets, allowedOrigins, trustProxy = false } = ports;

  // What is made here for one request must not be kept by its stream: see `Stream`.
  return async (req, id, upgrade, peer) => {
    const { headers } = req;
    const origin = headers.get("origin");
    const address = peer && clientAddress(headers, peer, trustProxy);
    const cors = corsHeaders(origin, allowedOrigins);
    const transport = negotiate(headers);
    if (transport === "websocket" && !mayConnect(origin, allowedOrigins)) {
      return problemResponse("origin_not_allowed", undefined, cors);
    }
    const refuse = (code: ProblemCode, detail?: string) =>
      transport === "websocket" ? refuseSocket(headers, upgrade, code) : problemResponse(code, detail, cors);

    const appId = AppId.safeParse(id);
    if (!appId.success) return refuse("unknown_app");
    const admitted = await ports.admit(req, appId.data);
    if (!admitted.ok) return refuse(admitted.code, admitted.detail);
    const resume = resumeFrom(queryOf(req.url), headers);
    if (resume === null) return refuse("invalid_cursor");
    const { cursor, waitMs } = resume;
    const { user, hold } = admitted.value;
    const streamer = { user, app: appId.data, address };
    const wanted = { hub, appId: appId.data, cursor, hold };

    if (transport === "websocket") {
      const { socket, response } = upgrade(upgradeOptions(headers));
      const stream = new Stream();
      const sink = createSocketSink(socket, stream, sockets);
      socket.addEventListener("open", () => {
        // Not counted before: a socket that never opens would never give its place back.
        const place = enter(streamer);
        if (place.ok) void stream.start({ ...wanted, sink, place });
        else socket.close(closeCodeOf("too_many_streams"), "too_many_streams");
      }, { once: true });
      return response;
    }

    const place = enter(streamer);
    if (!place.ok) return refuse("too_many_streams", TOO_MANY[place.limit]);
    if (transport === "sse") {
      const stream = new Stream();
      const { sink, body } = createSseSink(stream);
      await stream.start({ ...wanted, sink, place });
      return new Response(body, { headers: { ...SSE_HEADERS, ...cors } });
    }
    const over = new AbortController();
    const holder: RightHolder = { rightEnded: (code) => over.abort(code) };
    const right = hold(holder);
    try {
      const signal = AbortSignal.any([req.signal, over.signal]);
      const answer = await pollEvents(hub, appId.data, cursor, waitMs, signal);
      if (over.signal.aborted) return refuse(over.signal.reason);
      if (answer === null) return refuse("unknown_app");
      return Response.json(answer, { headers: { "cache-control": "no-store, no-transform", ...cors } });
    } finally {
      right.leave(holder);
      place.leave();
    }
  };

  function enter(streamer: Streamer) {
    const place = streams.enter(streamer);
    // An operator whose proxy hides all addresses finds here why nobody gets in.
    if (!place.ok) logInfo("too-many-streams", { limit: place.limit, ...streamer });
    return place;
  }
}

/** HEAD: the headers that GET would have, and no stream that nobody would ever read. */
export function headOfEvents(req: Request, allowedOrigins: readonly string[]): Response {
  const type = negotiate(req.headers) === "sse" ? SSE_HEADERS : { "content-type": "application/json" };
  const cors = corsHeaders(req.headers.get("origin"), allowedOrigins);
  return new Response(null, { headers: { "cache-control": "no-store, no-transform", ...type, ...cors } });
}
