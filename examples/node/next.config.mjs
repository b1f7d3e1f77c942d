// Next.js bundles what a route imports, and has no place for an addon in a bundle: without this line, WebAssembly is used.
export default { serverExternalPackages: ["ivs-token"] };
