// `npm run build`: builds the pages and the server, whether they have changed or not.
import { ensureBuilt } from "./lib/build.mjs";
import { stopChildrenOnInterrupt } from "./lib/run.mjs";

stopChildrenOnInterrupt();
const built = await ensureBuilt({ force: true, say: console.log });
if (!built.ok) {
	console.error(`${built.log}\n\n${built.problem}`);
	process.exitCode = 1;
}
