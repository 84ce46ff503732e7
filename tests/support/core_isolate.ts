/** The delivery core of one isolate on a real store: what it commits, its viewers see; no build ever runs. */
import type { Accelerator, Hub } from "../../lib/events/hub.ts";
import { createHub } from "../../lib/events/hub.ts";
import type { News } from "../../lib/events/feed.ts";
import type { History } from "../../lib/events/history.ts";
import { createAppStore } from "../../lib/kv/apps.ts";
import { createHistory } from "../../lib/kv/history.ts";
import { createLogStore } from "../../lib/kv/logs.ts";
import { createPreviewStore } from "../../lib/kv/previews.ts";
import { createAppWatcher } from "../../lib/kv/watch.ts";
import { type Input, step, unchanged } from "../../lib/preview/machine.ts";
import type { Step } from "../../lib/preview/machine.ts";
import type { LogStore, PreviewStore, Saved } from "../../lib/preview/store.ts";
import type { AppId } from "../../lib/protocol/ids.ts";
import { APP, APP_ID, URL } from "../preview/samples.ts";

export interface CoreOptions {
  /** What becomes of the isolate's own news; by default its hub hears them. */
  readonly tell?: (hub: Hub, appId: AppId, news: News) => void;
  readonly accelerator?: Accelerator;
  readonly keepAliveEvery?: number;
  readonly maxAge?: number;
  /** Milliseconds between two commits of a log. */
  readonly interval?: number;
  /** Bytes of a log that are kept. */
  readonly keep?: number;
  readonly history?: (history: History) => History;
  readonly join?: (appId: AppId) => Promise<() => void>;
}

export interface CoreIsolate {
  readonly kv: Deno.Kv;
  readonly hub: Hub;
  readonly previews: PreviewStore;
  readonly logs: LogStore;
  readonly history: History;
  /** Viewers that were joined and not released. */
  readonly present: number;
  /** Commits all inputs in one step and tells the hub. */
  commit(...inputs: Input[]): Promise<Saved>;
  close(): void;
}

export const logUrl = (deployId: string) => `http://localhost:8000/api/deploys/${deployId}/logs`;

/** An app named `hello` on that store. */
export async function makeApp(kv: Deno.Kv, id: AppId = APP_ID): Promise<void> {
  await createAppStore(kv).create({ ...APP, id });
}

export function openIsolate(kv: Deno.Kv, options: CoreOptions = {}): CoreIsolate {
  const watcher = createAppWatcher(kv, { writesWith: (token) => logs.writesWith(token) });
  const history = createHistory(kv, watcher);
  let present = 0;
  const tell = options.tell ?? ((hub, appId, news) => hub.announce(appId, news));
  const hub: Hub = createHub({
    history: options.history?.(history) ?? history,
    accelerator: options.accelerator ?? null,
    previewUrl: () => URL,
    logUrl,
    join: options.join ?? (() => {
      present++;
      return Promise.resolve(() => void present--);
    }),
    keepAliveEvery: options.keepAliveEvery,
    maxAge: options.maxAge,
  });
  const previews = createPreviewStore(kv);
  const logs = createLogStore(kv, {
    interval: options.interval ?? 1,
    keep: options.keep,
    announce: (appId, deployId, from, lines) => tell(hub, appId, { type: "lines", deployId, from, lines }),
  });
  return {
    kv,
    hub,
    previews,
    logs,
    history,
    get present() {
      return present;
    },
    async commit(...inputs) {
      const decide = ({ record }: { record: Step["record"] }) => together(record, inputs);
      const saved = await previews.change(APP_ID, decide, { isolateId: "core", now: Date.now });
      if (saved === null || saved === "handled") throw new Error("Cannot commit: the app is gone");
      if (saved.entries.length > 0) tell(hub, APP_ID, { type: "events", events: saved.entries });
      return saved;
    },
    close() {
      hub.close();
      watcher.close();
    },
  };
}

/** Several inputs as one step, so that nobody can come in between. */
function together(record: Step["record"], inputs: readonly Input[]): Step {
  return inputs.reduce<Step>((before, input) => {
    const next = step(before.record, input, Date.now(), URL);
    return {
      record: next.record,
      events: [...before.events, ...next.events],
      deploys: [...before.deploys, ...next.deploys],
      opens: [...before.opens, ...next.opens],
      closes: [...before.closes, ...next.closes],
    };
  }, unchanged(record));
}
