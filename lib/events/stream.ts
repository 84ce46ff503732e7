/** One open stream from its start to its end: what it has taken, and gives back. */
import type { Right, RightHolder } from "../auth/entitlement.ts";
import { logError } from "../log.ts";
import type { Position } from "../protocol/cursor.ts";
import type { AppId } from "../protocol/ids.ts";
import type { Hub, Joined } from "./hub.ts";
import type { Place } from "./limits.ts";
import type { Sink, SinkOwner } from "./viewer.ts";

type Taken = Place & { readonly ok: true };

/**
 * It is there for every viewer, so it holds what it needs and nothing of the request that it was made for. Whoever fails
 * to join, or leaves while joining, leaves nothing behind (S6).
 */
export class Stream implements SinkOwner, RightHolder {
  #sink: Sink | null = null;
  #place: Taken | null = null;
  #right: Right | null = null;
  #joined: Joined | null = null;
  #gone = false;

  /** Resolves when the viewer has been told how things are. */
  async start(
    { hub, appId, cursor, sink, place, hold }: {
      readonly hub: Hub;
      readonly appId: AppId;
      readonly cursor: Position | null;
      readonly sink: Sink;
      readonly place: Taken;
      readonly hold: (holder: RightHolder) => Right;
    },
  ): Promise<void> {
    this.#sink = sink;
    this.#place = place;
    this.#right = hold(this);
    try {
      const joined = await hub.join(appId, cursor, sink);
      if (joined === null) sink.close({ type: "gone" });
      else if (this.#gone) joined.leave();
      else this.#joined = joined;
    } catch (error) {
      logError("join-failed", error, { appId });
      sink.close({ type: "failed" });
    }
  }

  rightEnded(code: "not_signed_in" | "unknown_app"): void {
    this.#sink?.close({ type: code === "not_signed_in" ? "signed-out" : "gone" });
  }

  gone(): void {
    this.#gone = true;
    this.#place?.leave();
    this.#right?.leave(this);
    this.#joined?.leave();
  }
}
