/** Who is compared with whom: Wakelight and the baselines, each on both transports, each with its audience seated. */
import { nchanMissing, startNchan } from "../baselines/nchan.ts";
import { startSeed } from "../baselines/seed.ts";
import { startSourced } from "../baselines/sourced.ts";
import type { Print } from "./printer_app.ts";
import { coreUse } from "./process.ts";
import { type BenchServer, startServer } from "./server.ts";
import { type Subject, wakelight, watch } from "./subject.ts";
import { startSwarm, type Viewers } from "./swarm.ts";
import { NAMES, type Transport, TRANSPORTS } from "./transports.ts";

export type Who = "Wakelight" | "seed technique" | "bare Deno" | "nchan";

export interface Case {
  readonly who: Who;
  readonly transport: Transport;
  /** `Wakelight SSE` */
  readonly name: string;
  readonly subject: Subject;
  readonly viewers: Viewers;
}

export interface Cases {
  /** Of each transport ours first. A round measures them in this order. */
  readonly all: readonly Case[];
  /** For the notes: why nchan is not among them, where it is not, and how much others used the server's core meanwhile. */
  notes(): string[];
}

/**
 * Starts all of them. They stay, with their audiences, until the stack is disposed of, and those whose turn it is not are told
 * nothing: what is measured in turn within a round has had the same machine.
 *
 * @param options `count` viewers of each; every so-manieth is a `sample` for latencies; `warmUp` is told before anything is
 *   timed
 */
export async function seatCases(
  stack: AsyncDisposableStack,
  options: {
    readonly count: number;
    readonly sample: number;
    readonly with: readonly Exclude<Who, "Wakelight">[];
    readonly warmUp: Readonly<Partial<Record<Who, Print>>>;
  },
): Promise<Cases> {
  const { count, sample, warmUp } = options;
  const missing = nchanMissing();
  const swarm = stack.use(await startSwarm());
  const servers: BenchServer[] = [];
  const all: Case[] = [];
  const seat = async (who: Who, transport: Transport, subject: Subject) => {
    const viewers = await watch(swarm, subject, { transport, count, sample });
    if (warmUp[who]) await viewers.follow(subject.printer, warmUp[who]);
    all.push({ who, transport, name: `${who} ${NAMES[transport]}`, subject, viewers });
  };
  for (const transport of TRANSPORTS) {
    // One for each transport, as the others have: a quiet audience costs something, too.
    servers.push(stack.use(await startServer()));
    await seat("Wakelight", transport, await wakelight(servers.at(-1)!));
    if (options.with.includes("seed technique")) {
      await seat("seed technique", transport, stack.use(await startSeed()));
    }
    if (options.with.includes("bare Deno")) {
      await seat("bare Deno", transport, stack.use(await startSourced("bare Deno", "bare_process.ts")));
    }
    if (options.with.includes("nchan") && missing === null) {
      await seat("nchan", transport, stack.use(await startNchan(transport)));
    }
  }
  const before = servers.map(({ pid }) => coreUse(pid));
  return {
    all,
    notes() {
      const spent = servers.map(({ pid }, i) => {
        const { ran, waited } = coreUse(pid);
        return { ran: ran - before[i].ran, waited: waited - before[i].waited };
      });
      const sum = (of: "ran" | "waited") => spent.reduce((all, one) => all + one[of], 0);
      const share = sum("waited") / (sum("ran") + sum("waited"));
      const contention =
        `Threads of Wakelight waited for their core ${(share * 100).toFixed(0)} % of the time in ` +
        "which they had something to do, for each other and for what else ran on this machine.";
      return missing === null ? [contention] : [contention, missing];
    },
  };
}

/** The case of that name, where there is one. */
export function find<T extends Pick<Case, "who" | "transport">>(
  all: readonly T[],
  who: Who,
  transport: Transport,
): T | undefined {
  return all.find((one) => one.who === who && one.transport === transport);
}
