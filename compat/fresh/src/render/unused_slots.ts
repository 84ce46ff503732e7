import { h } from "preact";
import { slotTemplateId } from "../shared/markers.ts";
import { renderIn } from "./render_in.ts";
import type { RenderState } from "./render_state.ts";

/** Slots that their island did not show, for the day it does. Drawing one may bring up further islands and slots. */
export function renderUnusedSlots(state: RenderState): string {
  let html = "";
  for (let i = 0; i < state.slots.length; i++) {
    const { id, prop, content, shown } = state.slots[i];
    if (shown) continue;
    html += renderIn(state, h("template", { id: slotTemplateId(id, prop) }, content));
  }
  return html;
}
