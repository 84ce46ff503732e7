/** A page that a test hides, shows and takes off the network. */
import type { Page, PageChange } from "../../../lib/client/page.ts";

export class TestPage implements Page {
  #visible: boolean;
  readonly #listeners = new Set<(change: PageChange) => void>();

  constructor(visible = true) {
    this.#visible = visible;
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  readonly visible = () => this.#visible;
  readonly listen = (on: (change: PageChange) => void) => {
    this.#listeners.add(on);
    return () => void this.#listeners.delete(on);
  };

  change(change: PageChange): void {
    if (change === "visible" || change === "hidden") this.#visible = change === "visible";
    for (const on of this.#listeners) on(change);
  }
}
