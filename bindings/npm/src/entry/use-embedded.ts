import { use } from "../binding.js";
import { embedded } from "../embedded.js";

use(embedded());
