import { createClient, openStorage } from "@carhythm/client";
import { languageOfDevice, preloadFont } from "@carhythm/ui";
import { effect } from "@preact/signals";
import { render } from "preact";
import "@carhythm/ui/base.css";
import { App } from "./app/App.tsx";
import { fetchAhead } from "./app/lazy-screens.ts";
import { takeCodeFromAddress } from "./hand-off/address.ts";
import { boot, leaveMoved, reboot, resetVisit } from "./visit/actions.ts";
import { createVisit, wasKept, wasReplaced } from "./visit/visit.ts";

preloadFont(languageOfDevice());
const root = document.getElementById("app");
if (root === null) throw new Error("index.html has no #app");
void open(root);

// No await at the top: what is loaded later shares a file with this, and would wait for it as long as it
// waits for them.
async function open(page: HTMLElement): Promise<void> {
	const wanted = new URLSearchParams(location.search).get("assessment");
	const code = takeCodeFromAddress();
	const client = createClient({ storage: await openStorage() });
	const visit = createVisit(client, wanted, code);
	render(<App visit={visit} />, page);
	// Another tab has let this browser forget the session that is open here, or its student has left this device.
	effect(() => {
		const phase = visit.view.value?.phase;
		if (phase === "forgotten") void resetVisit(visit);
		else if (phase === "moved") void leaveMoved(visit);
		else if (wasReplaced(visit) || wasKept(visit)) void reboot(visit);
	});
	// A link with a code, followed in a tab that is open already.
	window.addEventListener("hashchange", () => {
		visit.code = takeCodeFromAddress() ?? visit.code;
		if (visit.code !== null) void boot(visit);
	});
	await boot(visit);
	await fetchAhead(client);
}
