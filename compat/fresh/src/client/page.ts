import { type ComponentChildren, type ComponentType, h, type VNode } from "preact";

/** What the browser knows about the page it was sent. */
export interface Page {
  components: Record<string, ComponentType>;
  props: Record<string, unknown>[];
  /** Markup that the server drew, by slot id. */
  slots: Map<number, ComponentChildren>;
}

/** The island that a marker `frsh:island:NAME:INDEX:KEY` announces. */
export function islandVNode(page: Page, marker: string): VNode {
  const [, , name, index, key] = marker.split(":");
  const props = page.props[Number(index)];
  return h(page.components[name], key ? { ...props, key: decodeURIComponent(key) } : props as object);
}

/** Draws a slot. A component rather than its content, so that it is looked up when the island shows it. */
export function SlotContent({ page, id }: { page: Page; id: number }): ComponentChildren {
  return page.slots.get(id);
}
