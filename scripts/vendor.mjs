// Copies what pages load, and the fonts of what is printed, out of node_modules; both folders are ignored by git.
import { copyFileSync, mkdirSync } from "node:fs";

const target = "satark/static/vendor";
const families = { "noto-sans": "NotoSans", "noto-sans-devanagari": "NotoSansDevanagari", "noto-nastaliq-urdu": "NotoNastaliqUrdu" };
const files = {
  "node_modules/chart.js/dist/chart.umd.min.js": "chart.umd.min.js",
  "node_modules/htmx.org/dist/htmx.min.js": "htmx.min.js",
  "node_modules/tus-js-client/dist/tus.min.js": "tus.min.js",
};
for (const [folder, name] of Object.entries(families)) {
  const home = `node_modules/@expo-google-fonts/${folder}`;
  files[`${home}/LICENSE_FONT`] = `fonts/${name}.LICENSE`;
  for (const weight of ["400Regular", "700Bold"]) files[`${home}/${weight}/${name}_${weight}.ttf`] = `fonts/${name}_${weight}.ttf`;
}

mkdirSync(`${target}/fonts`, { recursive: true });
for (const [source, name] of Object.entries(files)) copyFileSync(source, `${target}/${name}`);
