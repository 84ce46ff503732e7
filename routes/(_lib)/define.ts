/** What middleware puts on each request for the routes after it. */
import { createDefine } from "fresh";
import type { Identity } from "../../lib/auth/identify.ts";
import type { Services } from "../../lib/services.ts";

export interface State {
  services: Services;
  /** Who asks; null for somebody who has not signed in. */
  identity: Identity | null;
  title?: string;
}

export const define = createDefine<State>();
