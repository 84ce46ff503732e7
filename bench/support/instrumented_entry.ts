/** The built server, and beside it a path that tells what its isolate holds. */
import { memoryInUse } from "./memory.ts";

const { default: built } = await import(Deno.env.get("BUILT")!);
// The built server has brought it in already: this is the isolate's own.
const { services } = await import("../../main.ts");

export default {
  fetch(req: Request, info: Deno.ServeHandlerInfo): Response | Promise<Response> {
    return req.url.endsWith("/bench-memory") ? held() : built.fetch(req, info);
  },
};

async function held(): Promise<Response> {
  return Response.json({ ...await memoryInUse(), viewers: services.hub.viewers });
}
