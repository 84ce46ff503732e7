import { type ComponentType, render } from "preact";
import { pinImageSources } from "../shared/asset.ts";
import { islandVNode, type Page } from "./page.ts";
import { findIslands, findSlots } from "./find.ts";
import { parseProps } from "./parse_props.ts";
import { rangeRoot } from "./range_root.ts";

/** Brings the page's islands to life, each in a task of its own so that input is handled between them. */
export function boot(components: Record<string, ComponentType>, json: string): void {
  pinImageSources();
  const page: Page = { components, props: [], slots: new Map() };
  page.props = parseProps(json, page);
  const islands = findIslands(document.body);
  // All slots are read before the first island is drawn, because drawing removes the markers.
  findSlots(document, page);
  for (const range of islands) {
    later(() => render(islandVNode(page, range.marker), rangeRoot(range) as unknown as Element));
  }
}

function later(task: () => void): void {
  const { scheduler } = globalThis as { scheduler?: { postTask?(task: () => void): Promise<void> } };
  if (scheduler?.postTask) scheduler.postTask(task);
  else setTimeout(task, 0);
}
