/** A map that forgets what was set longest ago. */
export class Recent<K, V> {
  readonly #entries = new Map<K, V>();
  readonly #atMost: number;

  constructor(atMost: number) {
    this.#atMost = atMost;
  }

  get(key: K): V | undefined {
    return this.#entries.get(key);
  }

  set(key: K, value: V): void {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    if (this.#entries.size > this.#atMost) this.#entries.delete(this.#entries.keys().next().value!);
  }
}
