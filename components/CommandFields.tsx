import { Field } from "./Field.tsx";

interface CommandField {
  name: string;
  value: string;
  error?: string;
}

/** The two commands of an app, alike when it is created and when it is changed. */
export function CommandFields({ install, start }: { install: CommandField; start: CommandField }) {
  return (
    <>
      <Field
        {...install}
        label="Install command"
        hint="Found out from the repository if left empty. “true” installs nothing."
        code
        maxLength={2000}
        placeholder="npm ci"
      />
      <Field
        {...start}
        label="Start command"
        hint="Has to listen on the port in the variable PORT."
        code
        maxLength={2000}
        placeholder="npm run dev"
      />
    </>
  );
}
