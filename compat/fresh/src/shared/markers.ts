/**
 * The comments by which the server tells the browser where islands and slots begin and end.
 *
 *     <!--frsh:island:NAME:PROPS_INDEX:KEY--> … <!--/frsh:island-->
 *     <!--frsh:slot:ID:PROP--> … <!--/frsh:slot-->
 *     <template id="frsh-ID-PROP"> … </template>      a slot that the island did not show
 */
export const ISLAND = "frsh:island";
export const SLOT = "frsh:slot";

export function islandMarker(name: string, propsIndex: number, key: unknown): string {
  // The key is the author's text: "-->" in it must not end the comment.
  const safeKey = key === null || key === undefined ? "" : encodeURIComponent(String(key));
  return `${ISLAND}:${name}:${propsIndex}:${safeKey}`;
}

export function slotMarker(id: number, prop: string): string {
  return `${SLOT}:${id}:${encodeURIComponent(prop)}`;
}

export function endMarker(kind: string): string {
  return `/${kind}`;
}

export function slotTemplateId(id: number, prop: string): string {
  return `frsh-${id}-${encodeURIComponent(prop)}`;
}
