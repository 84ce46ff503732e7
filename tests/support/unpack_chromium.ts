/** Run by chromium.ts, which sets TMPDIR: unpacks the browser there. */
import chromium from "@sparticuz/chromium";

await chromium.executablePath();
