/** From refusals of a schema or of the core to sentences beside form fields. */
import type { z } from "zod";
import { PROBLEMS } from "../../lib/protocol/problem.ts";
import type { Refusal } from "../../lib/http/problem.ts";

/** Field name → sentence. What belongs to no field stands under `form`. */
export type FieldErrors<Field extends string> = Partial<Record<Field | "form", string>>;

/**
 * The first issue of each field. `fieldOf` turns a schema path (`commands.install`) into the form's field; an issue
 * whose field is null goes to `form`.
 */
export function issuesByField<Field extends string>(
  error: z.ZodError,
  fieldOf: (path: string) => Field | null,
): FieldErrors<Field> {
  const errors: FieldErrors<Field> = {};
  for (const issue of error.issues) {
    const field: Field | "form" = fieldOf(issue.path.join(".")) ?? "form";
    errors[field] ??= sentence(issue.message);
  }
  return errors;
}

/** The protocol's own messages begin in the middle ("is no branch name"), so that they can follow a name. */
const sentence = (message: string) => {
  const text = /^[a-z]/.test(message) ? `This ${message}` : message;
  return text.endsWith(".") ? text : `${text}.`;
};

/** What a person reads about a refusal: its title, and its detail if there is one. */
export const refusalSentence = (refusal: Refusal): string =>
  refusal.detail ? `${PROBLEMS[refusal.code][1]} ${refusal.detail}` : PROBLEMS[refusal.code][1];
