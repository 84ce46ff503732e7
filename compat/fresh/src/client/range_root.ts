import type { Range } from "./find.ts";

/** A stand-in for a parent element whose children are only those between two comments: what preact draws into. */
export function rangeRoot({ start, end }: Range) {
  const parent = start.parentNode as Element;
  const childNodes = () => {
    const nodes: Node[] = [];
    for (let node = start.nextSibling; node !== null && node !== end; node = node.nextSibling) {
      nodes.push(node);
    }
    return nodes;
  };
  return {
    nodeType: 1,
    parentNode: parent,
    namespaceURI: parent.namespaceURI,
    ownerDocument: parent.ownerDocument,
    get firstChild() {
      return childNodes()[0] ?? null;
    },
    get childNodes() {
      return childNodes();
    },
    contains: (node: Node) => parent.contains(node),
    appendChild: (node: Node) => parent.insertBefore(node, end),
    insertBefore: (node: Node, before: Node | null) => parent.insertBefore(node, before ?? end),
    removeChild: (node: Node) => parent.removeChild(node),
  };
}
