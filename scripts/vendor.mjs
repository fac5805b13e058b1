// Copies what pages load from node_modules into the folder that is served; both are ignored by git.
import { copyFileSync, mkdirSync } from "node:fs";

const target = "satark/static/vendor";
const files = { "node_modules/htmx.org/dist/htmx.min.js": "htmx.min.js" };

mkdirSync(target, { recursive: true });
for (const [source, name] of Object.entries(files)) copyFileSync(source, `${target}/${name}`);
