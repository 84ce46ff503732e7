/** Events over a WebSocket: text frames that hold lists of events; the empty list is the keepalive. */
import { offerTicket } from "../../protocol/ticket.ts";
import { decodeJson, decodeList } from "../decode.ts";
import { addressOf, type OpenRequest, type Transport } from "../transport.ts";

/**
 * Milliseconds between two signs of life. The server's ping comes behind all that is on its way: on a slow line the answer
 * to it would be too late, though both are well.
 */
const SIGN_EVERY = 10_000;

export const websocket: Transport = { open };

function open(request: OpenRequest): { close(): void } {
  const { ticket, on } = request;
  const address = addressOf(request);
  address.protocol = address.protocol === "https:" ? "wss:" : "ws:";

  const socket = new WebSocket(address, offerTicket(ticket));
  // An app frame is text; with Blobs, odd binary ones would keep memory that nobody reads.
  socket.binaryType = "arraybuffer";
  let over = false;
  const sign = setInterval(() => socket.readyState === WebSocket.OPEN && socket.send(""), SIGN_EVERY);
  socket.onopen = () => over || on.open();
  socket.onmessage = ({ data }) => {
    if (over) return;
    on.activity();
    if (typeof data !== "string") return;
    const frame = decodeJson(data);
    if (frame === undefined) return;
    for (const event of decodeList(frame)) {
      if (over) return;
      on.event(event);
    }
  };
  // An error is always followed by the close that tells its code.
  socket.onerror = (event) => event.preventDefault();
  socket.onclose = ({ code, reason }) => {
    clearInterval(sign);
    if (over) return;
    over = true;
    on.closed({ code, reason });
  };
  return {
    close() {
      over = true;
      clearInterval(sign);
      socket.close(1000);
    },
  };
}
