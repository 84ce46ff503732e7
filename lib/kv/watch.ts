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

/** @param onlyLogs nothing but the length of logs has changed since the last call */
type Subscriber = (now: AppNow, onlyLogs: boolean) => void;

export interface AppWatcher {
  /** Calls back with the present state and after each change, until the returned function is called. */
  subscribe(appId: AppId, callback: Subscriber): () => void;
  /** As `subscribe`, but for those who care for no log: not called where only a log has grown. */
  attend(appId: AppId, callback: () => void): () => void;
  /** Looks this often from now on, in milliseconds. */
  pollEvery(ms: number): void;
  close(): void;
}

/** Milliseconds between two looks where watches hear of everything, and where other processes share the file. */
export const POLL_EVERY = 15_000;
export const POLL_EVERY_SHARED = 1_000;

export interface WatchOptions {
  /**
   * How often to look besides watching, in milliseconds: a watch does not reach across processes that share one file, and
   * may end silently.
   */
  readonly pollMs?: number;
  /**
   * True for the token of a log that is written here: what is appended to it is announced here anyway, and the store is
   * spared a read for each append.
   */
  readonly writesWith?: (token: string) => boolean;
}

export function createAppWatcher(
  kv: Deno.Kv,
  { pollMs = POLL_EVERY, writesWith = () => false }: WatchOptions = {},
): AppWatcher {
  let every = pollMs;
  const watches = new Map<AppId, Watch>();

  const watcher: AppWatcher = {
    subscribe(appId, callback) {
      let watch = watches.get(appId);
      if (!watch) watches.set(appId, watch = startWatch(kv, appId, every, writesWith));
      watch.subscribers.add(callback);
      if (watch.latest) callback(watch.latest, false);
      return () => {
        if (!watch.subscribers.delete(callback) || watch.subscribers.size > 0) return;
        watch.stop();
        if (watches.get(appId) === watch) watches.delete(appId);
      };
    },
    attend: (appId, callback) => watcher.subscribe(appId, (_, onlyLogs) => onlyLogs || callback()),
    pollEvery(ms) {
      every = ms;
      for (const watch of watches.values()) watch.poll(ms);
    },
    close() {
      for (const watch of watches.values()) watch.stop();
      watches.clear();
    },
  };
  return watcher;
}

interface Watch {
  readonly subscribers: Set<Subscriber>;
  latest: AppNow | null;
  poll(everyMs: number): void;
  stop(): void;
}

function startWatch(
  kv: Deno.Kv,
  appId: AppId,
  pollMs: number,
  writesWith: (token: string) => boolean,
): Watch {
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

  /** What the record was read from. */
  let known = "";
  let record: PreviewRecord | null = null;

  /** @param looked by itself, without having heard of a change: leases lapse, and that is no change of the record */
  function tell(
    logs: DeployId[],
    [app, preview, ...heads]: Deno.KvEntryMaybe<unknown>[],
    looked = false,
  ): DeployId[] {
    const versions = `${app.versionstamp} ${preview.versionstamp}`;
    const onlyLogs = versions === known && !looked;
    if (versions !== known) record = recordOf(app, preview);
    known = versions;
    const found: Record<string, LogHead> = {};
    heads.forEach(({ value }, i) => {
      if (value !== null) found[logs[i]] = LogHead.parse(value);
    });
    watch.latest = { record, heads: found };
    for (const callback of [...watch.subscribers]) callback(watch.latest, onlyLogs);
    return openLogs(record, writesWith);
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
      if (!stopped) tell(logs, [app, preview, ...heads], true);
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

/** At most two: the instance's and the build's; without those that are written with such a token. */
export function openLogs(
  record: PreviewRecord | null,
  without: (token: string) => boolean = () => false,
): DeployId[] {
  const open = new Set<DeployId>();
  for (const writer of [record?.instance, record?.build]) {
    if (writer?.token && !without(writer.token)) open.add(writer.deployId);
  }
  return [...open];
}
