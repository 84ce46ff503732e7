import { Component } from "preact";
import { ansiSpans } from "../lib/client/ansi.ts";
import type { LogRow } from "../lib/client/log_rows.ts";

interface LogLineProps {
  row: LogRow;
}

/** One row of the log. A class, because a row never changes and a thousand of them must not be drawn again for one more. */
export class LogLine extends Component<LogLineProps> {
  override shouldComponentUpdate(next: LogLineProps) {
    return next.row !== this.props.row;
  }

  override render({ row }: LogLineProps) {
    switch (row.kind) {
      case "deploy":
        return (
          <div class="log-mark">
            Deploy <code>{row.deployId}</code>
          </div>
        );
      case "gap":
        return (
          <div class="log-mark">
            <span>{gapWords(row.from, row.to)}</span>
            <a href={row.logUrl}>Read the whole log</a>
          </div>
        );
      case "line": {
        const spans = ansiSpans(row.message);
        return (
          <div class={lineClass(row)}>
            {/* An empty line is a line too, and needs something to be as high as one. */}
            {spans.length === 0 ? "\n" : spans.map((span) => (
              // The style is set on the element by script, which the page's style-src does not concern.
              <span class={span.className} style={span.style}>{span.text}</span>
            ))}
          </div>
        );
      }
    }
  }
}

function lineClass({ source, stream }: { source: string; stream: string }): string {
  const names = ["log-line"];
  if (source === "dev-server") names.push("log-line-app");
  if (stream === "stderr") names.push("log-line-stderr");
  return names.join(" ");
}

/** People count lines from 1; `to` is the first line that is there again. */
const gapWords = (from: number, to: number) =>
  to - from === 1 ? `Line ${from + 1} is not shown.` : `Lines ${from + 1} to ${to} are not shown.`;
