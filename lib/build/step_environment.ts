/** What the app's own commands find in their environment besides the driver's few variables. */

/** Tools that would ask, phone home, or open a browser, were nobody to tell them that nobody is there. */
const QUIET = {
  BROWSER: "none",
  COREPACK_ENABLE_DOWNLOAD_PROMPT: "0",
  npm_config_audit: "false",
  npm_config_fund: "false",
  npm_config_update_notifier: "false",
  ASTRO_TELEMETRY_DISABLED: "1",
  NEXT_TELEMETRY_DISABLED: "1",
  NUXT_TELEMETRY_DISABLED: "1",
};

/** @param app the app's own variables, which win */
export function stepEnvironment(app: Readonly<Record<string, string>>): Record<string, string> {
  return { ...QUIET, ...app };
}
