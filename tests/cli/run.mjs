// The command line without a browser: every function whose name begins with "test" in the files beside this one.

import * as config from "./config.mjs";
import * as manual from "./manual.mjs";
import * as output from "./output.mjs";
import * as terminal from "./terminal.mjs";
import { end } from "./tool.mjs";

for (const file of [config, output, manual, terminal]) for (const [name, test] of Object.entries(file)) if (name.startsWith("test")) await test();
end();
