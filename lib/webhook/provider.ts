/** The port of a Git host: how it signs, how it counts, what its payload means. One file each; the table is below. */
import type { Refusal } from "../http/problem.ts";
import type { PushFacts } from "./push.ts";
import { generic } from "./generic.ts";
import { github } from "./github.ts";

export type Parsed =
  /** One for each branch that moved: some hosts tell of several at once. */
  | { readonly ok: true; readonly pushes: readonly PushFacts[] }
  /** Nothing to do, for a reason that the sender may read. */
  | { readonly ok: true; readonly ignored: string }
  /** `invalid_json` or `invalid_payload` */
  | Refusal;

export interface Provider {
  /** As in the webhook's address and in the store. */
  readonly name: string;
  /** Whether somebody who knows the secret sent exactly these bytes; in constant time. */
  verify(headers: Headers, body: Uint8Array<ArrayBuffer>, secret: string): Promise<boolean>;
  /** What stays the same when the host sends a delivery again; null where it says nothing. */
  deliveryId(headers: Headers): string | null;
  /** Only for a body that was verified. */
  parse(headers: Headers, body: Uint8Array<ArrayBuffer>): Parsed;
}

const PROVIDERS: ReadonlyMap<string, Provider> = new Map(
  [github, generic].map((provider) => [provider.name, provider]),
);

/** Null for a host that Wakelight does not know. */
export const findProvider = (name: string): Provider | null => PROVIDERS.get(name) ?? null;
