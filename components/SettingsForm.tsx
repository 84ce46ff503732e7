import { CommandFields } from "./CommandFields.tsx";
import { Field } from "./Field.tsx";
import { Notice } from "./Notice.tsx";

type Name = "name" | "branch" | "install" | "start" | "env";

interface SettingsFormProps {
  values: Readonly<Record<Name, string>> & { readonly remove: readonly string[] };
  errors: Readonly<Partial<Record<Name | "form", string>>>;
  /** Names of the stored variables; their values stay on the server. */
  envNames: readonly string[];
}

/** What can be changed about an app. */
export function SettingsForm({ values, errors, envNames }: SettingsFormProps) {
  const field = (name: Name) => ({ name, value: values[name], error: errors[name] });
  return (
    <form method="post" class="form card" noValidate>
      <input type="hidden" name="intent" value="save" />
      {Object.keys(errors).length > 0 && (
        <Notice tone="bad">{errors.form ?? "Nothing was saved yet. Look at the marked fields."}</Notice>
      )}
      <Field {...field("name")} label="Name" required maxLength={80} />
      <Field {...field("branch")} label="Branch" required code maxLength={250} />
      <CommandFields install={field("install")} start={field("start")} />
      {envNames.length > 0 && (
        <fieldset class="fieldset">
          <legend>Stored environment variables</legend>
          <p class="hint">
            Values are not shown. Tick what is to be removed; write a name again below to replace it.
          </p>
          {envNames.map((name) => (
            <label key={name} class="check">
              <input type="checkbox" name="remove" value={name} checked={values.remove.includes(name)} />
              <span>
                Remove <code>{name}</code>
              </span>
            </label>
          ))}
        </fieldset>
      )}
      <Field
        {...field("env")}
        label={envNames.length > 0 ? "Add or replace variables" : "Environment variables"}
        hint="One KEY=VALUE per line. Values are masked in the log and never shown again."
        code
        rows={4}
      />
      <div class="actions">
        <button type="submit" class="button button-primary">Save settings</button>
      </div>
    </form>
  );
}
