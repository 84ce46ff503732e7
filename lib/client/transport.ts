/** The port of everything that can carry events: it opens one stream and says what comes of it. */
import type { WireEvent } from "../protocol/events.ts";
import type { Closing } from "./closing.ts";

export interface TransportEvents {
  /** The server has accepted the stream, or at least the handshake. */
  open(): void;
  /** Bytes came, keepalives included. Called before the events in them. */
  activity(): void;
  event(event: WireEvent): void;
  /** A place to resume from that no event carried. */
  cursor(cursor: string): void;
  /** The stream has ended, once, and nothing is called after it. */
  closed(closing: Closing): void;
}

export interface OpenRequest {
  /** The event endpoint, absolute, http or https. */
  readonly url: string;
  readonly ticket: string;
  /** Resume after this; absent: the newest lines. */
  readonly cursor: string | undefined;
  readonly on: TransportEvents;
  /** A ticket for each further request of a transport that needs more than one. */
  freshTicket(signal: AbortSignal): Promise<TicketResult>;
  readonly fetch: typeof fetch;
}

export type TicketResult =
  | { readonly ok: true; readonly ticket: string; readonly url: string }
  /** Without `status`, the server could not be reached. */
  | { readonly ok: false; readonly status?: number; readonly code?: string; readonly retryAfterMs?: number };

export interface Transport {
  /** @returns how to end the stream: at once, and with no more calls of `on`, not even `closed` */
  open(request: OpenRequest): { close(): void };
}

/** The endpoint with the cursor where all three transports carry it, and what else the query needs. */
export function addressOf({ url, cursor }: OpenRequest, extra: Record<string, string> = {}): URL {
  const address = new URL(url);
  if (cursor !== undefined) address.searchParams.set("after", cursor);
  for (const [name, value] of Object.entries(extra)) address.searchParams.set(name, value);
  return address;
}
