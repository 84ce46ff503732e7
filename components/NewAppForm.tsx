import { CommandFields } from "./CommandFields.tsx";
import { Field } from "./Field.tsx";
import { Notice } from "./Notice.tsx";

type Name = "name" | "repository" | "branch" | "install" | "start" | "env";

interface NewAppFormProps {
  values: Readonly<Record<Name, string>>;
  errors: Readonly<Partial<Record<Name | "form", string>>>;
}

/** Works without client code: the page answers with the same form and its errors, or with the new preview. */
export function NewAppForm({ values, errors }: NewAppFormProps) {
  const field = (name: Name) => ({ name, value: values[name], error: errors[name] });
  const wrong = Object.keys(errors).length > 0;
  const first = (["name", "repository", "branch", "install", "start", "env"] as const).find((name) =>
    errors[name]
  );
  const optional = values.install || values.start || values.env || errors.install || errors.start ||
    errors.env;
  return (
    <form method="post" class="form card" noValidate>
      {wrong && (
        <Notice tone="bad">{errors.form ?? "Nothing was created yet. Look at the marked fields."}</Notice>
      )}
      <Field {...field("name")} label="Name" required maxLength={80} autoFocus={!wrong || first === "name"} />
      <Field
        {...field("repository")}
        label="Repository"
        hint="An https, ssh or git address, or a path on the server."
        required
        code
        maxLength={1000}
        placeholder="https://github.com/owner/project"
        autoFocus={first === "repository"}
      />
      <Field
        {...field("branch")}
        label="Branch"
        hint="The repository's default branch if left empty."
        code
        maxLength={250}
        autoFocus={first === "branch"}
      />
      <details class="stack" open={Boolean(optional)}>
        <summary>Commands and environment</summary>
        <div class="form">
          <CommandFields install={field("install")} start={field("start")} />
          <Field
            {...field("env")}
            label="Environment variables"
            hint="One KEY=VALUE per line. Values are masked in the log and never shown again."
            code
            rows={4}
          />
        </div>
      </details>
      <div class="actions">
        <button type="submit" class="button button-primary">Create preview</button>
        <a class="button" href="/">Cancel</a>
      </div>
    </form>
  );
}
