/** Somebody who looks at the app: connects to any isolate, reads at his own pace, is cut off, and comes back. */
import type { Joined } from "../../../lib/events/hub.ts";
import { parseCursor } from "../../../lib/protocol/cursor.ts";
import { APP_ID } from "../../preview/samples.ts";
import type { Isolate } from "./isolate.ts";
import { Pipe } from "./pipe.ts";
import { Seen } from "./seen.ts";
import type { World } from "./world.ts";

export class Person {
  readonly seen: Seen;
  /** He wants to look, and comes back until he does not. */
  looks = false;
  slow = false;
  #connection: Connection | null = null;
  #coming = false;

  constructor(readonly world: World, readonly name: string) {
    this.seen = new Seen(world.ledger, (what) => world.violate(`${name}: ${what}`));
  }

  get isolate(): Isolate | null {
    return this.#connection?.isolate ?? null;
  }

  come(wait = 0): void {
    this.looks = true;
    if (this.#connection || this.#coming) return;
    this.#coming = true;
    this.world.scheduler.add(null, `${this.name} connects`, () => {
      this.#coming = false;
      const isolate = this.world.anyReady();
      if (!this.looks || this.#connection) return;
      if (!isolate) return this.come(500);
      this.seen.reconnect();
      this.#connection = new Connection(this, isolate, () => {
        this.#connection = null;
        if (this.looks) this.come(this.world.random.int(10, this.world.scheduler.stormy ? 3_000 : 50));
      });
    }, wait);
  }

  /** The line is cut; he comes back if he still wants to. */
  drop(): void {
    this.#connection?.cut();
  }

  go(): void {
    this.looks = false;
    this.#connection?.cut();
  }
}

/** One stream, as the endpoint holds it: whoever leaves while joining leaves nothing behind. */
export class Connection {
  readonly #pipe: Pipe;
  #over = false;
  #reading = false;
  #joined: Joined | null = null;
  #ended = false;
  #settled = false;

  constructor(readonly person: Person, readonly isolate: Isolate, readonly onOver: () => void) {
    const { scheduler, random } = person.world;
    const onServer = (label: string, run: () => void, wait = 0) =>
      scheduler.add(isolate, `${person.name} ${label}`, run, wait);
    this.#pipe = new Pipe(random.int(1, 3), {
      onMore: () => this.#read(),
      onClosed: () => this.#end(),
    });
    isolate.connections.add(this);
    onServer("joins", () => void this.#join());
  }

  async #join(): Promise<void> {
    const { seen, world } = this.person;
    this.isolate.comes();
    try {
      const cursor = seen.cursor === null ? null : parseCursor(seen.cursor);
      this.#joined = await this.isolate.hub!.join(APP_ID, cursor, this.#pipe);
      if (this.#joined === null) this.#pipe.close({ type: "gone" });
      else if (this.#ended) this.#joined.leave();
    } catch (error) {
      // He may have waited for what somebody else had begun to write.
      world.refused(`${this.person.name} joins`, error, -Infinity);
      this.#pipe.close({ type: "failed" });
    }
    this.#settled = true;
    if (this.#ended) this.isolate.goes();
  }

  /** On the server. */
  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    // Whoever leaves while he joins counts until he has joined.
    if (this.#settled) this.isolate.goes();
    this.isolate.connections.delete(this);
    this.#joined?.leave();
  }

  /** Takes what waits, one chunk after the other. */
  #read(): void {
    if (this.#reading || this.#over) return;
    const { person, isolate } = this;
    const { scheduler, random } = person.world;
    this.#reading = true;
    const slow = scheduler.stormy && person.slow && random.chance(0.5) ? random.int(10, 2_000) : 0;
    scheduler.add(null, `${person.name} reads`, () => {
      this.#reading = false;
      if (this.#over) return;
      for (const item of this.#pipe.read()) person.seen.take(item);
      if (this.#pipe.waiting.length > 0) this.#read();
      else if (this.#pipe.closed) this.#finish();
      scheduler.add(isolate, `${person.name} has room`, () => this.#pipe.takeReady()());
    }, slow);
  }

  /** The line breaks, in the middle of a chunk perhaps; the server hears of it sooner or later. */
  cut(): void {
    if (this.#over) return;
    const { scheduler, random } = this.person.world;
    const next = this.#pipe.read();
    for (const item of next.slice(0, random.int(0, next.length))) this.person.seen.take(item);
    const wait = scheduler.stormy && random.chance(0.2) ? random.int(100, 8_000) : 0;
    scheduler.add(this.isolate, `${this.person.name} is gone`, () => {
      this.#pipe.closed = true;
      this.#end();
      this.#pipe.takeReady()();
    }, wait);
    this.#finish();
  }

  #finish(): void {
    if (this.#over) return;
    this.#over = true;
    this.onOver();
  }
}
