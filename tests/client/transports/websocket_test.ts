import { assertEquals } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import { WS_PROTOCOL } from "../../../lib/protocol/ticket.ts";
import { websocket } from "../../../lib/client/transports/websocket.ts";

Deno.test("A11 a client on a slow line gives signs of life that wait behind nothing, as long as it is open", async () => {
  using time = new FakeTime();
  const opened = Promise.withResolvers<void>();
  const closed = Promise.withResolvers<void>();
  let heard = Promise.withResolvers<unknown>();
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (req) => {
    const { socket, response } = Deno.upgradeWebSocket(req, { protocol: WS_PROTOCOL, idleTimeout: 0 });
    socket.onmessage = ({ data }) => heard.resolve(data);
    socket.onclose = () => closed.resolve();
    return response;
  });
  const stream = websocket.open({
    url: `http://127.0.0.1:${server.addr.port}/`,
    ticket: "ticket",
    cursor: undefined,
    on: { open: opened.resolve, activity() {}, event() {}, cursor() {}, closed() {} },
    freshTicket: () => Promise.reject(new Error("not asked for")),
    fetch,
  });
  await opened.promise;
  for (let sign = 0; sign < 3; sign++) {
    time.tick(10_000);
    assertEquals(await heard.promise, "");
    heard = Promise.withResolvers();
  }
  stream.close();
  await closed.promise;
  // A socket that is closed could not send: it would throw.
  time.tick(60_000);
});
