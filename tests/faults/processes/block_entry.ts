/** The built server, in which a request with this header stops its isolate for good: the thread stays, and does nothing. */
const { default: built } = await import(Deno.env.get("BUILT")!);

const isolate = crypto.randomUUID();

export default {
  async fetch(req: Request, info: Deno.ServeHandlerInfo): Promise<Response> {
    if (req.headers.get("x-test-fault") === "block") {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    }
    const answer: Response = await built.fetch(req, info);
    const headers = new Headers(answer.headers);
    headers.set("x-test-isolate", isolate);
    return new Response(answer.body, { status: answer.status, headers });
  },
};
