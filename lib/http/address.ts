/** Where a request comes from. */

/** The other end of the connection, as `Deno.serve` describes it. */
export interface Peer {
  readonly transport: string;
  readonly hostname?: string;
}

/**
 * The client's address. Anybody can send `X-Forwarded-For`, so it counts only where our own proxy is known to stand in
 * front, and then its last entry, which that proxy has added: those before it are hearsay.
 *
 * @returns undefined for a peer without an address, as on a Unix socket
 */
export function clientAddress(
  headers: Pick<Headers, "get">,
  peer: Peer,
  trustProxy: boolean,
): string | undefined {
  const forwarded = trustProxy ? headers.get("x-forwarded-for")?.split(",").at(-1)?.trim() : undefined;
  return forwarded || peer.hostname;
}
