import type { Binding } from "./binding.js";
import { BindingError } from "./errors.js";

declare const require: (name: string) => unknown;
declare const process: { platform: string; arch: string; report?: { getReport(): unknown } };

/** What an addon exports. */
type Addon = Omit<Binding, "kind">;

/** The package of this platform's addon. */
export function packageName(): string {
  const { platform, arch } = process;
  return `ivs-token-${platform}-${arch}${platform === "linux" ? (isMusl() ? "-musl" : "-gnu") : ""}`;
}

/** This platform's addon. */
export function native(): Binding {
  const name = packageName();
  let addon: Addon;
  try {
    addon = load(name) as Addon;
  } catch (cause) {
    const error = new BindingError(
      `the addon of ivs-token for this platform could not be loaded: run npm install ${name}, or import ivs-token, which works without`,
      { code: "NO_NATIVE_BINDING" },
    );
    error.cause = cause;
    throw error;
  }
  return {
    kind: "native",
    about: addon.about,
    call: addon.call,
    callAsync: addon.callAsync,
  };
}

/** Each by its name, so that bundlers and tracers see which packages there are. */
function load(name: string): unknown {
  switch (name) {
    case "ivs-token-linux-x64-gnu":
      return require("ivs-token-linux-x64-gnu");
    case "ivs-token-linux-x64-musl":
      return require("ivs-token-linux-x64-musl");
    case "ivs-token-linux-arm64-gnu":
      return require("ivs-token-linux-arm64-gnu");
    case "ivs-token-linux-arm64-musl":
      return require("ivs-token-linux-arm64-musl");
    case "ivs-token-darwin-x64":
      return require("ivs-token-darwin-x64");
    case "ivs-token-darwin-arm64":
      return require("ivs-token-darwin-arm64");
    case "ivs-token-win32-x64":
      return require("ivs-token-win32-x64");
    case "ivs-token-win32-arm64":
      return require("ivs-token-win32-arm64");
    default:
      throw new Error(`there is no addon for ${name}`);
  }
}

function isMusl(): boolean {
  // glibc says its version; a report takes a moment, so only Linux is asked.
  const report = process.report?.getReport() as { header?: { glibcVersionRuntime?: string } } | undefined;
  return report !== undefined && report.header?.glibcVersionRuntime === undefined;
}
