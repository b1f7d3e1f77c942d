import { use } from "../binding.js";
import { native } from "../native.js";

declare const require: (name: string) => { embedded(): Parameters<typeof use>[0] };

// The addon where it is there, and the module otherwise, which is read only then.
let chosen: Parameters<typeof use>[0];
try {
  chosen = native();
} catch {
  chosen = require("./embedded.cjs").embedded();
}
use(chosen);
