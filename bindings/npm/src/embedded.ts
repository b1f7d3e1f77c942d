import { type Binding } from "./binding.js";
import { instantiate } from "./wasm.js";
// Made by build.mjs: the module in base64.
import base64 from "ivs-token:wasm";

/** The binding of the module that is part of this file. */
export function embedded(): Binding {
  return instantiate(new WebAssembly.Module(decode(base64)));
}

/** The decoders that a host may have. A loop over a million characters would take half of the time of an import. */
interface Decoders {
  Uint8Array: { fromBase64?: (base64: string) => Uint8Array<ArrayBuffer> };
  Buffer?: { from: (base64: string, encoding: "base64") => Uint8Array<ArrayBuffer> };
}

function decode(base64: string): Uint8Array<ArrayBuffer> {
  const { Uint8Array: standard, Buffer: node } = globalThis as unknown as Decoders;
  if (standard.fromBase64 !== undefined) return standard.fromBase64(base64);
  if (node !== undefined) return node.from(base64, "base64");
  const binary = atob(base64);
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at += 1) bytes[at] = binary.charCodeAt(at);
  return bytes;
}
