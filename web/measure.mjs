// Says how large the first download is, gzipped, and fails when it is larger than agreed or holds the Firebase SDK.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const LIMIT_BYTES = 250_000;
const manifest = JSON.parse(readFileSync("dist/.vite/manifest.json", "utf8"));

const chunks = new Set();
const files = new Set();
function follow(name) {
  if (chunks.has(name)) return;
  chunks.add(name);
  const chunk = manifest[name];
  files.add(chunk.file);
  for (const css of chunk.css ?? []) files.add(css);
  for (const next of chunk.imports ?? []) follow(next);
}
for (const [name, chunk] of Object.entries(manifest)) if (chunk.isEntry) follow(name);

let total = 0;
let failed = false;
for (const file of files) {
  const content = readFileSync(`dist/${file}`);
  const bytes = gzipSync(content, { level: 9 }).length;
  total += bytes;
  console.log(`${String(bytes).padStart(9)}  ${file}`);
  if (content.includes("@firebase/")) {
    console.error(`${file} holds the Firebase SDK: it must be loaded only where it is used.`);
    failed = true;
  }
}
console.log(`${String(total).padStart(9)}  of ${LIMIT_BYTES} bytes, gzipped`);
if (total > LIMIT_BYTES) {
  console.error("The first download is too large: load what it does not need lazily.");
  failed = true;
}
process.exit(failed ? 1 : 0);
