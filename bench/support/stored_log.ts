/** What the store has of an app's newest deploy, as its log is downloaded. */
import type { BenchServer } from "./server.ts";

/** All lines that are kept, in order. */
export async function storedLog(server: BenchServer, appId: string): Promise<string[]> {
  const { deploys: [newest] } = await server.session.get<{ deploys: { id: string }[] }>(
    `/api/apps/${appId}/deploys`,
  );
  const answer = await fetch(`${server.url}/api/deploys/${newest.id}/logs`, {
    headers: { accept: "text/plain", authorization: `Bearer ${server.apiToken}` },
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`No log: ${answer.status} ${text}`);
  return text.split("\n").slice(0, -1);
}
