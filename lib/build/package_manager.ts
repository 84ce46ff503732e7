/** How each package manager of the npm world installs and runs a script. Pure. */

export type PackageManager = "npm" | "pnpm" | "yarn" | "bun";

/** A step of a build: what people read, and what the shell runs. */
export interface Step {
  readonly label: string;
  readonly command: string;
}

export interface PackageManagerChoice {
  readonly manager: PackageManager;
  readonly locked: boolean;
  /** From `packageManager`, say `9.1.0`; null where the project names none. */
  readonly version: string | null;
  /** Yarn 2 and later go by other names and flags. */
  readonly modernYarn: boolean;
}

const LOCK_FILES: readonly (readonly [string, PackageManager])[] = [
  ["pnpm-lock.yaml", "pnpm"],
  ["yarn.lock", "yarn"],
  ["bun.lock", "bun"],
  ["bun.lockb", "bun"],
  ["package-lock.json", "npm"],
  ["npm-shrinkwrap.json", "npm"],
];

/** @param named the `packageManager` field of package.json, `pnpm@9.1.0+sha512.…` */
export function choosePackageManager(files: ReadonlySet<string>, named: unknown): PackageManagerChoice {
  const match = typeof named === "string" ? /^(npm|pnpm|yarn|bun)@(\d+(?:\.[\w.-]+)?)/.exec(named) : null;
  const found = LOCK_FILES.filter(([file]) => files.has(file)).map(([, manager]) => manager);
  const manager = (match?.[1] as PackageManager | undefined) ?? found[0] ?? "npm";
  const version = match?.[2] ?? null;
  return {
    manager,
    version,
    locked: found.includes(manager),
    modernYarn: version === null ? files.has(".yarnrc.yml") : Number.parseInt(version) >= 2,
  };
}

export function installStep(choice: PackageManagerChoice): Step {
  const { manager, locked } = choice;
  const call = manager === "npm"
    ? locked ? "npm ci" : "npm install"
    : `${manager} install${
      locked ? (choice.modernYarn && manager === "yarn" ? " --immutable" : " --frozen-lockfile") : ""
    }`;
  return { label: call, command: available(choice) + call };
}

/** @param args shell words that the script gets after its own */
export function scriptStep(choice: PackageManagerChoice, script: string, args: string): Step {
  // npm alone keeps for itself what does not follow a `--`; the others would hand the `--` on.
  const tail = args === "" ? "" : choice.manager === "npm" ? ` -- ${args}` : ` ${args}`;
  const call = `${choice.manager} run ${script}${tail}`;
  return { label: call, command: available(choice) + call };
}

/** Node comes with npm only. Where another manager is not installed, npx fetches it, in the version that is asked for. */
function available({ manager, version, modernYarn }: PackageManagerChoice): string {
  if (manager === "npm") return "";
  const npx = manager === "yarn" && modernYarn
    ? `npx -y -p @yarnpkg/cli-dist@${version ?? "4"} yarn`
    : `npx -y ${manager}@${version ?? { pnpm: "10", yarn: "1", bun: "1" }[manager]}`;
  return `command -v ${manager} >/dev/null || ${manager}() { ${npx} "$@"; }; `;
}
