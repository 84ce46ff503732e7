/** A viewer's connection that remembers what came, and that can be told to take nothing for a while. */
import type { Chunk, Item } from "../../lib/events/chunk.ts";
import type { Farewell, Sink } from "../../lib/events/viewer.ts";

export class Collector implements Sink {
  readonly items: Item[] = [];
  readonly chunks: Chunk[] = [];
  readonly farewells: Farewell[] = [];
  keepAlives = 0;
  #taking = true;
  #ready: (() => void)[] = [];
  #looking: { met: () => boolean; resolve: () => void }[] = [];

  write(chunk: Chunk): void {
    this.chunks.push(chunk);
    this.items.push(...chunk.items);
    this.#look();
  }

  ready(): boolean {
    return this.#taking;
  }

  whenReady(callback: () => void): void {
    this.#ready.push(callback);
  }

  keepAlive(): void {
    this.keepAlives++;
    this.#look();
  }

  close(farewell: Farewell): void {
    this.farewells.push(farewell);
    this.#look();
  }

  /** From now on `ready` says no. */
  pause(): void {
    this.#taking = false;
  }

  resume(): void {
    this.#taking = true;
    for (const callback of this.#ready.splice(0)) callback();
  }

  /** Resolves as soon as something came that makes it true. @throws Error after 15 s */
  until(met: () => boolean): Promise<void> {
    if (met()) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => {
        const last = JSON.stringify(this.items.at(-1));
        reject(new Error(`Cannot wait any longer: ${this.items.length} items came, last ${last}`));
      }, 15_000);
      this.#looking.push({
        met,
        resolve() {
          clearTimeout(late);
          resolve();
        },
      });
    });
  }

  #look(): void {
    this.#looking = this.#looking.filter(({ met, resolve }) => {
      if (!met()) return true;
      resolve();
      return false;
    });
  }
}
