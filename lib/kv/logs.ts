/** Deploy logs on Deno KV: batches of lines under their first line's number, and a head that says where the log stands. */
import { logError } from "../log.ts";
import type { AppId, DeployId } from "../protocol/ids.ts";
import type { LogPayload } from "../protocol/events.ts";
import { LogHead } from "../preview/record.ts";
import type { LogStore, LogWriter } from "../preview/store.ts";
import type { LogLine } from "../preview/runner.ts";
import { commitLocked } from "./commit.ts";
import { keys } from "./keys.ts";

/** Bytes of one KV value; the limit is 65,536. */
const BATCH_BYTES = 60_000;
/** Batches of one atomic; the limit is 800 KiB. */
const BATCHES_PER_COMMIT = 8;
/** Bytes that wait for a commit before the child's pipe has to wait too. */
const QUEUE_BYTES = 256 * 1024;
const LOG_LIFE = 30 * 24 * 60 * 60_000;

export interface LogOptions {
  /** Called after each append, so that viewers of this isolate need not read it back. */
  announce(appId: AppId, deployId: DeployId, from: number, lines: readonly LogLine[]): void;
  /** Milliseconds between two commits of one log: 25 on a machine, 250 on the edge. */
  interval?: number;
  /** Bytes of one log that are kept; the oldest batches go first, and viewers get a `gap`. */
  keep?: number;
}

export function createLogStore(kv: Deno.Kv, options: LogOptions): LogStore {
  return {
    writer: (appId, deployId, token, onLost) => createWriter(kv, options, appId, deployId, token, onLost),
    async head(deployId) {
      const { value } = await kv.get(keys.logHead(deployId));
      return value === null ? null : LogHead.parse(value);
    },
  };
}

interface Batch {
  readonly first: number;
  readonly bytes: number;
}

