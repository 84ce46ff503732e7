/** Deploy logs on Deno KV: batches of lines under their first line's number, and a head that says where the log stands. */
import { Buffer } from "node:buffer";
import { logError } from "../log.ts";
import type { AppId, DeployId } from "../protocol/ids.ts";
import type { LogPayload } from "../protocol/events.ts";
import { LogHead } from "../preview/record.ts";
import type { LogStore, LogWriter } from "../preview/store.ts";
import type { LogLine } from "../preview/runner.ts";
import { keys } from "./keys.ts";
import { KEPT_FOR } from "./retention.ts";
import { type CommitTogether, createTogether } from "./together.ts";

/** Bytes of one KV value; the limit is 65,536. */
const BATCH_BYTES = 60_000;
/** Batches of one atomic: a larger one would hold up the commits of other apps. */
const BATCHES_PER_COMMIT = 4;
/** Bytes that wait for a commit before the child's pipe has to wait too. */
const QUEUE_BYTES = 256 * 1024;
/** Old batches that one commit drops; the limit is 1,000 mutations. */
const DROPS_PER_COMMIT = 500;
/** Milliseconds after an append that failed. */
const RETRY_AFTER = 1_000;

export interface LogOptions {
  /** Called after each append, so that viewers of this isolate need not read it back. */
  announce(appId: AppId, deployId: DeployId, from: number, lines: readonly LogLine[]): void;
  /** Milliseconds between two commits of one log: 25 on a machine, 250 on the edge. */
  interval?: number;
  /** Bytes of one log that are kept; the oldest batches go first, and viewers get a `gap`. */
  keep?: number;
}

export interface KvLogStore extends LogStore {
  /** True while this isolate writes with that token: nobody else does, and all that is appended is announced here. */
  writesWith(token: string): boolean;
}

