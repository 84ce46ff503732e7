/**
 * All that was ever committed, in the order in which it was: what a viewer must have seen is compared with this, and
 * each commit with the invariants of DESIGN. It keeps what the store has trimmed.
 */
import type { Delivery } from "../../../lib/webhook/delivery.ts";
import {
  type Deploy,
  EMPTY_RECORD,
  type EventEntry,
  type Lease,
  type LogHead,
  type PreviewRecord,
} from "../../../lib/preview/record.ts";
import type { Owner } from "./clock.ts";
import { checkAppend, checkRecord } from "./invariants.ts";

export interface Mutation {
  readonly type: "set" | "delete" | "sum" | "max";
  readonly key: Deno.KvKey;
  readonly value?: unknown;
  readonly options?: object;
}

export interface Log {
  readonly lines: string[];
  /** Lines before this one were dropped. */
  first: number;
  closed: boolean;
}

/** What the invariants need to know of the world besides commits. */
export interface Witness {
  now(): number;
  /** Whether that isolate had viewers, or the grace after the last was not over, when it last looked. */
  watched(isolate: string): boolean;
  /** Lines that the run of this token has handed to its log. */
  written(token: string): number;
  violate(what: string): void;
}

export class Ledger {
  record: PreviewRecord = EMPTY_RECORD;
  readonly events = new Map<number, EventEntry>();
  readonly logs = new Map<string, Log>();
  readonly heads = new Map<string, LogHead>();
  readonly leases = new Map<string, Lease>();
  readonly deploys = new Map<string, Deploy>();
  readonly deliveries = new Map<string, Delivery["state"]>();
  /** Which isolate claimed a token. */
  readonly holders = new Map<string, string>();
  /** How many lines of each run are in a log. */
  readonly appended = new Map<string, number>();
  /** Tokens whose lease had lapsed at some time. */
  readonly lapsed = new Set<string>();
  /** Events up to this one are not kept any more. */
  trimmedTo = 0;

  constructor(readonly witness: Witness) {}

  log(deployId: string): Log {
    let log = this.logs.get(deployId);
    if (!log) this.logs.set(deployId, log = { lines: [], first: 0, closed: false });
    return log;
  }

  applied(by: Owner, mutations: readonly Mutation[]): void {
    const before = this.record;
    const revs: number[] = [];
    let record: PreviewRecord | null = null;
    for (const { type, key, value } of mutations) {
      if (type === "delete" && key[0] === "lease") this.#lease(key[2] as string, null);
      if (type !== "set") continue;
      switch (key[0]) {
        case "preview":
          record = value as PreviewRecord;
          break;
        case "event":
          if (this.events.has(key[2] as number)) this.#violate(`event ${String(key[2])} was written twice`);
          this.events.set(key[2] as number, value as EventEntry);
          revs.push(key[2] as number);
          break;
        case "lease":
          this.#lease(key[2] as string, value as Lease);
          break;
        case "deploy":
          this.deploys.set(key[2] as string, value as Deploy);
          break;
        case "log":
          this.#append(by, key[1] as string, key[2] as number, value as Uint8Array, mutations);
          break;
        case "delivery":
          this.#deliver(key.join("/"), value as Delivery);
      }
    }
    for (const { type, key, value } of mutations) {
      if (type === "set" && key[0] === "log-head") this.#head(key[1] as string, value as LogHead);
    }
    if (record === null) return;
    this.record = record;
    checkRecord(this, by.name, before, record, revs.sort((a, b) => a - b));
  }

  #append(by: Owner, id: string, first: number, batch: Uint8Array, mutations: readonly Mutation[]): void {
    const log = this.log(id);
    const head = mutations.find(({ key }) => key[0] === "log-head" && key[1] === id)?.value as LogHead;
    checkAppend(this, by.name, id, first, head?.token);
    for (const text of new TextDecoder().decode(batch).trimEnd().split("\n")) {
      const { message } = JSON.parse(text) as { message: string };
      const [token, number] = message.split(" ");
      const next = this.appended.get(token) ?? 0;
      if (Number(number) !== next) this.#violate(`line ${number} of run ${token} comes after ${next - 1}`);
      this.appended.set(token, next + 1);
      log.lines.push(message);
    }
  }

  #head(id: string, head: LogHead): void {
    const log = this.log(id);
    this.heads.set(id, head);
    log.first = Math.max(log.first, head.first);
    log.closed = head.closed;
    if (head.lines !== log.lines.length) {
      this.#violate(`the head of ${id} says ${head.lines} lines of ${log.lines.length}`);
    }
  }

  #lease(kind: string, lease: Lease | null): void {
    const before = this.leases.get(kind);
    if (before && before.until <= this.witness.now()) this.lapsed.add(before.token);
    if (lease) this.leases.set(kind, lease);
    else this.leases.delete(kind);
  }

  #deliver(key: string, { state }: Delivery): void {
    if (this.deliveries.get(key) === "handled") this.#violate(`${key} counted twice`);
    this.deliveries.set(key, state);
  }

  #violate(what: string): void {
    this.witness.violate(what);
  }
}
