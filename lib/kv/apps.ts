/** `AppStore` on Deno KV. */
import type { AppId, DeployId, OwnerId } from "../protocol/ids.ts";
import { App } from "../preview/app.ts";
import type { AppStore } from "../preview/apps.ts";
import { commit, commitLocked } from "./commit.ts";
import { gathererOf } from "./gather.ts";
import { keys } from "./keys.ts";
import type { BoardLine } from "./previews.ts";

const parseApp = (value: unknown): App => App.parse(value);

const KEYS_PER_READ = 10;
const DELETES_PER_COMMIT = 500;

export function createAppStore(kv: Deno.Kv): AppStore {
  const gathered = gathererOf(kv);

  const find = (id: AppId): Promise<App | null> => gathered.find(keys.app(id), parseApp);

  async function wipe(id: AppId): Promise<void> {
    const mark = await kv.get(keys.trash(id));
    if (mark.value === null) return;
    // Once somebody else has wiped it, the id may belong to a new app, whose data is not to be touched.
    const atomic = () => kv.atomic().check(mark);
    const deploys: DeployId[] = [];
    for await (const { key } of kv.list({ prefix: keys.deploys(id) })) deploys.push(key[2] as DeployId);
    for (const deploy of deploys) {
      await commitLocked(atomic().delete(keys.logHead(deploy)));
      await deleteAll(kv, atomic, keys.logs(deploy));
    }
    await deleteAll(kv, atomic, keys.deploys(id));
    await deleteAll(kv, atomic, keys.events(id));
    await deleteAll(kv, atomic, keys.viewersOf(id));
    await deleteAll(kv, atomic, keys.trims(), (key) => key[2] === id);
    await commitLocked(atomic().delete(keys.trash(id)));
  }

  return {
    find,

    async create(app) {
      const line: BoardLine = {
        name: app.name,
        state: "uninitialized",
        pendingBuild: false,
        commit: null,
        at: app.createdAt,
      };
      const atomic = kv.atomic()
        .check({ key: keys.app(app.id), versionstamp: null }, { key: keys.trash(app.id), versionstamp: null })
        .set(keys.app(app.id), app)
        .set(keys.board(app.owner, app.id), line)
        .sum(keys.feed(app.owner), 1n);
      return (await commitLocked(atomic)).ok;
    },

    async update(id, change) {
      const { value } = await commit(async () => {
        const entry = await kv.get(keys.app(id));
        if (entry.value === null) return { value: null };
        const app = App.parse({ ...App.parse(entry.value), ...change });
        const board = await kv.get<BoardLine>(keys.board(app.owner, id));
        const atomic = kv.atomic().check(entry, board).set(keys.app(id), app).sum(keys.feed(app.owner), 1n);
        if (board.value) atomic.set(board.key, { ...board.value, name: app.name });
        return { atomic, value: app };
      });
      return value;
    },

    async remove(app) {
      const { id, owner } = app;
      const atomic = kv.atomic().set(keys.trash(id), true).sum(keys.feed(owner), 1n);
      const gone = [
        keys.app(id),
        keys.preview(id),
        keys.lease(id, "build"),
        keys.lease(id, "instance"),
        keys.active(id),
        keys.board(owner, id),
      ];
      for (const key of gone) atomic.delete(key);
      await commitLocked(atomic);
    },

    wipe,

    async ofOwner(owner: OwnerId) {
      const lines: { id: AppId; at: number }[] = [];
      for await (const { key, value } of kv.list<BoardLine>({ prefix: keys.boards(owner) })) {
        lines.push({ id: key[2] as AppId, at: value.at });
      }
      const apps: { app: App; at: number }[] = [];
      for (let i = 0; i < lines.length; i += KEYS_PER_READ) {
        const some = lines.slice(i, i + KEYS_PER_READ);
        const entries = await kv.getMany<unknown[]>(some.map(({ id }) => keys.app(id)));
        for (const [j, { value }] of entries.entries()) {
          if (value !== null) apps.push({ app: App.parse(value), at: some[j].at });
        }
      }
      return apps;
    },

    async trash() {
      const ids: AppId[] = [];
      for await (const { key } of kv.list({ prefix: keys.trashes() })) ids.push(key[1] as AppId);
      return ids;
    },
  };
}

async function deleteAll(
  kv: Deno.Kv,
  begin: () => Deno.AtomicOperation,
  prefix: Deno.KvKey,
  which: (key: Deno.KvKey) => boolean = () => true,
): Promise<void> {
  let atomic = begin();
  let count = 0;
  for await (const { key } of kv.list({ prefix })) {
    if (!which(key)) continue;
    atomic.delete(key);
    if (++count % DELETES_PER_COMMIT === 0) {
      await commitLocked(atomic);
      atomic = begin();
    }
  }
  await commitLocked(atomic);
}