function createWriter(
  kv: Deno.Kv,
  { announce, interval = 25, keep = 16 * 1024 * 1024 }: LogOptions,
  appId: AppId,
  deployId: DeployId,
  token: string,
  onLost: () => void,
): LogWriter {
  const queue: { line: LogLine; text: Uint8Array }[] = [];
  let queued = 0;
  let head: { versionstamp: string | null; lines: number; first: number } | null = null;
  let kept: Batch[] = [];
  let keptBytes = 0;
  let lost = false;
  let working: Promise<void> | null = null;
  const waiting: (() => void)[] = [];

  async function open(): Promise<void> {
    const entry = await kv.get(keys.logHead(deployId));
    const found = entry.value === null ? null : LogHead.parse(entry.value);
    if (found === null || found.closed || found.token !== token) return lose();
    head = { versionstamp: entry.versionstamp, lines: found.lines, first: found.first };
    if (found.lines === 0) return;
    kept = [];
    for await (const { key, value } of kv.list<Uint8Array>({ prefix: keys.logs(deployId) })) {
      kept.push({ first: key[2] as number, bytes: value.byteLength });
    }
    keptBytes = kept.reduce((sum, batch) => sum + batch.bytes, 0);
  }

  function lose(): void {
    if (lost) return;
    lost = true;
    queue.length = queued = 0;
    onLost();
  }

  /** One commit in flight, with all that came meanwhile. */
  async function work(): Promise<void> {
    while (queue.length > 0 && !lost) {
      const begun = Date.now();
      try {
        if (head === null) await open();
        if (lost) break;
        await append();
      } catch (error) {
        // Whether it was applied shows when the head is read again; nothing is dropped meanwhile.
        logError("log-append-failed", error, { appId, deployId });
        await recover();
        await pause(1_000);
        continue;
      }
      for (const resolve of waiting.splice(0)) resolve();
      if (queue.length > 0) await pause(Math.max(0, interval - (Date.now() - begun)));
    }
    for (const resolve of waiting.splice(0)) resolve();
  }

  let inFlight: { count: number; from: number; batches: Batch[] } | null = null;

  async function append(): Promise<void> {
    const from = head!.lines;
    const batches: { batch: Batch; value: Uint8Array }[] = [];
    let count = 0;
    while (count < queue.length && batches.length < BATCHES_PER_COMMIT) {
      const parts: Uint8Array[] = [];
      let bytes = 0;
      while (count < queue.length && bytes + queue[count].text.length <= BATCH_BYTES) {
        bytes += queue[count].text.length;
        parts.push(queue[count++].text);
      }
      const first = from + count - parts.length;
      batches.push({ batch: { first, bytes }, value: concat(parts, bytes) });
    }
    inFlight = { count, from, batches: batches.map((b) => b.batch) };
    const all = [...kept, ...inFlight.batches];
    let total = keptBytes + inFlight.batches.reduce((sum, b) => sum + b.bytes, 0);
    const atomic = kv.atomic().check({ key: keys.logHead(deployId), versionstamp: head!.versionstamp });
    for (const { batch, value } of batches) {
      atomic.set(keys.log(deployId, batch.first), value, { expireIn: LOG_LIFE });
    }
    while (total > keep && all.length > 1) {
      const oldest = all.shift()!;
      total -= oldest.bytes;
      atomic.delete(keys.log(deployId, oldest.first));
    }
    const first = all[0].first;
    atomic.set(
      keys.logHead(deployId),
      { lines: from + count, first, closed: false, token } satisfies LogHead,
    );
    const result = await commitLocked(atomic);
    if (!result.ok) return lose();
    head = { versionstamp: result.versionstamp, lines: from + count, first };
    kept = all;
    keptBytes = total;
    applied();
  }

  function applied(): void {
    const { count, from } = inFlight!;
    inFlight = null;
    const done = queue.splice(0, count);
    for (const { text } of done) queued -= text.length;
    announce(appId, deployId, from, done.map((d) => d.line));
  }

  /** After a failure of unknown effect: our own append is recognised by the head, everything else by another token. */
  async function recover(): Promise<void> {
    try {
      const before = inFlight;
      const known = head;
      await open();
      if (lost || before === null || known === null) return;
      if (head!.lines === before.from + before.count) applied();
    } catch {
      // Still unreachable: the next round tries again.
    }
  }

  return {
    async write(line) {
      if (lost) return;
      const text = encodeLine(line);
      queue.push({ line, text });
      queued += text.length;
      working ??= work().finally(() => working = null);
      if (queued > QUEUE_BYTES) await new Promise<void>((resolve) => waiting.push(resolve));
    },
    async flush() {
      while (working) await working;
    },
  };
}

const encoder = new TextEncoder();

function encodeLine(line: LogLine): Uint8Array {
  const text = encoder.encode(JSON.stringify(line) + "\n");
  if (text.length <= BATCH_BYTES) return text;
  return encodeLine({ ...line, message: line.message.slice(0, Math.floor(line.message.length / 2)) });
}

function concat(parts: Uint8Array[], bytes: number): Uint8Array {
  const whole = new Uint8Array(bytes);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Lines `from` up to but not including `to`; fewer where the batch limit is reached or where history was trimmed, so
 * look at the first and the last line's number.
 */
export async function readLines(
  kv: Deno.Kv,
  deployId: DeployId,
  from: number,
  to: number,
  maxBatches = 16,
): Promise<LogPayload[]> {
  if (to <= from) return [];
  let start = from;
  const floor = kv.list<Uint8Array>(
    { prefix: keys.logs(deployId), end: keys.log(deployId, from + 1) },
    { reverse: true, limit: 1 },
  );
  for await (const { key } of floor) start = key[2] as number;
  const lines: LogPayload[] = [];
  const batches = kv.list<Uint8Array>(
    { start: keys.log(deployId, start), end: keys.log(deployId, to) },
    { limit: maxBatches },
  );
  for await (const { key, value } of batches) {
    const first = key[2] as number;
    decode(value).forEach((line, i) => {
      if (first + i >= from && first + i < to) lines.push({ deployId, line: first + i, ...line });
    });
  }
  return lines;
}

const decoder = new TextDecoder();

function decode(batch: Uint8Array): LogLine[] {
  return decoder.decode(batch).trimEnd().split("\n").map((line) => JSON.parse(line) as LogLine);
}