export function createLogStore(kv: Deno.Kv, options: LogOptions): KvLogStore {
  const together = createTogether(kv);
  const tokens = new Set<string>();
  return {
    writer(appId, deployId, token, onLost) {
      tokens.add(token);
      const close = () => void tokens.delete(token);
      const lost = () => {
        close();
        onLost();
      };
      return { ...createWriter(kv, together, options, appId, deployId, token, lost), close };
    },
    writesWith: (token) => tokens.has(token),
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

interface FullBatch extends Batch {
  readonly texts: readonly string[];
}

function createWriter(
  kv: Deno.Kv,
  together: CommitTogether,
  { announce, interval = 25, keep = 16 * 1024 * 1024 }: LogOptions,
  appId: AppId,
  deployId: DeployId,
  token: string,
  onLost: () => void,
): Omit<LogWriter, "close"> {
  const queue: EncodedLine[] = [];
  let queued = 0;
  /** Null where it has to be read first. */
  let head: { versionstamp: string | null; lines: number; first: number } | null = null;
  /** The append under way, or one of which nobody knows whether it was applied. */
  let inFlight: { from: number; count: number } | null = null;
  let kept: Batch[] = [];
  let keptBytes = 0;
  let lost = false;
  let working: Promise<void> | null = null;
  let nextCommit = 0;
  const waiting: (() => void)[] = [];

  async function open(): Promise<void> {
    const entry = await kv.get(keys.logHead(deployId));
    const found = entry.value === null ? null : LogHead.parse(entry.value);
    if (found === null || found.closed || found.token !== token) return lose();
    const batches: Batch[] = [];
    if (found.lines > 0) {
      for await (const { key, value } of kv.list<Uint8Array>({ prefix: keys.logs(deployId) })) {
        batches.push({ first: key[2] as number, bytes: value.byteLength });
      }
    }
    kept = batches;
    keptBytes = sum(batches);
    head = { versionstamp: entry.versionstamp, lines: found.lines, first: found.first };
    // Nobody else has the token: if the log has grown, our last append was applied after all.
    if (inFlight && found.lines === inFlight.from + inFlight.count) applied(inFlight);
    inFlight = null;
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
      const early = nextCommit - Date.now();
      if (early > 0) await pause(early);
      nextCommit = Date.now() + interval;
      try {
        if (head === null) await open();
        if (queue.length > 0 && !lost) await append();
      } catch (error) {
        // Whether it was applied shows when the head is read again; nothing is dropped meanwhile.
        logError("log-append-failed", error, { appId, deployId });
        head = null;
        if (error instanceof Deno.errors.BadResource) lose();
        else await pause(RETRY_AFTER);
        continue;
      }
      for (const resolve of waiting.splice(0)) resolve();
    }
    for (const resolve of waiting.splice(0)) resolve();
  }

  /** A line that comes just as the work ends begins it again. */
  function begin(): void {
    working ??= work().finally(() => {
      working = null;
      if (queue.length > 0 && !lost) begin();
    });
  }

  async function append(): Promise<void> {
    const { lines: from, versionstamp } = head!;
    const batches: FullBatch[] = [];
    let count = 0;
    while (count < queue.length && batches.length < BATCHES_PER_COMMIT) {
      const first = from + count;
      const texts: string[] = [];
      let bytes = 0;
      while (count < queue.length && bytes + queue[count].bytes <= BATCH_BYTES) {
        bytes += queue[count].bytes;
        texts.push(queue[count++].text);
      }
      batches.push({ first, bytes, texts });
    }
    const bytes = sum(batches);
    let total = keptBytes + bytes;
    let dropped = 0;
    while (total > keep && dropped < Math.min(kept.length, DROPS_PER_COMMIT)) total -= kept[dropped++].bytes;
    const first = kept[dropped]?.first ?? from;
    const lines = from + count;
    inFlight = { from, count };
    const result = await together({
      bytes,
      mutations: batches.length + dropped + 1,
      fill(atomic) {
        atomic.check({ key: keys.logHead(deployId), versionstamp });
        for (const { first, texts } of batches) {
          atomic.set(keys.log(deployId, first), encoder.encode(texts.join("")), { expireIn: KEPT_FOR });
        }
        for (const { first } of kept.slice(0, dropped)) atomic.delete(keys.log(deployId, first));
        atomic.set(keys.logHead(deployId), { appId, lines, first, closed: false, token } satisfies LogHead);
      },
    });
    if (!result.ok) return lose();
    head = { versionstamp: result.versionstamp, lines, first };
    kept.splice(0, dropped);
    kept.push(...batches.map(({ first, bytes }) => ({ first, bytes })));
    keptBytes = total;
    applied(inFlight);
  }

  function applied({ from, count }: { from: number; count: number }): void {
    inFlight = null;
    const done = queue.splice(0, count);
    queued -= sum(done);
    announce(appId, deployId, from, done.map(({ line }) => line));
  }

  return {
    async write(lines) {
      if (lost) return;
      for (const line of lines) {
        const encoded = encodeLine(line);
        queue.push(encoded);
        queued += encoded.bytes;
      }
      begin();
      if (queued > QUEUE_BYTES) await new Promise<void>((resolve) => waiting.push(resolve));
    },
    async flush() {
      while (working) await working;
    },
  };
}

const sum = (batches: readonly { bytes: number }[]): number =>
  batches.reduce((total, { bytes }) => total + bytes, 0);

/** Not as bytes: a hundred thousand small arrays a second would stop everything for their garbage. */
interface EncodedLine {
  readonly line: LogLine;
  readonly text: string;
  /** Of the text in UTF-8. */
  readonly bytes: number;
}

const encoder = new TextEncoder();

function encodeLine(line: LogLine): EncodedLine {
  const text = JSON.stringify(line) + "\n";
  const bytes = Buffer.byteLength(text);
  if (bytes <= BATCH_BYTES) return { line, text, bytes };
  return encodeLine({ ...line, message: line.message.slice(0, Math.floor(line.message.length / 2)) });
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** One read ends with the batch in which it has so many lines, or so many bytes. */
const READ_LINES = 1_000;
const READ_BYTES = 512 * 1024;

/**
 * Lines `from` up to but not including `to`; about a thousand at once, and fewer where history was trimmed, so look at
 * the first and the last line's number.
 */
export async function readLines(
  kv: Deno.Kv,
  deployId: DeployId,
  from: number,
  to: number,
): Promise<LogPayload[]> {
  if (to <= from) return [];
  let start = from;
  const floor = kv.list<Uint8Array>(
    { prefix: keys.logs(deployId), end: keys.log(deployId, from + 1) },
    { reverse: true, limit: 1 },
  );
  for await (const { key } of floor) start = key[2] as number;
  const lines: LogPayload[] = [];
  let bytes = 0;
  const batches = kv.list<Uint8Array>(
    { start: keys.log(deployId, start), end: keys.log(deployId, to) },
    { batchSize: 16 },
  );
  for await (const { key, value } of batches) {
    const first = key[2] as number;
    decode(value).forEach((line, i) => {
      if (first + i >= from && first + i < to) lines.push({ deployId, line: first + i, ...line });
    });
    bytes += value.byteLength;
    if (lines.length >= READ_LINES || bytes >= READ_BYTES) break;
  }
  return lines;
}

const decoder = new TextDecoder();

function decode(batch: Uint8Array): LogLine[] {
  return decoder.decode(batch).trimEnd().split("\n").map((line) => JSON.parse(line) as LogLine);
}
