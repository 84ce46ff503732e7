/**
 * Reads of the real store, each made once: all writes of a schedule come by here, so what was read stands until one of
 * them touches it. Polls and sweeps that find nothing new are most of what is read, and most of what a schedule costs.
 */
export class Reads {
  readonly #entries = new Map<string, Deno.KvEntryMaybe<unknown>>();
  readonly #lists = new Map<string, { first: string; listed: Listed }>();

  constructor(readonly kv: Deno.Kv) {}

  async getMany(keys: readonly Deno.KvKey[]): Promise<Deno.KvEntryMaybe<unknown>[]> {
    const missing = keys.filter((key) => !this.#entries.has(nameOf(key)));
    if (missing.length > 0) {
      for (const entry of await this.kv.getMany<unknown[]>(missing)) {
        this.#entries.set(nameOf(entry.key), entry);
      }
    }
    return keys.map((key) => this.#entries.get(nameOf(key))!);
  }

  async list(selector: Deno.KvListSelector, options: Deno.KvListOptions): Promise<Listed> {
    const name = JSON.stringify([selector, options]);
    const known = this.#lists.get(name);
    if (known) return known.listed;
    const iterator = this.kv.list(selector, options);
    const listed = { entries: await Array.fromAsync(iterator), cursor: iterator.cursor };
    const [first] = "prefix" in selector ? selector.prefix : selector.start;
    this.#lists.set(name, { first: String(first), listed });
    return listed;
  }

  /** These keys were written. */
  touched(keys: readonly Deno.KvKey[]): void {
    for (const key of keys) {
      this.#entries.delete(nameOf(key));
      for (const [name, { first }] of this.#lists) if (first === key[0]) this.#lists.delete(name);
    }
  }
}

export interface Listed {
  readonly entries: readonly Deno.KvEntry<unknown>[];
  readonly cursor: string;
}

const nameOf = (key: Deno.KvKey): string => key.join("/");
