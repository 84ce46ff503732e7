/** One app as a page shows it: signals, fed by its events. */
import { type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { AppEvent, StatusPayload, StoppedPayload, WireEvent } from "../protocol/events.ts";
import { postWake } from "./actions.ts";
import { batch, nextFrame, type Schedule } from "./batch.ts";
import { connectEvents } from "./connect.ts";
import { initialState } from "./connection_state.ts";
import { type ConnectionView, viewOf } from "./connection_view.ts";
import { appendRows, type LogRow, MAX_ROWS } from "./log_rows.ts";
import type { Seams } from "./seams.ts";

type ErrorPayload = Extract<AppEvent, { type: "error" }>["payload"];

export interface PreviewStore {
  readonly connection: ReadonlySignal<ConnectionView>;
  /** null until it is known */
  readonly status: Signal<StatusPayload | null>;
  /** Set by `error` and by a failed Resume; cleared when the app builds or runs. */
  readonly error: Signal<ErrorPayload | null>;
  /** Why the container is no more; cleared when the app builds or runs. */
  readonly stopped: Signal<StoppedPayload | null>;
  /** Resume was clicked, and nothing has come of it yet (A24). */
  readonly resuming: ReadonlySignal<boolean>;
  readonly log: ReadonlySignal<readonly LogRow[]>;
  /** Connects again where the connection gave up. */
  retry(): void;
  /** Wakes the app: `resuming` at once, then the request, then what the events tell. */
  resume(): Promise<void>;
  close(): void;
}

export interface PreviewOptions {
  readonly appId: string;
  /** The page's own server by default. */
  readonly baseUrl?: string;
  /** What the server knew when it rendered the page. */
  readonly initial?: StatusPayload;
  readonly schedule?: Schedule;
  readonly seams?: Partial<Seams>;
}

/** Follows the app until `close`. */
export function connectPreview(options: PreviewOptions): PreviewStore {
  const { appId, initial = null, schedule = nextFrame } = options;
  const status = signal<StatusPayload | null>(initial);
  const error = signal<ErrorPayload | null>(null);
  const stopped = signal<StoppedPayload | null>(null);
  const resuming = signal(false);
  const log = signal<readonly LogRow[]>([]);
  const view = signal<ConnectionView>(viewOf(initialState()));

  const addToLog = batch<WireEvent>(
    (events) => {
      log.value = appendRows(log.peek(), events);
    },
    schedule,
    MAX_ROWS,
  );

  function onEvent(event: WireEvent): void {
    switch (event.type) {
      case "log":
      case "gap":
        return addToLog(event);
      case "status":
        status.value = event.payload;
        if (event.payload.state === "building" || event.payload.state === "running") {
          error.value = null;
          stopped.value = null;
        }
        // `sleeping` may still be on its way from before the click.
        if (event.payload.state !== "sleeping") resuming.value = false;
        return;
      case "error":
        error.value = event.payload;
        resuming.value = false;
        return;
      case "container-stopped":
        stopped.value = event.payload;
    }
  }

  const connection = connectEvents({
    appId,
    baseUrl: options.baseUrl,
    asleep: initial?.state === "sleeping",
    onEvent,
    onView: (next) => view.value = next,
    seams: options.seams,
  });

  async function resume(): Promise<void> {
    if (resuming.peek()) return;
    resuming.value = true;
    error.value = null;
    const result = await postWake(appId, { baseUrl: options.baseUrl, fetch: options.seams?.fetch });
    if (result.ok) return;
    resuming.value = false;
    error.value = { message: result.message };
  }

  return {
    connection: view,
    status,
    error,
    stopped,
    resuming,
    log,
    retry: connection.retry,
    resume,
    close: connection.close,
  };
}
