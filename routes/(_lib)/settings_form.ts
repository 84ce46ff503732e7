/** The settings form: its fields, and what they mean for `PatchApp`. */
import { PatchApp } from "../../lib/protocol/api.ts";
import type { App } from "../../lib/preview/app.ts";
import type { Refusal } from "../../lib/http/problem.ts";
import { commandsOf } from "./command_fields.ts";
import { parseEnvLines } from "./env_lines.ts";
import { type FieldErrors, issuesByField, refusalSentence } from "./field_errors.ts";

export type SettingsField = "name" | "branch" | "install" | "start" | "env";
/** `remove` holds names of variables that are to go. */
export type SettingsValues = Record<SettingsField, string> & { readonly remove: readonly string[] };

export type Settings =
  | { readonly ok: true; readonly change: PatchApp }
  | { readonly ok: false; readonly errors: FieldErrors<SettingsField> };

/** The form as it stands before anybody touched it; no stored variable is in it. */
export const settingsOf = (app: Pick<App, "name" | "branch" | "commands">): SettingsValues => ({
  name: app.name,
  branch: app.branch,
  install: app.commands.install ?? "",
  start: app.commands.start ?? "",
  env: "",
  remove: [],
});

/** What was sent. */
export function settingsValues(form: URLSearchParams): SettingsValues {
  const value = (field: SettingsField) => form.get(field) ?? "";
  return {
    name: value("name"),
    branch: value("branch"),
    install: value("install"),
    start: value("start"),
    env: value("env"),
    remove: form.getAll("remove"),
  };
}

/**
 * Stored values are never sent to the browser, so the form holds only what is to be added, replaced or removed;
 * `stored` is what it is applied to. A variable that is both removed and written again keeps the new value.
 */
export function parseSettings(values: SettingsValues, stored: Readonly<Record<string, string>>): Settings {
  const errors: FieldErrors<SettingsField> = {};
  if (values.name.trim() === "") errors.name = "Give the preview a name.";
  if (values.branch.trim() === "") errors.branch = "Name the branch to preview.";
  const added = parseEnvLines(values.env);
  if (!added.ok) errors.env = added.error;
  const kept = Object.entries(stored).filter(([key]) => !values.remove.includes(key));
  const parsed = PatchApp.safeParse({
    name: values.name,
    branch: values.branch.trim(),
    commands: commandsOf(values),
    env: { ...Object.fromEntries(kept), ...(added.ok ? added.env : {}) },
  });
  if (!parsed.success) return { ok: false, errors: { ...issuesByField(parsed.error, fieldOf), ...errors } };
  return Object.keys(errors).length > 0 ? { ok: false, errors } : { ok: true, change: parsed.data };
}

const FIELDS: readonly SettingsField[] = ["name", "branch", "install", "start", "env"];

function fieldOf(path: string): SettingsField | null {
  const name = path.replace(/^commands\./, "").split(".")[0];
  return FIELDS.find((field) => field === name) ?? null;
}

export function settingsRefused(refusal: Refusal): FieldErrors<SettingsField> {
  return { [refusal.code === "branch_not_found" ? "branch" : "form"]: refusalSentence(refusal) };
}
