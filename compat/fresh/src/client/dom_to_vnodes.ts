import { type ComponentChild, type ComponentChildren, h } from "preact";
import { ISLAND } from "../shared/markers.ts";
import { endOf } from "./find.ts";
import { islandVNode, type Page } from "./page.ts";

/** Server-drawn markup from `first` up to but without `end` as vnodes, so that an island can show it anywhere. */
export function siblingsToVNodes(first: Node | null, end: Node | null, page: Page): ComponentChildren {
  const children: ComponentChild[] = [];
  for (let node = first; node !== null && node !== end; node = node.nextSibling) {
    if (node.nodeType === Node.TEXT_NODE) {
      children.push((node as Text).data);
    } else if (node.nodeType === Node.ELEMENT_NODE) {
      children.push(elementToVNode(node as Element, page));
    } else if (node.nodeType === Node.COMMENT_NODE && (node as Comment).data.startsWith(`${ISLAND}:`)) {
      children.push(islandVNode(page, (node as Comment).data));
      node = endOf(node as Comment, ISLAND);
    }
  }
  return children;
}

function elementToVNode(element: Element, page: Page): ComponentChild {
  const props: Record<string, unknown> = {};
  for (const { name, value } of element.attributes) {
    const property = (element as unknown as Record<string, unknown>)[name];
    // `disabled=""` means yes, but as a property "" would mean no.
    props[name] = typeof property === "boolean" ? property : value;
  }
  return h(element.localName, props, siblingsToVNodes(element.firstChild, null, page));
}
