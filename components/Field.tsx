import type { ComponentChildren } from "preact";

interface FieldProps {
  /** Also the input's id. */
  name: string;
  label: string;
  hint?: ComponentChildren;
  error?: string;
  value?: string;
  required?: boolean;
  placeholder?: string;
  maxLength?: number;
  /** More than one makes a text area. */
  rows?: number;
  autoFocus?: boolean;
  code?: boolean;
}

/** A labelled input; its hint and its error are read out with it. */
export function Field(props: FieldProps) {
  const { name, label, hint, error, value = "", rows = 1, code = false } = props;
  const described = [hint && `${name}-hint`, error && `${name}-error`].filter(Boolean).join(" ");
  const input = {
    id: name,
    name,
    required: props.required,
    placeholder: props.placeholder,
    maxLength: props.maxLength,
    autofocus: props.autoFocus,
    class: code ? "input input-code" : "input",
    autocomplete: "off",
    autocapitalize: "none" as const,
    spellcheck: code ? false : undefined,
    "aria-invalid": error ? ("true" as const) : undefined,
    "aria-describedby": described || undefined,
  };
  return (
    <div class="field">
      <label class="label" for={name}>
        {label}
        {!props.required && <span class="muted optional">optional</span>}
      </label>
      {hint && <p class="hint" id={`${name}-hint`}>{hint}</p>}
      {rows > 1
        ? <textarea {...input} rows={rows}>{value}</textarea>
        : <input type="text" {...input} value={value} />}
      {error && <p class="field-error" id={`${name}-error`}>{error}</p>}
    </div>
  );
}
