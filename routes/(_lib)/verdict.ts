/** The answer to a probe: its status says it all, the JSON tells people why. */
export const verdict = (answer: { readonly ok: boolean }): Response =>
  Response.json(answer, { status: answer.ok ? 200 : 503, headers: { "cache-control": "no-store" } });
