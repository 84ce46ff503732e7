/** DESIGN's invariants, looked at with each commit. */
import { statusPayload } from "../../../lib/preview/derive.ts";
import type { PreviewRecord } from "../../../lib/preview/record.ts";
import { URL } from "../../preview/samples.ts";
import { BROKE } from "./fake_runner.ts";
import type { Ledger } from "./ledger.ts";

/** 1: whoever lost his token can append nothing. */
export function checkAppend(
  ledger: Ledger,
  by: string,
  deployId: string,
  first: number,
  token: string | undefined,
): void {
  const { record: { build, instance }, witness } = ledger;
  const log = ledger.log(deployId);
  if (first !== log.lines.length) witness.violate(`line ${first} of ${deployId} after ${log.lines.length}`);
  if (log.closed) witness.violate(`line ${first} of ${deployId} after its end`);
  if (token === undefined) return witness.violate(`lines of ${deployId} without a head`);
  const may = (build?.token === token && build.deployId === deployId) ||
    (instance?.token === token && instance.deployId === deployId);
  if (!may) witness.violate(`1: ${by} appends to ${deployId} with a token that is no longer its own`);
}

/** @param revs of the events of this commit, in order */
export function checkRecord(
  ledger: Ledger,
  by: string,
  before: PreviewRecord,
  after: PreviewRecord,
  revs: readonly number[],
): void {
  const { witness } = ledger;
  revs.forEach((rev, i) => {
    if (rev !== before.rev + 1 + i) witness.violate(`event ${rev} follows event ${before.rev + i}`);
  });
  if (after.rev !== before.rev + revs.length) witness.violate(`rev ${after.rev} with ${revs.length} events`);
  checkTokens(ledger, by, before, after);
  checkEvents(ledger, before, after, revs);
  if (!findsNewest(ledger, after)) witness.violate(`2: the newest push is lost: ${JSON.stringify(after)}`);
}

/** 1 and 3: who may take a build, who may make it live, who may say that something is lost. */
function checkTokens(ledger: Ledger, by: string, before: PreviewRecord, after: PreviewRecord): void {
  const { witness, holders } = ledger;
  const claimed = after.build?.token;
  if (claimed && claimed !== before.build?.token) {
    holders.set(claimed, by);
    const old = before.build?.token;
    if (old && before.build?.deployId === after.build?.deployId && !lapsed(ledger, "build", old)) {
      witness.violate(`1: ${by} takes a build over whose lease stands`);
    }
    const asked = before.build?.token === null;
    const takesPush = before.pendingBuild !== null && after.pendingBuild === null;
    if (takesPush && !asked && !witness.watched(by)) {
      witness.violate(`3: ${by} builds a push that nobody watches there`);
    }
  }
  const live = after.instance?.token;
  if (live && live !== before.instance?.token && (live !== before.build?.token || holders.get(live) !== by)) {
    witness.violate(`1: ${by} makes live what it may not`);
  }
  const gone = before.instance?.token;
  if (
    gone && !after.instance && after.containerStopped?.reason === "lost" && holders.get(gone) !== by &&
    !lapsed(ledger, "instance", gone)
  ) witness.violate(`1: ${by} says that an instance is lost whose lease stands`);
  if (before.containerStopped && !after.containerStopped && !after.build && !before.build) {
    witness.violate(`5: ${by} clears containerStopped without a build`);
  }
}

function lapsed(ledger: Ledger, kind: string, token: string): boolean {
  // The commit that takes over has put its own lease there, or none.
  const lease = ledger.leases.get(kind);
  return ledger.lapsed.has(token) || (lease?.token === token && lease.until <= ledger.witness.now());
}

/** 4: an event comes after the lines that came before it, and what was said last is how things are. */
function checkEvents(
  ledger: Ledger,
  before: PreviewRecord,
  after: PreviewRecord,
  revs: readonly number[],
): void {
  const { witness } = ledger;
  for (const rev of revs) {
    const { at, closes, event } = ledger.events.get(rev)!;
    for (const [id, count] of Object.entries(at)) {
      const { length } = ledger.log(id).lines;
      if (count > length || (closes.includes(id as never) && count !== length)) {
        witness.violate(`4: event ${rev} after line ${count} of ${id}, which has ${length}`);
      }
    }
    const { type, payload } = event;
    if (type === "error" && payload.message === BROKE) checkWhole(ledger, before.build?.token);
    if (type === "container-stopped" && (payload.reason === "exit" || payload.reason === "signal")) {
      checkWhole(ledger, before.instance?.token);
    }
  }
  const last = ledger.events.get(revs.at(-1) ?? -1)?.event;
  if (last && JSON.stringify(last.payload) !== JSON.stringify(statusPayload(after, URL))) {
    witness.violate(`event ${revs.at(-1)} does not say how things are`);
  }
}

/** What a run wrote that ended by itself is in its log, all of it. */
function checkWhole({ witness, appended }: Ledger, token: string | null | undefined): void {
  const [wrote, kept] = [witness.written(token ?? ""), appended.get(token ?? "") ?? 0];
  if (wrote !== kept) witness.violate(`4: a run of ${token} ended with ${kept} of its ${wrote} lines`);
}

/** 2: live, being built, waiting, or ended. */
function findsNewest(ledger: Ledger, record: PreviewRecord): boolean {
  const wanted = record.pushed?.commit;
  if (wanted === undefined) return true;
  const { pendingBuild, build, instance } = record;
  if ([pendingBuild?.commit, build?.commit, instance?.commit].includes(wanted)) return true;
  const deploys = [...ledger.deploys.values()].sort((a, b) => a.id < b.id ? 1 : -1);
  const at = deploys.findIndex(({ commit }) => commit === wanted);
  // Somebody asked for another commit since, perhaps before this one was ever begun.
  const asked = deploys.slice(0, at === -1 ? undefined : at).some(({ trigger }) => trigger === "request");
  return asked || (at !== -1 && ["failed", "cancelled", "live"].includes(deploys[at].status));
}
