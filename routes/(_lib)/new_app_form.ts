/** The form of a new app: its fields, and what they mean for `CreateApp`. */
import { CreateApp } from "../../lib/protocol/api.ts";
import type { ProblemCode } from "../../lib/protocol/problem.ts";
import type { Refusal } from "../../lib/http/problem.ts";
import { commandsOf } from "./command_fields.ts";
import { parseEnvLines } from "./env_lines.ts";
import { type FieldErrors, issuesByField, refusalSentence } from "./field_errors.ts";

export const NEW_APP_FIELDS = ["name", "repository", "branch", "install", "start", "env"] as const;
export type NewAppField = typeof NEW_APP_FIELDS[number];
export type NewAppValues = Record<NewAppField, string>;

export type NewApp =
  | { readonly ok: true; readonly input: CreateApp }
  | { readonly ok: false; readonly errors: FieldErrors<NewAppField> };

/** What was typed, to be shown again beside its errors. */
export function newAppValues(form: URLSearchParams): NewAppValues {
  const value = (field: NewAppField) => form.get(field) ?? "";
  return {
    name: value("name"),
    repository: value("repository"),
    branch: value("branch"),
    install: value("install"),
    start: value("start"),
    env: value("env"),
  };
}

/** An optional field that was left empty is not sent on, so that its default applies. */
export function parseNewApp(values: NewAppValues): NewApp {
  const errors: FieldErrors<NewAppField> = {};
  if (values.name.trim() === "") errors.name = "Give the preview a name.";
  if (values.repository.trim() === "") errors.repository = "Say where the repository is.";
  const env = parseEnvLines(values.env);
  if (!env.ok) errors.env = env.error;
  const parsed = CreateApp.safeParse({
    name: values.name,
    repository: values.repository,
    ...(values.branch.trim() !== "" && { branch: values.branch.trim() }),
    commands: commandsOf(values),
    env: env.ok ? env.env : {},
  });
  if (!parsed.success) return { ok: false, errors: { ...issuesByField(parsed.error, fieldOf), ...errors } };
  return Object.keys(errors).length > 0 ? { ok: false, errors } : { ok: true, input: parsed.data };
}

function fieldOf(path: string): NewAppField | null {
  const name = path.replace(/^commands\./, "").split(".")[0];
  return NEW_APP_FIELDS.find((field) => field === name) ?? null;
}

/** Beside which field a refusal of the core belongs. */
const REFUSED_FIELD: Partial<Record<ProblemCode, NewAppField>> = {
  app_exists: "name",
  repository_not_found: "repository",
  branch_not_found: "branch",
};

export function newAppRefused(refusal: Refusal): FieldErrors<NewAppField> {
  return { [REFUSED_FIELD[refusal.code] ?? "form"]: refusalSentence(refusal) };
}
