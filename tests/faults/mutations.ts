/** What `deno task faults:teeth` breaks, one at a time: the text must be in the file exactly once. */
export interface Mutation {
  readonly what: string;
  readonly file: string;
  readonly text: string;
  readonly instead: string;
}

export const MUTATIONS: readonly Mutation[] = [
  {
    what: "the log head's fence",
    file: "lib/kv/logs.ts",
    text: "        atomic.check({ key: keys.logHead(deployId), versionstamp });\n",
    instead: "",
  },
  {
    what: "the lease check before a takeover",
    file: "lib/preview/reconcile.ts",
    text: " && hasLapsed(leases.build, build.token, now)",
    instead: "",
  },
  {
    what: "append before announce",
    file: "lib/kv/logs.ts",
    text: "    const result = await together({\n",
    instead: "    announce(appId, deployId, from, queue.slice(0, count).map(({ line }) => line));\n" +
      "    const result = await together({\n",
  },
  {
    what: "the merge of replay and live: a viewer is live at once",
    file: "lib/events/viewer.ts",
    text: "if (reached(this.#position, target, this.#finished)) {",
    instead: "if (target !== null) {",
  },
  {
    what: "the merge of replay and live: news need not join on",
    file: "lib/events/feed.ts",
    text: "      if (at !== news.from) return at !== undefined && at >= news.from + news.lines.length;\n",
    instead: "      if (at === undefined) return false;\n",
  },
  {
    what: "the look after joining",
    file: "lib/preview/coordinator.ts",
    text: "      void look(appId);\n      return ports.watch(appId, () => void look(appId));\n",
    instead: "      let first = true;\n      return ports.watch(appId, () => {\n" +
      "        if (!first) void look(appId);\n        first = false;\n      });\n",
  },
  {
    what: "the presence re-read: an isolate that was taken for dead looks again",
    file: "lib/kv/presence.ts",
    text: "    for (const [appId, { told }] of apps) if (told && !closed) options.onChange?.(appId, true);\n",
    instead: "",
  },
  {
    what: "the retry of locked commits",
    file: "lib/kv/commit.ts",
    text: "if (!isLocked(error)) throw error;",
    instead: "throw error;",
  },
  {
    what: "one count for each delivery",
    file: "lib/kv/deliveries.ts",
    text: '  if (delivery.state === "handled") return false;\n',
    instead: "",
  },
  {
    what: "the order of events",
    file: "lib/events/feed.ts",
    text: "      if (!joins) return false;\n",
    instead: "",
  },
  {
    what: "the second look at a claim",
    file: "lib/preview/coordinator.ts",
    text: '      if (action?.type !== "claim") return null;\n',
    instead:
      '      if (action?.type !== "claim") return { type: "build-claimed", kind: "pending", token, deployId: nextDeployId(record.latest?.deployId ?? null, time) };\n',
  },
  {
    what: "the second try to take presence back",
    file: "lib/kv/presence.ts",
    text: "    for (const appId of leftBehind) takeBack(appId);\n",
    instead: "",
  },
  {
    what: "the other lease of a build that just went live",
    file: "lib/preview/run.ts",
    text: '      if (await store.renew(appId, "instance", token, until)) return;\n',
    instead: "",
  },
  {
    what: "the second question which of two pushes is newer",
    file: "lib/preview/pushes.ts",
    text: '        if (order === "unknown" && pushed?.commit !== known?.commit) throw new Overtaken();\n',
    instead: "",
  },
];
