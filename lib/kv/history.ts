/** `History` on Deno KV. */
import type { AppId } from "../protocol/ids.ts";
import type { History } from "../events/history.ts";
import { EMPTY_RECORD, EventEntry, Lease, LogHead, PreviewRecord } from "../preview/record.ts";
import type { NumberedEvent } from "../preview/store.ts";
import { keys } from "./keys.ts";
import { readLines } from "./logs.ts";
import { createStretches } from "./stretches.ts";
import { type AppWatcher, openLogs } from "./watch.ts";

const EVENTS_AT_ONCE = 500;
/** What KV reads at once at most. */
const KEYS_PER_READ = 10;

export interface KvHistory extends History {
  /** To be called now and then: forgets lines that were read and that nobody asked for since the last call. */
  sweep(): void;
}

export function createHistory(kv: Deno.Kv, watcher: AppWatcher): KvHistory {
  const stretches = createStretches((deployId, from, to) => readLines(kv, deployId, from, to));

  return {
    async read(appId, also) {
      const guessed = also.slice(0, KEYS_PER_READ - 4);
      const [app, preview, build, instance, ...found] = await kv.getMany<unknown[]>([
        keys.app(appId),
        keys.preview(appId),
        keys.lease(appId, "build"),
        keys.lease(appId, "instance"),
        ...guessed.map((id) => keys.logHead(id)),
      ]);
      if (app.value === null) return null;
      const record = preview.value === null ? EMPTY_RECORD : PreviewRecord.parse(preview.value);
      const { latest } = record;
      const wanted = new Set([...openLogs(record), ...(latest ? [latest.deployId] : []), ...also]);
      const rest = [...wanted].filter((id) => !guessed.includes(id)).slice(0, KEYS_PER_READ);
      if (rest.length > 0) found.push(...await kv.getMany<unknown[]>(rest.map((id) => keys.logHead(id))));
      const heads: Record<string, LogHead> = {};
      for (const [i, id] of [...guessed, ...rest].entries()) {
        const head = found[i].value === null ? null : LogHead.parse(found[i].value);
        // A cursor can name anything: logs of other apps are not to be read with it.
        if (head?.appId === appId) heads[id] = head;
      }
      const lease = (value: unknown) => value === null ? null : Lease.parse(value);
      return { record, leases: { build: lease(build.value), instance: lease(instance.value) }, heads };
    },

    async events(appId, rev, to, atMost = EVENTS_AT_ONCE) {
      const found: NumberedEvent[] = [];
      const range = { start: keys.event(appId, rev + 1), end: keys.event(appId, to + 1) };
      for await (const { key, value } of kv.list(range, { limit: atMost })) {
        found.push({ rev: key[2] as number, ...EventEntry.parse(value) });
      }
      return found;
    },

    lines: stretches.lines,
    sweep: stretches.sweep,

    watch: (appId: AppId, callback) =>
      watcher.subscribe(appId, ({ record, heads }) => {
        if (record === null) return callback(null, {});
        const open = openLogs(record).filter((id) => id in heads);
        callback(record.rev, Object.fromEntries(open.map((id) => [id, heads[id].lines])));
      }),
  };
}
