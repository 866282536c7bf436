// `npm run setup`: installs all that the tests need, and says what it could not get. `npm test` does the same
// where it is needed.
import { ensureChromium } from "./lib/chromium.mjs";
import { ensureInstalled } from "./lib/install.mjs";
import { ensurePostgresTools } from "./lib/postgres.mjs";
import { ensureProxies } from "./lib/proxies.mjs";
import { stopChildrenOnInterrupt } from "./lib/run.mjs";

stopChildrenOnInterrupt();
const installed = await ensureInstalled(console.log);
if (installed.ok) {
	const found = [
		await ensureChromium(console.log),
		await ensurePostgresTools(console.log),
		await ensureProxies(console.log),
	];
	for (const one of found) if (!one.found) console.error(one.problem);
	if (found.every((one) => one.found)) console.log("All that the tests need is here.");
	process.exitCode = found.every((one) => one.found) ? 0 : 1;
} else {
	console.error(`${installed.log}\n\n${installed.problem}`);
	process.exitCode = 1;
}
