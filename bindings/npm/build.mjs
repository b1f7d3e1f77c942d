// Builds the package: dist/ of src/ and wasm/ivs_token.wasm. Its tools are in tools/node_modules.
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
process.chdir(here);
const tools = createRequire(join(here, "tools/package.json"));
const { build } = tools("esbuild");

rmSync("dist", { recursive: true, force: true });
mkdirSync("dist");
// What LLVM leaves in the module, Binaryen takes out.
const wasm = "dist/ivs_token.wasm";
const features = ["bulk-memory", "sign-ext", "nontrapping-float-to-int", "mutable-globals", "multivalue", "reference-types", "simd"];
execFileSync(process.execPath, [
  "--stack-size=8000", "tools/node_modules/binaryen/bin/wasm-opt", "--strip-debug", "--strip-producers",
  ...features.map((name) => `--enable-${name}`), "--flatten", "--rereloop", "-Oz", "--converge", "wasm/ivs_token.wasm", "--output", wasm,
], { stdio: "inherit" });
const base64 = readFileSync(wasm).toString("base64");
const embed = {
  name: "embed",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^ivs-token:wasm$/ }, ({ path }) => ({ path, namespace: "embed" }));
    onLoad({ filter: /.*/, namespace: "embed" }, () => ({ contents: base64, loader: "text" }));
  },
};

const common = { bundle: true, target: "es2022", platform: "neutral", keepNames: false, minifySyntax: true, charset: "ascii", plugins: [embed], logLevel: "warning" };
const addons = Object.keys(JSON.parse(readFileSync("package.json", "utf8")).optionalDependencies);
const bundle = (entry, outfile, options) => build({ ...common, entryPoints: [`src/${entry}.ts`], outfile: `dist/${outfile}`, ...options });
const external = [...addons, "./embedded.cjs", "./ivs_token.wasm", "./ivs_token.wasm?module"];
await Promise.all([
  bundle("entry/node", "node.cjs", { format: "cjs", external }),
  bundle("entry/native", "native.cjs", { format: "cjs", external }),
  bundle("embedded", "embedded.cjs", { format: "cjs" }),
  bundle("entry/wasm", "wasm.cjs", { format: "cjs" }),
  bundle("entry/wasm", "wasm.mjs", { format: "esm" }),
  bundle("entry/workerd", "workerd.mjs", { format: "esm", external }),
]);
// Vercel and Next.js name a compiled module so.
writeFileSync("dist/edge-light.mjs", readFileSync("dist/workerd.mjs", "utf8").replace('"./ivs_token.wasm"', '"./ivs_token.wasm?module"'));

// One copy of the classes in a process, whichever way it was imported: the ES module is the CommonJS one by its names.
const names = Object.keys(createRequire(import.meta.url)("./dist/wasm.cjs")).filter((name) => name !== "default");
// Of CommonJS that an ES module imports, Node.js reads the whole text in search of names, which takes it 7 ms for this one: so the module
// imports a file that has one name.
for (const file of ["node", "native"]) {
  writeFileSync(`dist/${file}-api.cjs`, `exports.api = require("./${file}.cjs");\n`);
  const exported = names.map((name) => `  ${name},\n`).join("");
  writeFileSync(`dist/${file}.mjs`, `import { api } from "./${file}-api.cjs";\nexport const {\n${exported}} = api;\n`);
}

// TypeScript's own way to start differs between its versions: the command is the same.
execFileSync(process.execPath, [join(here, "tools/node_modules/typescript/bin/tsc"), "-p", "."], { stdio: "inherit" });
rmSync("dist/types/entry", { recursive: true, force: true });
for (const name of readdirSync("dist/types")) {
  if (/^(embedded|native|wasm)\.d\.ts$/.test(name)) {
    rmSync(`dist/types/${name}`);
    continue;
  }
  const text = readFileSync(`dist/types/${name}`, "utf8");
  writeFileSync(`dist/types/${name.replace(/\.d\.ts$/, ".d.cts")}`, text.replace(/(from "\.\/[a-z]+)\.js"/g, '$1.cjs"'));
}
