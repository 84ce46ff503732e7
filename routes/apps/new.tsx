import { page } from "fresh";
import { define } from "../(_lib)/define.ts";
import type { FieldErrors } from "../(_lib)/field_errors.ts";
import { readForm } from "../(_lib)/form_body.ts";
import {
  type NewAppField,
  newAppRefused,
  type NewAppValues,
  newAppValues,
  parseNewApp,
} from "../(_lib)/new_app_form.ts";
import { signInFirst } from "../(_lib)/sign_in_first.ts";
import { NewAppForm } from "../../components/NewAppForm.tsx";
import { PROBLEMS } from "../../lib/protocol/problem.ts";
import { OwnerId } from "../../lib/protocol/ids.ts";

interface NewAppData {
  values: NewAppValues;
  errors: FieldErrors<NewAppField>;
}

/** A form that the page itself takes (A26): its errors beside their fields, or off to the new preview. */
export const handler = define.handlers({
  GET(ctx) {
    if (!ctx.state.identity) return signInFirst();
    ctx.state.title = "New preview";
    return page<NewAppData>({ values: newAppValues(new URLSearchParams()), errors: {} });
  },
  async POST(ctx) {
    const { identity, services } = ctx.state;
    if (!identity) return signInFirst();
    ctx.state.title = "New preview";
    const form = await readForm(ctx.req);
    const values = newAppValues(form ?? new URLSearchParams());
    const again = (errors: FieldErrors<NewAppField>) => page<NewAppData>({ values, errors }, { status: 422 });
    if (!form) return again({ form: PROBLEMS.body_too_large[1] });
    const parsed = parseNewApp(values);
    if (!parsed.ok) return again(parsed.errors);
    const created = await services.apps.create(parsed.input, OwnerId.parse(identity.user.id));
    return created.ok ? ctx.redirect(`/apps/${created.value.id}`, 303) : again(newAppRefused(created));
  },
});

export default define.page<typeof handler>(({ data }) => (
  <div class="narrow">
    <h1>New preview</h1>
    <NewAppForm values={data.values} errors={data.errors} />
  </div>
));
