import type { ComponentChildren } from "preact";
import { Icon, type IconName } from "./Icon.tsx";

interface PaneNoteProps {
  icon: IconName;
  title: string;
  bad?: boolean;
  children?: ComponentChildren;
}

/** What stands where the preview will be. */
export function PaneNote({ icon, title, bad = false, children }: PaneNoteProps) {
  return (
    <section class={bad ? "pane-note pane-note-bad" : "pane-note"}>
      <Icon name={icon} />
      <h2>{title}</h2>
      {children}
    </section>
  );
}
