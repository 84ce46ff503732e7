import { type ComponentChildren, Fragment, isValidElement, toChildArray, type VNode } from "preact";
import { useEffect } from "preact/hooks";
import type { AnyVNode } from "./any_vnode.ts";

export interface HeadProps {
  children: ComponentChildren;
}

/** An element of the document head, as `<Head>` knows them. */
export interface HeadElement {
  type: string;
  props: Record<string, unknown>;
  vnode: AnyVNode;
  /** Two elements with the same identity replace each other; null means "always add". */
  identity: string | null;
}

const TAGS = new Set(["title", "meta", "link", "script", "style", "base"]);

/** What makes an element "the same" as another differs by tag: this attribute is the part that may change. */
const CONTENT_ATTRIBUTE: Record<string, string> = { meta: "content", link: "href" };

/**
 * Moves title, meta, link, script, style and base into the document's head and replaces what is there of the
 * same kind. The server collects the children while rendering and this component then shows nothing; in the
 * browser an island's head is applied after each render.
 */
export function Head({ children }: HeadProps): null {
  useEffect(() => headElements(children).forEach(applyToDocument));
  return null;
}

/** The head elements among children, also inside arrays and fragments. */
export function headElements(children: ComponentChildren): HeadElement[] {
  return toChildArray(children).flatMap((child) => {
    if (!isValidElement(child)) return [];
    const { type, props } = child as VNode<Record<string, unknown>>;
    if (type === Fragment) return headElements(props.children as ComponentChildren);
    if (typeof type !== "string" || !TAGS.has(type)) return [];
    return [{ type, props, vnode: child, identity: identityOf(type, props, child.key) }];
  });
}

export function identityOf(type: string, props: Record<string, unknown>, key: unknown): string | null {
  if (key !== null && key !== undefined) return `${type}#${key}`;
  if (type === "title" || type === "base") return type;
  const content = CONTENT_ATTRIBUTE[type];
  if (content === undefined) return null;
  const rest = Object.entries(props)
    .filter(([name, value]) => name !== content && name !== "children" && typeof value === "string")
    .sort(([a], [b]) => a < b ? -1 : 1);
  return rest.length === 0 ? null : `${type}${JSON.stringify(rest)}`;
}

function applyToDocument({ type, props }: HeadElement): void {
  if (type === "title") {
    document.title = toChildArray(props.children as ComponentChildren).join("");
    return;
  }
  const content = CONTENT_ATTRIBUTE[type];
  const attributes = Object.entries(props).filter(([name, value]) => name !== "children" && isText(value));
  const wanted = attributes.filter(([name]) => name !== content);
  const found = content !== undefined && wanted.length > 0
    ? [...document.head.querySelectorAll(type)].find((element) =>
      element.attributes.length === attributes.length &&
      wanted.every(([name, value]) => element.getAttribute(name) === String(value))
    )
    : [...document.head.querySelectorAll(type)].find((element) =>
      attributes.every(([name, value]) => element.getAttribute(name) === String(value)) &&
      element.textContent === toChildArray(props.children as ComponentChildren).join("")
    );
  const element = found ?? document.head.appendChild(document.createElement(type));
  for (const [name, value] of attributes) element.setAttribute(name, String(value));
  if (props.children !== undefined && found === undefined) {
    element.textContent = toChildArray(props.children as ComponentChildren).join("");
  }
}

function isText(value: unknown): boolean {
  return typeof value === "string" || typeof value === "number";
}
