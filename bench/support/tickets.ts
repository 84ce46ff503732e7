/** Tickets for viewers who are yet to come, fetched beforehand as pages do: each is used once, within 300 s. */
import type { BenchServer } from "./server.ts";

const AT_ONCE = 16;

export async function ticketsFor(
  server: Pick<BenchServer, "ticket">,
  appId: string,
  count: number,
): Promise<string[]> {
  const tickets: string[] = [];
  let asked = 0;
  const ask = async () => {
    while (asked < count) {
      asked++;
      tickets.push(await server.ticket(appId));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, ask));
  return tickets;
}
