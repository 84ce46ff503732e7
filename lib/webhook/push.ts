/** What a Git host tells us when a branch moves. */
import * as z from "zod";
import { CommitId } from "../protocol/ids.ts";

const MESSAGE_LENGTH = 2000;
const NAME_LENGTH = 200;

export const Push = z.object({
  provider: z.string(),
  /** As the host counts its deliveries, or derived from the body where it does not. */
  deliveryId: z.string(),
  /** As the host names it, `owner/name`; null where it does not say. */
  repository: z.string().nullable(),
  branch: z.string(),
  /** Where the branch stood: null for a new branch, and where the host does not say. */
  before: CommitId.nullable(),
  /** Where it stands now: null when it was deleted. */
  after: CommitId.nullable(),
  /** Of the commit `after`; cut where it is very long. */
  message: z.string().nullable(),
  author: z.string().nullable(),
  /** The author asked for no preview of this one. */
  skip: z.boolean(),
});
export type Push = z.infer<typeof Push>;

/** What a payload says by itself. */
export type PushFacts = Omit<Push, "provider" | "deliveryId">;

/** A commit id as hosts send it: zeros say that there is none. Refused where it is no full id. */
export const SentCommit = z.string().toLowerCase().transform((id) => /^0+$/.test(id) ? null : id)
  .pipe(CommitId.nullable());

const BRANCH = "refs/heads/";

/** `main` for `refs/heads/main`; null for tags, notes and whatever else is not a branch. */
export const branchOf = (ref: string): string | null =>
  ref.startsWith(BRANCH) && ref.length > BRANCH.length ? ref.slice(BRANCH.length) : null;

/** Facts with the marks in the commit's message read and its texts cut: a delivery has to fit into one value of the store. */
export function pushFacts(facts: Omit<PushFacts, "skip">): PushFacts {
  return {
    ...facts,
    repository: facts.repository?.slice(0, NAME_LENGTH) ?? null,
    message: facts.message?.slice(0, MESSAGE_LENGTH) ?? null,
    author: facts.author?.slice(0, NAME_LENGTH) ?? null,
    skip: /\[skip preview\]/i.test(facts.message ?? ""),
  };
}
