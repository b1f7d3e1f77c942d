import type { Binding } from "./binding.js";
import { BindingError } from "./errors.js";

declare const require: (name: string) => unknown;
declare const process: { platform: string; arch: string; report?: { getReport(): unknown } };

/** The exports of an addon. */
type Addon = Omit<Binding, "kind">;

/** This platform's addon. */
export function native(): Binding {
  const { platform, arch } = process;
  const name = `ivs-token-${platform}-${arch}`;
  // npm installs the addon for the C library of the system, and only that one can be loaded.
  const names = platform === "linux" ? [`${name}-gnu`, `${name}-musl`] : [name];
  const causes: unknown[] = [];
  for (const one of names) {
    try {
      const addon = load(one) as Addon;
      return { kind: "native", about: addon.about, call: addon.call, callAsync: addon.callAsync };
    } catch (cause) {
      causes.push(cause);
    }
  }
  const wanted = platform === "linux" && isMusl() ? names[1] : names[0];
  const error = new BindingError(
    `the addon of ivs-token for this platform could not be loaded: run npm install ${wanted}, or import ivs-token, which works without`,
    { code: "NO_NATIVE_BINDING" },
  );
  error.cause = causes;
  throw error;
}

/**
 * Each package is required by its name, so that bundlers and tracers see all packages. Each is inside `try`, so that bundlers ignore
 * those that are not installed.
 */
function load(name: string): unknown {
  try {
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
  } catch (cause) {
    throw new Error(`${name} could not be loaded`, { cause });
  }
}

function isMusl(): boolean {
  // The report has the version of glibc. It takes milliseconds, so it is made only when something is wrong.
  const report = process.report?.getReport() as { header?: { glibcVersionRuntime?: string } } | undefined;
  return report !== undefined && report.header?.glibcVersionRuntime === undefined;
}
