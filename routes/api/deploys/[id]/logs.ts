import { define } from "../../../(_lib)/define.ts";
import { asUser } from "../../../(_lib)/api.ts";
import { logFormat, plainText } from "../../../../lib/events/deploy_log.ts";
import { problemResponse } from "../../../../lib/http/problem.ts";
import { DeployId } from "../../../../lib/protocol/ids.ts";

/** B2: JSON in pages (`?after=LINE`), or all of it as plain text or NDJSON, by `Accept`. */
export const handler = define.handlers({
  GET: asUser(async (ctx, user) => {
    const { deployLogs, apps } = ctx.state.services;
    const id = DeployId.safeParse(ctx.params.id);
    const head = id.success ? await deployLogs.head(id.data) : null;
    if (!id.success || head === null || await apps.find(user, head.appId) === null) {
      return problemResponse("unknown_deploy");
    }
    const after = Number(ctx.url.searchParams.get("after") ?? 0);
    const from = Number.isSafeInteger(after) && after > 0 ? after : 0;
    const headers = { "cache-control": "no-store", vary: "Accept" };
    const format = logFormat(ctx.req.headers.get("accept"));
    if (format === "json") return Response.json(await deployLogs.page(id.data, head, from), { headers });
    const encode = format === "text"
      ? plainText
      : (lines: Parameters<typeof plainText>[0]) => lines.map((line) => JSON.stringify(line) + "\n").join("");
    async function* body() {
      for await (const lines of deployLogs.all(id.data!, head!, from)) {
        yield new TextEncoder().encode(encode(lines));
      }
    }
    const type = format === "text" ? "text/plain; charset=utf-8" : "application/x-ndjson; charset=utf-8";
    return new Response(ReadableStream.from(body()), { headers: { ...headers, "content-type": type } });
  }),
});
