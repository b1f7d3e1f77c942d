import { use } from "../binding.js";
import { instantiate } from "../wasm.js";
// Places that forbid compiling at run time compile it when they are deployed.
import module from "./ivs_token.wasm";

use(instantiate(module));
