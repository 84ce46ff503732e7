import { HttpError, page } from "fresh";
import { define } from "../../(_lib)/define.ts";
import type { FieldErrors } from "../../(_lib)/field_errors.ts";
import { readForm } from "../../(_lib)/form_body.ts";
import {
  parseSettings,
  type SettingsField,
  settingsOf,
  settingsRefused,
  type SettingsValues,
  settingsValues,
} from "../../(_lib)/settings_form.ts";
import { signInFirst } from "../../(_lib)/sign_in_first.ts";
import { Crumb } from "../../../components/Crumb.tsx";
import { DeleteApp } from "../../../components/DeleteApp.tsx";
import { Notice } from "../../../components/Notice.tsx";
import { SettingsForm } from "../../../components/SettingsForm.tsx";
import { WebhookSetup } from "../../../components/WebhookSetup.tsx";
import type { App } from "../../../lib/preview/app.ts";

interface SettingsData {
  app: App;
  publicUrl: string;
  values: SettingsValues;
  errors: FieldErrors<SettingsField>;
  saved: boolean;
  confirmError?: string;
}

/** One app's settings. The page holds its webhook secret, so no cache may keep it. */
const HEADERS = { "cache-control": "no-store" };

export const handler = define.handlers({
  async GET(ctx) {
    const { identity, services } = ctx.state;
    if (!identity) return signInFirst();
    const app = await services.apps.find(identity.user.id, ctx.params.id);
    if (!app) throw new HttpError(404);
    ctx.state.title = `Settings of ${app.name}`;
    const data: SettingsData = {
      app,
      publicUrl: services.config.publicUrl,
      values: settingsOf(app),
      errors: {},
      saved: ctx.url.searchParams.has("saved"),
    };
    return page(data, { headers: HEADERS });
  },

  async POST(ctx) {
    const { identity, services } = ctx.state;
    if (!identity) return signInFirst();
    const app = await services.apps.find(identity.user.id, ctx.params.id);
    if (!app) throw new HttpError(404);
    ctx.state.title = `Settings of ${app.name}`;
    const again = (change: Partial<SettingsData>) =>
      page<SettingsData>({
        app,
        publicUrl: services.config.publicUrl,
        values: settingsOf(app),
        errors: {},
        saved: false,
        ...change,
      }, { status: 422, headers: HEADERS });

    const form = await readForm(ctx.req);
    if (!form) throw new HttpError(413);
    if (form.get("intent") === "delete") {
      if (form.get("confirm")?.trim() !== app.id) return again({ confirmError: `This is not “${app.id}”.` });
      await services.apps.remove(app);
      return ctx.redirect("/", 303);
    }
    const values = settingsValues(form);
    const parsed = parseSettings(values, app.env);
    if (!parsed.ok) return again({ values, errors: parsed.errors });
    const patched = await services.apps.patch(app, parsed.change);
    if (!patched.ok) return again({ values, errors: settingsRefused(patched) });
    return ctx.redirect(`/apps/${app.id}/settings?saved`, 303);
  },
});

export default define.page<typeof handler>(({ data }) => {
  const { app, publicUrl, values, errors, saved, confirmError } = data;
  return (
    <div class="narrow">
      <Crumb href={`/apps/${app.id}`}>{app.name}</Crumb>
      <h1>Settings</h1>
      {saved && <Notice tone="good">Saved. The next build uses these settings.</Notice>}
      <SettingsForm values={values} errors={errors} envNames={Object.keys(app.env).sort()} />
      <WebhookSetup
        githubUrl={`${publicUrl}/webhooks/github/${app.id}`}
        genericUrl={`${publicUrl}/webhooks/generic/${app.id}`}
        secret={app.webhookSecret}
      />
      <DeleteApp id={app.id} error={confirmError} />
    </div>
  );
});
