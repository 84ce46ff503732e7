/** One KV watch per watched app and isolate, shared by all who care: its record and the heads of its open logs. */
import { logError } from "../log.ts";
import type { AppId, DeployId } from "../protocol/ids.ts";
import { EMPTY_RECORD, LogHead, PreviewRecord } from "../preview/record.ts";
import { keys } from "./keys.ts";

/** What is true of an app just now, as far as this isolate has heard. */
export interface AppNow {
  /** Null where the app is gone. */
  readonly record: PreviewRecord | null;
  readonly heads: Readonly<Record<string, LogHead>>;
}

export interface AppWatcher {
  /** Calls back with the present state and after each change, until the returned function is called. */
  subscribe(appId: AppId, callback: (now: AppNow) => void): () => void;
  /** Looks this often from now on, in milliseconds. */
  pollEvery(ms: number): void;
  close(): void;
}

/** Milliseconds between two looks where watches hear of everything, and where other processes share the file. */
export const POLL_EVERY = 15_000;
export const POLL_EVERY_SHARED = 1_000;

/**
 * @param pollMs how often to look besides watching, in milliseconds: a watch does not reach across processes that
 * share one file, and may end silently
 */
export function createAppWatcher(kv: Deno.Kv, pollMs = POLL_EVERY): AppWatcher {
  let every = pollMs;
  const watches = new Map<AppId, Watch>();

  return {
    subscribe(appId, callback) {
      let watch = watches.get(appId);
      if (!watch) watches.set(appId, watch = startWatch(kv, appId, every));
      watch.subscribers.add(callback);
      if (watch.latest) callback(watch.latest);
      return () => {
        if (!watch.subscribers.delete(callback) || watch.subscribers.size > 0) return;
        watch.stop();
        if (watches.get(appId) === watch) watches.delete(appId);
      };
    },
    pollEvery(ms) {
      every = ms;
      for (const watch of watches.values()) watch.poll(ms);
    },
    close() {
      for (const watch of watches.values()) watch.stop();
      watches.clear();
    },
  };
}

interface Watch {
  readonly subscribers: Set<(now: AppNow) => void>;
  latest: AppNow | null;
  poll(everyMs: number): void;
  stop(): void;
}

function startWatch(kv: Deno.Kv, appId: AppId, pollMs: number): Watch {
  let reader: ReadableStreamDefaultReader<Deno.KvEntryMaybe<unknown>[]> | null = null;
  let stopped = false;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let polling: ReturnType<typeof setInterval> | undefined;
  const watch: Watch = {
    subscribers: new Set(),
    latest: null,
    poll(everyMs) {
      clearInterval(polling);
      polling = setInterval(() => void look(), everyMs);
    },
    stop() {
      stopped = true;
      clearInterval(polling);
      clearTimeout(retry);
      void reader?.cancel().catch(() => {});
    },
  };

  function tell(logs: DeployId[], [app, preview, ...heads]: Deno.KvEntryMaybe<unknown>[]): DeployId[] {
    const record = recordOf(app, preview);
    const known: Record<string, LogHead> = {};
    heads.forEach(({ value }, i) => {
      if (value !== null) known[logs[i]] = LogHead.parse(value);
    });
    watch.latest = { record, heads: known };
    for (const callback of [...watch.subscribers]) callback(watch.latest);
    return openLogs(record);
  }

  /** Watches until the set of open logs changes, then watches the new set. */
  async function run(): Promise<void> {
    let logs: DeployId[] = [];
    while (!stopped) {
      try {
        const watched = logs.join();
        reader = kv.watch<unknown[]>(keysOf(appId, logs)).getReader();
        for (;;) {
          const { done, value } = await reader.read();
          if (stopped) return;
          if (done) throw new Error("The watch ended by itself");
          logs = tell(logs, value);
          if (logs.join() !== watched) break;
        }
        await reader.cancel();
      } catch (error) {
        if (stopped) return;
        logError("watch-failed", error, { appId });
        await new Promise((resolve) => retry = setTimeout(resolve, 1_000));
      }
    }
  }

  /** Reads which logs are open, too: of one that another process opened the watch may never hear. */
  async function look(): Promise<void> {
    try {
      const [app, preview] = await kv.getMany<unknown[]>(keysOf(appId, []));
      const logs = openLogs(recordOf(app, preview));
      const heads = await kv.getMany<unknown[]>(logs.map((id) => keys.logHead(id)));
      if (!stopped) tell(logs, [app, preview, ...heads]);
    } catch {
      // The next look, or the watch, will tell.
    }
  }

  watch.poll(pollMs);
  void run();
  return watch;
}

function recordOf(
  app: Deno.KvEntryMaybe<unknown>,
  preview: Deno.KvEntryMaybe<unknown>,
): PreviewRecord | null {
  if (app.value === null) return null;
  return preview.value === null ? EMPTY_RECORD : PreviewRecord.parse(preview.value);
}

const keysOf = (
  appId: AppId,
  logs: DeployId[],
) => [keys.app(appId), keys.preview(appId), ...logs.map((id) => keys.logHead(id))];

/** At most two: the instance's and the build's. */
export function openLogs(record: PreviewRecord | null): DeployId[] {
  const open = new Set<DeployId>();
  if (record?.instance) open.add(record.instance.deployId);
  if (record?.build?.token) open.add(record.build.deployId);
  return [...open];
}
