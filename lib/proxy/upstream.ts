/** What the proxy asks of the rest of the house. */
import type { AppId } from "../protocol/ids.ts";
import type { PreviewState } from "../protocol/states.ts";

/** What the proxy must know of an app. */
export interface PreviewView {
  readonly name: string;
  readonly state: PreviewState;
  /** Where this machine reaches the running app, `http://127.0.0.1:40123`; null where nothing runs. */
  readonly upstream: string | null;
  /** True where a pushed commit waits for somebody to look. */
  readonly pendingBuild: boolean;
  readonly error: string | null;
}

export interface PreviewLookup {
  /**
   * The app as it was a moment ago, or null where there is no such app. With `fresh` as it is now: a page that was told
   * of a new version asks for it at once, and would else be shown the old one, which takes a while to end (S2).
   */
  find(appId: AppId, options?: { readonly fresh?: boolean }): Promise<PreviewView | null>;
}

export interface PreviewActs {
  /** Somebody uses the preview. May be called for every request: the implementer writes at most once per 30 s. */
  touch(appId: AppId): void;
  /** Somebody looks at the preview: what sleeps is started, what waits is built. Resolves when that is committed. */
  wake(appId: AppId): Promise<void>;
}
