/** "Somebody uses this preview": written at most once in a while, however many requests it serves. */
import { logError } from "../log.ts";
import type { AppId } from "../protocol/ids.ts";

export interface ActivityPorts {
  readonly touch: (appId: AppId, at: number) => Promise<void>;
  /** Milliseconds between two writes per app. */
  readonly every: number;
  readonly now: () => number;
}

export interface Activity {
  /** Called for each request to a preview. */
  touch(appId: AppId): void;
  /** Drops what it remembers of apps that nobody uses any more. */
  trim(): void;
}

export function createActivity({ touch, every, now }: ActivityPorts): Activity {
  const written = new Map<AppId, number>();
  return {
    touch(appId) {
      const at = now();
      if (at - (written.get(appId) ?? -Infinity) < every) return;
      written.set(appId, at);
      touch(appId, at).catch((error) => logError("touch-failed", error, { appId }));
    },
    trim() {
      for (const [appId, at] of written) if (now() - at >= every) written.delete(appId);
    },
  };
}
