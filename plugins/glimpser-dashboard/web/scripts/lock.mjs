// Writes package-lock.json anew, without the addresses of registries: which one is asked is each machine's own setting.
// (npm's own option for that leaves out the packages of other platforms, which `npm ci` then misses.)

import { execSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";

execSync("npm install --package-lock-only", { stdio: "inherit" });
const lock = JSON.parse(readFileSync("package-lock.json", "utf8"));
for (const entry of Object.values(lock.packages)) delete entry.resolved;
writeFileSync("package-lock.json", `${JSON.stringify(lock, null, 2)}\n`);
