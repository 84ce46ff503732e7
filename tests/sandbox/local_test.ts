import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { AppId } from "../../lib/protocol/ids.ts";
import { createLocalSandbox } from "../../lib/sandbox/local.ts";
import { sandboxContract } from "./contract.ts";
import { collect, temporaryFolder } from "./support.ts";

await sandboxContract("local", new URL("local_factory.ts", import.meta.url).href);

const app = AppId.parse("shop");
