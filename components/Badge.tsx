import type { Word } from "./words.ts";

/** A state in one word. The tone is drawn as a dot beside the word, never told by colour alone. */
export function Badge({ word }: { word: Word }) {
  return <span class={`badge badge-${word.tone}`}>{word.text}</span>;
}
