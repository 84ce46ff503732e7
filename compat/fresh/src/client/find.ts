import { ISLAND, SLOT } from "../shared/markers.ts";
import { siblingsToVNodes } from "./dom_to_vnodes.ts";
import type { Page } from "./page.ts";

/** The nodes between two comments. */
export interface Range {
  marker: string;
  start: Comment;
  end: Comment;
}

/** The islands of the page that do not lie in another island. */
export function findIslands(root: Node): Range[] {
  const outermost: Range[] = [];
  let until: Comment | null = null;
  for (const comment of comments(root)) {
    if (until === null && comment.data.startsWith(`${ISLAND}:`)) {
      const end = endOf(comment, ISLAND);
      outermost.push({ marker: comment.data, start: comment, end });
      until = end;
    } else if (comment === until) {
      until = null;
    }
  }
  return outermost;
}

/** Notes the markup of every slot, those that were not shown included. */
export function findSlots(document: Document, page: Page): void {
  for (const comment of comments(document.body)) {
    if (!comment.data.startsWith(`${SLOT}:`)) continue;
    const id = Number(comment.data.split(":")[2]);
    page.slots.set(id, siblingsToVNodes(comment.nextSibling, endOf(comment, SLOT), page));
  }
  for (const template of document.querySelectorAll<HTMLTemplateElement>('template[id^="frsh-"]')) {
    const id = Number(template.id.split("-")[1]);
    if (!page.slots.has(id)) page.slots.set(id, siblingsToVNodes(template.content.firstChild, null, page));
    for (const comment of comments(template.content)) {
      if (!comment.data.startsWith(`${SLOT}:`)) continue;
      const inner = Number(comment.data.split(":")[2]);
      page.slots.set(inner, siblingsToVNodes(comment.nextSibling, endOf(comment, SLOT), page));
    }
  }
}

/** The comment that closes `start`; same-named ranges may be nested. */
export function endOf(start: Comment, kind: string): Comment {
  let depth = 0;
  for (let node: Node | null = start; node !== null; node = node.nextSibling) {
    if (node.nodeType !== Node.COMMENT_NODE) continue;
    const { data } = node as Comment;
    if (data.startsWith(`${kind}:`)) depth++;
    else if (data === `/${kind}` && --depth === 0) return node as Comment;
  }
  throw new Error(`Cannot find the end of ${start.data}`);
}

function* comments(root: Node): Generator<Comment> {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_COMMENT);
  while (walker.nextNode() !== null) yield walker.currentNode as Comment;
}
