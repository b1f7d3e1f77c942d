import { type Binding } from "./binding.js";
import { instantiate } from "./wasm.js";
// Made by build.mjs: the module in base64.
import base64 from "ivs-token:wasm";

/** The binding of the module that is part of this file. */
export function embedded(): Binding {
  const binary = atob(base64);
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at += 1) bytes[at] = binary.charCodeAt(at);
  return instantiate(new WebAssembly.Module(bytes));
}
