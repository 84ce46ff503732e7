import { Field } from "./Field.tsx";

/** Deleting takes a deliberate act: the app's id has to be typed. */
export function DeleteApp({ id, error }: { id: string; error?: string }) {
  return (
    <section class="card stack" aria-labelledby="delete">
      <h2 id="delete">Delete this preview</h2>
      <p>The preview stops, and its deploys, logs and settings are removed. The repository is not touched.</p>
      <form method="post" class="form" noValidate>
        <input type="hidden" name="intent" value="delete" />
        <Field
          name="confirm"
          label="Type the id to confirm"
          hint={
            <>
              The id is <code>{id}</code>.
            </>
          }
          error={error}
          required
          code
          maxLength={48}
        />
        <div class="actions">
          <button type="submit" class="button button-danger">Delete preview</button>
        </div>
      </form>
    </section>
  );
}
