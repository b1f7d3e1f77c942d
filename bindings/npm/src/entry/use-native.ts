import { use } from "../binding.js";
import { native } from "../native.js";

use(native());
