/** The built server with a fault on board: a request with this header ends in an error that nothing catches. */
const { default: built } = await import(Deno.env.get("BUILT")!);

export default {
  fetch(req: Request, info: Deno.ServeHandlerInfo): Response | Promise<Response> {
    const fault = req.headers.get("x-test-fault");
    if (fault === "error") setTimeout(() => fail());
    if (fault === "rejection") void Promise.reject(new Error("planted rejection"));
    return built.fetch(req, info);
  },
};

function fail(): never {
  throw new Error("planted error");
}
