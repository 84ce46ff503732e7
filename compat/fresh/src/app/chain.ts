import type { Context } from "./context.ts";
import type { Middleware } from "./types.ts";

export type Chain = Middleware<unknown>[];

/**
 * Runs the chain and at its end `terminal`. Each frame notes the error that passes it in `ctx.error`; `terminal`
 * has no frame of its own, so a bare 404 leaves `ctx.error` null.
 */
export function runChain(
  chain: Chain,
  ctx: Context<unknown>,
  terminal: () => Promise<Response>,
): Promise<Response> {
  const frame = async (index: number): Promise<Response> => {
    if (index === chain.length) return await terminal();
    const outer = ctx.next;
    ctx.next = () => frame(index + 1);
    try {
      let result: unknown = await chain[index](ctx);
      if (typeof result === "function") {
        // A lazy middleware resolved to the real one: keep that.
        chain[index] = result as Middleware<unknown>;
        result = await chain[index](ctx);
      }
      return result as Response;
    } catch (error) {
      ctx.error = error;
      throw error;
    } finally {
      // Whoever called us may call again, and must not get what lies behind us.
      ctx.next = outer;
    }
  };
  return frame(0);
}
