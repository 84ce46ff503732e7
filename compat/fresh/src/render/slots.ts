import { Signal } from "@preact/signals";
import { Fragment, h, isValidElement, type VNode } from "preact";
import { endMarker, SLOT, slotMarker } from "../shared/markers.ts";
import { comment } from "./document_hooks.ts";
import { InsideIsland } from "./inside_island.ts";
import type { RenderState, Slot } from "./render_state.ts";

/** Stands for a slot among the serialised props. */
export class SlotReference {
  constructor(readonly id: number, readonly prop: string) {}
}

type Props = Record<string, unknown>;

/**
 * An island's props twice: as it is drawn here, with markers around server-drawn markup, and as they are sent, with
 * references in its place. Everything else stays the same object, so that sharing survives.
 */
export function splitProps(state: RenderState, props: Props): { drawn: Props; sent: Props } {
  const drawn: Props = {};
  const sent: Props = {};
  for (const [name, value] of Object.entries(props)) {
    [drawn[name], sent[name]] = split(state, name, value);
  }
  return { drawn, sent };
}

function split(state: RenderState, prop: string, value: unknown): [drawn: unknown, sent: unknown] {
  if (isMarkup(value)) {
    const slot: Slot = { id: state.slots.length, prop, content: value, shown: false };
    state.slots.push(slot);
    return [h(SlotHost, { slot }), new SlotReference(slot.id, prop)];
  }
  if (Array.isArray(value) && containsMarkup(value)) {
    const pairs = value.map((item) => split(state, prop, item));
    return [pairs.map(([drawn]) => drawn), pairs.map(([, sent]) => sent)];
  }
  return [value, value];
}

// A signal passes for a vnode in preact's eyes, since it may be a child; to us it is data.
function isMarkup(value: unknown): value is VNode {
  return isValidElement(value) && !((value as unknown) instanceof Signal);
}

function containsMarkup(value: unknown): boolean {
  return Array.isArray(value) ? value.some(containsMarkup) : isMarkup(value);
}

function SlotHost({ slot }: { slot: Slot }): VNode {
  slot.shown = true;
  return h(
    Fragment,
    null,
    comment(slotMarker(slot.id, slot.prop)),
    h(InsideIsland.Provider, { value: false }, slot.content),
    comment(endMarker(SLOT)),
  );
}
