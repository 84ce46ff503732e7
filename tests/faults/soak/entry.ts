/** The built server, and beside it a path that tells what its isolate holds once the garbage is gone. Needs `--expose-gc`. */
import { HELD_PATH, type IsolateHolds } from "./held.ts";
import { nativeBytes } from "./native.ts";

const { default: built } = await import(Deno.env.get("BUILT")!);
// The built server has brought it in already: this is the isolate's own.
const { services } = await import("../../../main.ts");
const { gc } = globalThis as unknown as { gc: () => void };
const isolate = crypto.randomUUID().slice(0, 4);
fillUrlPatternCache();

/**
 * Deno remembers 4,096 addresses that routes were matched with, whichever they were, and takes in one of ten that are
 * new. That is some megabytes after an hour of traffic: full from the start, it is not taken for what the app keeps.
 */
function fillUrlPatternCache(): void {
  const pattern = new URLPattern({ pathname: "/fill/:number" });
  for (let i = 0; i < 60_000; i++) {
    pattern.exec(new URL(`http://127.0.0.1:65535/fill/${i}?after=${"x".repeat(80)}`));
  }
}

async function held(): Promise<Response> {
  // What one collection releases may hold on to more, until its finalizers have run in turns of their own.
  for (let i = 0; i < 4; i++) {
    gc();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const native = nativeBytes();
  const { heapUsed, external, rss } = Deno.memoryUsage();
  return Response.json(
    {
      isolate,
      heap: heapUsed,
      external,
      native,
      rss,
      streams: services.streams.size,
      viewers: services.hub.viewers,
      grounds: services.grounds.size,
    } satisfies IsolateHolds,
  );
}

export default {
  fetch(req: Request, info: Deno.ServeHandlerInfo): Response | Promise<Response> {
    return new URL(req.url).pathname === HELD_PATH ? held() : built.fetch(req, info);
  },
};
