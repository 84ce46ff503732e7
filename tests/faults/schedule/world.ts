/** All isolates, people and processes of one schedule, over one real store. */
import { createAppStore } from "../../../lib/kv/apps.ts";
import { StorageUnavailable } from "../../../lib/kv/commit.ts";
import { keys } from "../../../lib/kv/keys.ts";
import { APP, APP_ID } from "../../preview/samples.ts";
import { Channel } from "./channel.ts";
import { Clock } from "./clock.ts";
import type { FakeRun } from "./fake_runner.ts";
import { Host } from "./host.ts";
import { Isolate } from "./isolate.ts";
import { Ledger } from "./ledger.ts";
import { Person } from "./person.ts";
import { drawProfile, type Profile } from "./profile.ts";
import { Random } from "./random.ts";
import { Reads } from "./reads.ts";
import { Scheduler } from "./scheduler.ts";
import { Fault, type Sea } from "./store.ts";
import { Watches } from "./watches.ts";

/** Milliseconds for which a locked store is asked again before anybody is refused. */
const PATIENCE = 2_000;

export class World {
  readonly random: Random;
  readonly clock = new Clock();
  readonly scheduler: Scheduler;
  readonly profile: Profile;
  readonly ledger: Ledger;
  readonly sea: Sea;
  readonly channel: Channel;
  readonly host = new Host(this);
  readonly isolates: Isolate[] = [];
  readonly people: Person[];
  readonly violations: string[] = [];
  lastDeath = -Infinity;
  readonly #runs = new Map<string, FakeRun>();
  #count = 0;

  constructor(seed: number, kv: Deno.Kv, readonly story: ((line: string) => void) | null) {
    const random = this.random = new Random(seed);
    const profile = this.profile = drawProfile(random);
    const scheduler = this.scheduler = new Scheduler(this.clock, random, (text) => this.tell(text));
    this.ledger = new Ledger({
      now: () => this.clock.now,
      watched: (name) => this.isolates.find((isolate) => isolate.name === name)!.watched,
      written: (token) => this.#runs.get(token)?.written ?? 0,
      violate: (what) => this.violate(what),
    });
    const reads = new Reads(kv);
    const watches = new Watches(reads, scheduler, profile);
    this.sea = { kv, scheduler, profile, ledger: this.ledger, watches, reads, lockedUntil: 0, full: false };
    this.channel = new Channel(scheduler, profile);
    this.people = Array.from({ length: profile.people }, (_, i) => new Person(this, `person ${i + 1}`));
    this.tell(`profile ${JSON.stringify(profile)}`);
  }

  async begin(): Promise<void> {
    await createAppStore(this.sea.kv).create(APP);
    for (let i = 0; i < this.profile.isolates; i++) this.start();
  }

  tell(text: string): void {
    this.story?.(`${(this.clock.elapsed / 1000).toFixed(3).padStart(8)} ${text}`);
  }

  violate(what: string): void {
    this.tell(`VIOLATION ${what}`);
    this.violations.push(what);
  }

  get living(): Isolate[] {
    return this.isolates.filter(({ alive }) => alive);
  }

  /** Where somebody who comes now is sent. */
  anyReady(): Isolate | undefined {
    const ready = this.living.filter((isolate) => isolate.ready);
    return ready.length > 0 ? this.random.pick(ready) : undefined;
  }

  /** Processes that are alive. */
  get running(): FakeRun[] {
    return this.living.flatMap(({ runs }) => runs.filter(({ alive }) => alive));
  }

  start(): Isolate {
    const isolate = new Isolate(this, `isolate-${++this.#count}`);
    this.isolates.push(isolate);
    return isolate;
  }

  /** It is gone between two of its calls, and its processes with it. */
  kill(isolate: Isolate): void {
    if (!isolate.alive) return;
    this.tell(`${isolate.name} is dead`);
    isolate.alive = false;
    this.lastDeath = this.clock.now;
    this.scheduler.bury(isolate);
    this.sea.watches.bury(isolate);
    for (const run of isolate.runs) run.state = "ended";
    for (const connection of isolate.connections) connection.cut();
  }

  started(run: FakeRun): void {
    this.#runs.set(run.job.token, run);
  }

  /** The house ends a run: that needs a reason. */
  stopping(isolate: Isolate, run: FakeRun): void {
    const { token } = run.job;
    const { record, leases } = this.ledger;
    const kind = record.build?.token === token
      ? "build"
      : record.instance?.token === token
      ? "instance"
      : null;
    const lease = kind && leases.get(kind);
    if (run.alive && !isolate.draining && lease?.token === token && lease.until > this.clock.now) {
      this.violate(`1: ${isolate.name} ends the ${kind} ${token} though it stands`);
    }
    this.scheduler.add(isolate, `${token} ends`, () => {
      run.write(this.random.int(0, 2), 20);
      run.end({ exitCode: null, signal: "SIGTERM" });
    }, this.random.pick([0, 0, 10, 300]));
  }

  /** Somebody who asked for something was refused, or a webhook was: only a fault that lasts is a reason. */
  refused(what: string, error: unknown, since: number): void {
    this.tell(`${what} is refused: ${error}`);
    if (error instanceof Fault) return;
    if (error instanceof StorageUnavailable && this.clock.now - since >= PATIENCE) return;
    this.violate(`${what} is refused for no lasting reason: ${error}`);
  }

  /** Retention: events up to that one are no longer kept. */
  async trim(rev: number): Promise<void> {
    for (let at = this.ledger.trimmedTo + 1; at <= rev; at++) {
      const key = keys.event(APP_ID, at);
      await this.sea.kv.delete(key);
      this.sea.reads.touched([key]);
    }
    this.ledger.trimmedTo = Math.max(this.ledger.trimmedTo, rev);
    this.tell(`events up to ${rev} are trimmed`);
  }
}
