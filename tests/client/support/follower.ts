/** A client under test: real transports, a clock and a page that the test moves. */
import { connectEvents, type ConnectOptions } from "../../../lib/client/connect.ts";
import type { TransportName } from "../../../lib/client/connection_state.ts";
import type { ConnectionView } from "../../../lib/client/connection_view.ts";
import { realSeams, type Seams } from "../../../lib/client/seams.ts";
import type { Transport } from "../../../lib/client/transport.ts";
import type { WireEvent } from "../../../lib/protocol/events.ts";
import { Clock } from "./clock.ts";
import type { EventServer } from "./event_server.ts";
import { TestPage } from "./page.ts";
import { Waiter } from "./wait.ts";

export function follow(
  server: Pick<EventServer, "url">,
  { page = new TestPage(), remembered, ...options }: Partial<ConnectOptions> & {
    page?: TestPage;
    remembered?: TransportName;
  } = {},
) {
  const clock = new Clock();
  const changes = new Waiter();
  const events: WireEvent[] = [];
  const views: ConnectionView[] = [];
  const saved: TransportName[] = [];
  const seen = { opens: 0, activity: 0 };
  const watched = ({ open }: Transport): Transport => ({
    open: (request) =>
      open({
        ...request,
        on: {
          ...request.on,
          open() {
            request.on.open();
            seen.opens++;
            changes.poke();
          },
          activity() {
            request.on.activity();
            seen.activity++;
            changes.poke();
          },
        },
      }),
  });
  const { websocket, sse, json } = realSeams.transports;
  const seams: Partial<Seams> = {
    transports: { websocket: watched(websocket), sse: watched(sse), json: watched(json) },
    page,
    now: clock.now,
    timers: clock.timers,
    random: () => 0.5,
    memory: { load: () => remembered, save: (name) => void saved.push(name) },
    ...options.seams,
  };
  const connection = connectEvents({
    appId: "demo",
    baseUrl: server.url,
    ...options,
    seams,
    onEvent: (event) => {
      events.push(event);
      changes.poke();
    },
    onView: (view) => {
      views.push(view);
      changes.poke();
    },
  });
  const phase = (phase: ConnectionView["phase"]) =>
    changes.until(() => connection.view.phase === phase, `phase ${phase}`);
  /** Waits for the next retry to be planned, and lets its time come. */
  const retry = async () => {
    await changes.until(() => connection.view.retryAt !== null, "a planned retry");
    clock.advance(connection.view.retryAt! - clock.time);
  };
  return { connection, retry, seen, events, views, saved, clock, page, changes, phase };
}

/** The numbers of the log lines among the events. */
export const lineNumbers = (events: readonly WireEvent[]): number[] =>
  events.flatMap((event) => event.type === "log" ? [event.payload.line] : []);
