/** Events by long poll, for networks that let nothing else through. Each poll spends a ticket of its own. */
import { JsonAnswer } from "../../protocol/events.ts";
import type { Closing } from "../closing.ts";
import { decodeList } from "../decode.ts";
import { closingOf } from "../refusal.ts";
import { addressOf, type OpenRequest, type Transport } from "../transport.ts";

/** The server holds an answer for so long while there is nothing to say; under the 25 s of a keepalive. */
const WAIT_S = 20;
/**
 * An answer that comes sooner is followed by a pause: a proxy that always answers at once, with nothing, must not make
 * the client spin (S7), and a busy log shall come in handfuls, not in a request and a ticket for each line.
 */
const BETWEEN_EMPTY_MS = 1_000;
const BETWEEN_MS = 250;

const Envelope = JsonAnswer.pick({ next: true });

export const json: Transport = { open };

function open(request: OpenRequest): { close(): void } {
  const aborter = new AbortController();
  const { signal } = aborter;
  run(request, signal).then(
    (closing) => signal.aborted || request.on.closed(closing),
    (error) => signal.aborted || request.on.closed({ code: 1006, reason: String(error?.message ?? error) }),
  );
  return { close: () => aborter.abort() };
}

async function run(request: OpenRequest, signal: AbortSignal): Promise<Closing> {
  const { on, fetch } = request;
  let { ticket, cursor } = request;
  for (let polls = 0;; polls++) {
    if (polls > 0) {
      const fresh = await request.freshTicket(signal);
      if (!fresh.ok) return closingOfTicket(fresh);
      ticket = fresh.ticket;
    }
    // The first answer comes at once, so that this transport, too, shows soon whether it works.
    const address = addressOf({ ...request, cursor }, { wait: String(polls === 0 ? 0 : WAIT_S) });
    const headers = { Accept: "application/json", Authorization: `Bearer ${ticket}` };
    const asked = Date.now();
    const response = await fetch(address, { headers, cache: "no-store", signal });
    if (!response.ok) return await closingOf(response);
    const body: unknown = await response.json();
    const envelope = Envelope.safeParse(body);
    if (!envelope.success) return { code: 1006, reason: "no event answer" };
    if (signal.aborted) return { code: 1000, reason: "" };

    if (polls === 0) on.open();
    on.activity();
    const events = decodeList((body as { events?: unknown }).events);
    for (const event of events) {
      on.event(event);
      // An event may be what made the client close.
      if (signal.aborted) return { code: 1000, reason: "" };
    }
    cursor = envelope.data.next;
    on.cursor(cursor);
    const rest = (events.length === 0 ? BETWEEN_EMPTY_MS : BETWEEN_MS) - (Date.now() - asked);
    // After the first one, which was not to wait, the second may.
    if (polls > 0 && rest > 0) await pause(rest, signal);
  }
}

function closingOfTicket(failed: { status?: number; code?: string; retryAfterMs?: number }): Closing {
  const { status, code = "", retryAfterMs } = failed;
  if (status === undefined) return { code: 1006, reason: code };
  // A 401 here makes the machine ask for one ticket more, and that one's 401 says that the person is signed out.
  return { code: 4000 + status, reason: code, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done, { once: true });
    function done() {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
  });
}
