/**
 * A small event server on loopback that speaks the three transports of A1: a list of events, whose cursor is how many
 * of them are behind, and single-use tickets. It misbehaves where a test tells it to.
 */
import type { AppEvent } from "../../../lib/protocol/events.ts";
import { problem, type ProblemCode } from "../../../lib/protocol/problem.ts";
import { offeredTicket, WS_PROTOCOL } from "../../../lib/protocol/ticket.ts";
import type { TransportName } from "../../../lib/client/connection_state.ts";
import { Waiter } from "./wait.ts";

/**
 * `refuse`: the handshake fails as behind a proxy that knows no such thing. `silent`: accepted, and nothing comes.
 * `close`: accepted and closed at once. `brief`: closed after the first frame.
 */
export type Behaviour = "serve" | "refuse" | "silent" | "close" | "brief" | ProblemCode;

interface Stream {
  readonly transport: TransportName;
  sent: number;
  flush(): void;
  /** About the stream, not the app: kept nowhere, replayed to nobody. */
  say(event: AppEvent): void;
  end(code: number, reason: string): void;
}

export class EventServer {
  readonly changes = new Waiter();
  /** What happened, in order: `ticket`, or a transport with its cursor. */
  readonly calls: string[] = [];
  readonly streams = new Set<Stream>();
  readonly headers: Headers[] = [];
  behaviour: Partial<Record<TransportName | "ticket", Behaviour>> = {};
  retryAfter: number | undefined;
  #events: (AppEvent & { id?: string })[] = [];
  #tickets = new Set<string>();
  #server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => this.#answer(request));

  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  /** As many as were asked for by this transport, tickets included. */
  count(kind: TransportName | "ticket"): number {
    return this.calls.filter((call) => call.split(" ")[0] === kind).length;
  }

  push(...events: AppEvent[]): void {
    for (const event of events) this.#events.push({ ...event, id: String(this.#events.length + 1) });
    for (const stream of this.streams) stream.flush();
  }

  say(event: AppEvent): void {
    for (const stream of this.streams) stream.say(event);
  }

  /** Ends all open streams, as a network or a restart does. */
  cut(code = 3000, reason = ""): void {
    for (const stream of this.streams) stream.end(code, reason);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    await this.#server.shutdown();
  }

  #answer(request: Request): Response | Promise<Response> {
    const url = new URL(request.url);
    this.headers.push(request.headers);
    if (request.method === "POST" && url.pathname === "/api/apps/demo/ticket") {
      this.#note("ticket");
      const refused = this.#refusal(this.behaviour.ticket);
      if (refused) return refused;
      const ticket = crypto.randomUUID();
      this.#tickets.add(ticket);
      return Response.json({ ticket, expiresAt: new Date().toISOString(), url: "/api/apps/demo/events" });
    }
    if (url.pathname !== "/api/apps/demo/events") return this.#refusal("not_found")!;
    const after = url.searchParams.get("after");
    const kind: TransportName = request.headers.get("Upgrade") === "websocket"
      ? "websocket"
      : request.headers.get("Accept") === "text/event-stream"
      ? "sse"
      : "json";
    this.#note(`${kind} ${after ?? "-"}`);
    const from = Number(after ?? 0);
    if (kind === "websocket") return this.#websocket(request, from);
    const refused = this.#refusal(this.behaviour[kind]) ??
      this.#spend(request.headers.get("Authorization")?.slice(7));
    if (refused) return refused;
    return kind === "sse" ? this.#sse(from) : this.#json(from, Number(url.searchParams.get("wait")));
  }

  #note(call: string): void {
    this.calls.push(call);
    this.changes.poke();
  }

  #refusal(behaviour: Behaviour | undefined): Response | null {
    if (behaviour === undefined || ["serve", "silent", "close", "brief"].includes(behaviour)) return null;
    if (behaviour === "refuse") return new Response("no such thing here", { status: 502 });
    const body = problem(behaviour as ProblemCode);
    const headers: Record<string, string> = { "Content-Type": "application/problem+json" };
    if (this.retryAfter !== undefined) headers["Retry-After"] = String(this.retryAfter);
    return new Response(JSON.stringify(body), { status: body.status, headers });
  }

  #spend(ticket: string | null | undefined): Response | null {
    return ticket && this.#tickets.delete(ticket) ? null : this.#refusal("invalid_ticket");
  }

  #websocket(request: Request, from: number): Response {
    const behaviour = this.behaviour.websocket ?? "serve";
    if (behaviour === "refuse") return this.#refusal("refuse")!;
    const ticket = offeredTicket(request.headers.get("Sec-WebSocket-Protocol"));
    const bad = this.#spend(ticket);
    const { socket, response } = Deno.upgradeWebSocket(request, { protocol: WS_PROTOCOL });
    const events = () => this.#events;
    const stream: Stream = {
      transport: "websocket",
      sent: from,
      flush() {
        if (behaviour === "silent" || socket.readyState !== WebSocket.OPEN) return;
        socket.send(JSON.stringify(events().slice(this.sent)));
        this.sent = events().length;
      },
      say: (event) => socket.send(JSON.stringify([event])),
      end: (code, reason) => socket.close(code, reason),
    };
    socket.onopen = () => {
      if (bad) return socket.close(4401, "invalid_ticket");
      if (behaviour === "close") return socket.close(1000);
      if (!["serve", "silent", "brief"].includes(behaviour)) {
        return socket.close(4000 + problem(behaviour as ProblemCode).status, behaviour);
      }
      this.streams.add(stream);
      stream.flush();
      this.changes.poke();
      if (behaviour === "brief") socket.close(1000);
    };
    socket.onclose = () => this.#drop(stream);
    return response;
  }

  #sse(from: number): Response {
    const encoder = new TextEncoder();
    const behaviour = this.behaviour.sse ?? "serve";
    const events = () => this.#events;
    let stream: Stream;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        if (behaviour === "close") return controller.close();
        stream = {
          transport: "sse",
          sent: from,
          flush() {
            if (behaviour === "silent") return;
            const text = events().slice(this.sent).map(({ id, ...event }) =>
              `id: ${id}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`
            );
            controller.enqueue(encoder.encode(text.join("") || ": keep-alive\n\n"));
            this.sent = events().length;
          },
          say: (event) =>
            controller.enqueue(encoder.encode(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)),
          end: () => {
            this.#drop(stream);
            controller.close();
          },
        };
        this.streams.add(stream);
        if (behaviour === "serve") controller.enqueue(encoder.encode("retry: 1000\n\n"));
        stream.flush();
        this.changes.poke();
      },
      cancel: () => this.#drop(stream),
    });
    return new Response(body, { headers: { "Content-Type": "text/event-stream" } });
  }

  #json(from: number, wait: number): Response | Promise<Response> {
    const answer = () =>
      Response.json({ events: this.#events.slice(from), next: String(Math.max(from, this.#events.length)) });
    if (wait === 0 || this.#events.length > from) return answer();
    // Held until there is something to say, as the real one does.
    return new Promise((resolve) => {
      const stream: Stream = {
        transport: "json",
        sent: from,
        flush: () => {
          this.#drop(stream);
          resolve(answer());
        },
        say: (event) => {
          this.#drop(stream);
          resolve(Response.json({ events: [event], next: String(from) }));
        },
        end: () => {
          this.#drop(stream);
          resolve(new Response(null, { status: 502 }));
        },
      };
      this.streams.add(stream);
      this.changes.poke();
    });
  }

  #drop(stream: Stream): void {
    this.streams.delete(stream);
    this.changes.poke();
  }
}
