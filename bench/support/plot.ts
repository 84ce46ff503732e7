/** Small plots as SVG: lines over a numeric axis, or bars. Pure; readable on a light and on a dark page. */

export interface Series {
  readonly name: string;
  /** `[x, y]`; for bars x is not looked at. */
  readonly points: readonly (readonly [number, number])[];
}

export interface Plot {
  /** The file's name without its end. */
  readonly id: string;
  readonly title: string;
  readonly kind: "lines" | "bars";
  /** What the axes say, with units; bars have names instead of an x axis. */
  readonly x: string;
  readonly y: string;
  readonly series: readonly Series[];
  /** The y axis counts 1, 10, 100: for what differs by orders of magnitude. */
  readonly logarithmic?: boolean;
}

const WIDTH = 640, LEFT = 70, RIGHT = 20, TOP = 40;
const HEIGHT = 300, BAR = 24, BAR_LEFT = 230, BAR_RIGHT = 80;
const COLOURS = ["#3b82f6", "#f59e0b", "#10b981", "#ef4444", "#8b5cf6", "#64748b"];

const STYLE = "text{font:12px system-ui,sans-serif;fill:#334155}.grid{stroke:#94a3b8;stroke-opacity:.35}" +
  "@media(prefers-color-scheme:dark){text{fill:#cbd5e1}}";

export function svgOf(plot: Plot): string {
  return plot.kind === "bars" ? bars(plot) : lines(plot);
}

function frame(height: number, title: string, content: string[]): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img">` +
    `<title>${escape(title)}</title><style>${STYLE}</style>` +
    `<text x="10" y="20" font-weight="600">${escape(title)}</text>${content.join("")}</svg>\n`;
}

function bars({ title, y, series, logarithmic }: Plot): string {
  const values = series.map(({ points }) => points[0][1]);
  const least = Math.min(...values.filter((value) => value > 0));
  // On a logarithmic axis the smallest one needs a length, too.
  const share = (value: number) =>
    value <= 0
      ? 0
      : logarithmic
      ? (Math.log10(value / least) + 0.3) / (Math.log10(Math.max(...values) / least) + 0.3)
      : value / Math.max(...values);
  const room = WIDTH - BAR_LEFT - BAR_RIGHT;
  const content = series.map(({ name }, i) => {
    const top = TOP + i * BAR;
    const length = Math.max(1, share(values[i]) * room);
    return text(BAR_LEFT - 8, top + 14, name, "end") +
      `<rect x="${BAR_LEFT}" y="${top + 2}" width="${round(length)}" height="${BAR - 8}" rx="2" fill="${
        COLOURS[0]
      }"/>` +
      text(BAR_LEFT + length + 6, top + 14, label(values[i]));
  });
  const height = TOP + series.length * BAR + 26;
  const unit = logarithmic ? `${y}, logarithmic` : y;
  return frame(height, title, [...content, text(BAR_LEFT, height - 8, unit)]);
}

function lines({ title, x, y, series, logarithmic }: Plot): string {
  const points = series.flatMap((one) => one.points);
  const xMost = Math.max(...points.map(([at]) => at)) || 1;
  const yMost = Math.max(...points.map(([, value]) => value)) || 1;
  const bottom = HEIGHT - 50;
  const positive = points.map(([, value]) => value).filter((value) => value > 0);
  const yLeast = positive.length === 0 ? yMost : Math.min(...positive);
  const ticks = logarithmic ? decades(yLeast, yMost) : steps(yMost);
  const top = ticks.at(-1)!;
  const low = logarithmic ? ticks[0] : 0;
  const across = (at: number) => round(LEFT + at / xMost * (WIDTH - LEFT - RIGHT));
  const up = (value: number) => {
    const share = logarithmic
      ? (Math.log10(Math.max(value, low)) - Math.log10(low)) / (Math.log10(top) - Math.log10(low) || 1)
      : value / top;
    return round(bottom - share * (bottom - TOP));
  };
  const grid = ticks.map((tick) =>
    `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${up(tick)}" y2="${up(tick)}"/>` +
    text(LEFT - 6, up(tick) + 4, label(tick), "end")
  );
  const bottoms = steps(xMost).filter((tick) => tick <= xMost).map((tick) =>
    text(across(tick), bottom + 16, label(tick), "middle")
  );
  const drawn = series.map((one, i) => {
    const colour = COLOURS[i % COLOURS.length];
    const path = one.points.map(([at, value]) => `${across(at)},${up(value)}`).join(" ");
    const dots = one.points.map(([at, value]) =>
      `<circle cx="${across(at)}" cy="${up(value)}" r="3" fill="${colour}"/>`
    );
    return `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>${dots.join("")}` +
      `<rect x="${LEFT + 10 + i * 150}" y="${HEIGHT - 14}" width="10" height="10" fill="${colour}"/>` +
      text(LEFT + 24 + i * 150, HEIGHT - 5, one.name);
  });
  return frame(HEIGHT, `${title} (${y})`, [
    ...grid,
    ...bottoms,
    ...drawn,
    text(WIDTH - RIGHT, bottom + 30, x, "end"),
  ]);
}

/** About five round numbers from 0 to beyond the greatest. */
function steps(most: number): number[] {
  const rough = most / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough)!;
  return Array.from({ length: Math.ceil(most / step - 1e-9) + 1 }, (_, i) => i * step);
}

function decades(least: number, most: number): number[] {
  const first = Math.floor(Math.log10(least));
  const last = Math.max(Math.ceil(Math.log10(most)), first + 1);
  return Array.from({ length: last - first + 1 }, (_, i) => 10 ** (first + i));
}

function label(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e6) return `${trimmed(value / 1e6)} M`;
  if (size >= 1e4) return `${trimmed(value / 1e3)} k`;
  return trimmed(value);
}

const trimmed = (value: number) => String(Number(value.toPrecision(3)));
const round = (value: number) => Number(value.toFixed(1));
const escape = (value: string) => value.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

function text(x: number, y: number, value: string, anchor = "start"): string {
  return `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}">${escape(value)}</text>`;
}
