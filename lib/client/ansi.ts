// deno-lint-ignore-file no-control-regex -- control characters are what this file is about
/** Log text with its colours → spans to render. No HTML is ever made of it (A8). */
import Anser from "anser";

export interface AnsiSpan {
  readonly text: string;
  /** `ansi-red-fg`, `ansi-bright-blue-bg`, `ansi-bold` and the like, separated by spaces; may be empty. */
  readonly className: string;
  /** Colours that have no name: the 256-colour palette beyond the first 16, and 24-bit ones. */
  readonly style?: { readonly color?: string; readonly backgroundColor?: string };
}

/** @param message one line; colours do not reach over from the line before */
export function ansiSpans(message: string): AnsiSpan[] {
  if (!/[\x00-\x1f\x7f]/.test(message)) return message === "" ? [] : [{ text: message, className: "" }];
  const entries = Anser.ansiToJson(plainSeparators(message), {
    json: true,
    use_classes: true,
    remove_empty: true,
  });
  return entries.flatMap((entry) => {
    const text = withoutControls(entry.content);
    if (text === "") return [];
    const classes = entry.decorations.map((name) => `ansi-${name}`);
    const color = paint(entry.fg, entry.fg_truecolor);
    const backgroundColor = paint(entry.bg, entry.bg_truecolor);
    if (entry.fg && !color) classes.unshift(`${entry.fg}-fg`);
    if (entry.bg && !backgroundColor) classes.push(`${entry.bg}-bg`);
    const style = { ...(color && { color }), ...(backgroundColor && { backgroundColor }) };
    const span: AnsiSpan = { text, className: classes.join(" ") };
    return [color || backgroundColor ? { ...span, style } : span];
  });
}

/** The form with colons (`38:2::255:0:0`, `4:3` for a wavy underline) in the words that the library knows. */
function plainSeparators(text: string): string {
  return text.replace(/\x1b\[([\d;]*:[\d;:]*)m/g, (_, codes: string) => {
    const plain = codes.split(";").map((code) =>
      /^[34]8:/.test(code)
        ? code.replace(/^([34]8:2):\d*:(?=\d+:\d+:\d)/, "$1:").replaceAll(":", ";")
        : code.split(":")[0]
    );
    return `\x1b[${plain.join(";")}m`;
  });
}

/** A stray control character, such as the rest of a sequence that was cut, would show as a box. */
const withoutControls = (text: string) => text.replace(/[\x00-\x08\x0a-\x1f\x7f]/g, "");

function paint(name: string | null, rgb: string | null): string | undefined {
  if (name === "ansi-truecolor") return `rgb(${rgb})`;
  const index = Number(name?.match(/^ansi-palette-(\d+)$/)?.[1] ?? NaN);
  return Number.isNaN(index) ? undefined : `rgb(${palette(index).join(", ")})`;
}

/** xterm's colours 16 to 255: a cube of six levels each, then 24 greys. */
function palette(index: number): [number, number, number] {
  if (index >= 232) {
    const grey = 8 + (index - 232) * 10;
    return [grey, grey, grey];
  }
  const level = (n: number) => n === 0 ? 0 : 55 + n * 40;
  const cube = index - 16;
  return [level(Math.floor(cube / 36)), level(Math.floor(cube / 6) % 6), level(cube % 6)];
}
