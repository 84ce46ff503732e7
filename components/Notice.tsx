import type { ComponentChildren } from "preact";

/** A message about the form just sent: `bad` is read out at once, `good` when there is time. */
export function Notice({ tone, children }: { tone: "good" | "bad"; children: ComponentChildren }) {
  return <div class={`notice notice-${tone}`} role={tone === "bad" ? "alert" : "status"}>{children}</div>;
}
