import { createClient, openStorage } from "@carhythm/client";
import arabicFont from "@fontsource-variable/readex-pro/files/readex-pro-arabic-wght-normal.woff2?url";
import latinFont from "@fontsource-variable/readex-pro/files/readex-pro-latin-wght-normal.woff2?url";
import { effect } from "@preact/signals";
import { render } from "preact";
import { languageOfDevice } from "../shared/i18n/language.ts";
import "../shared/styles/base.css";
import { App } from "./app/App.tsx";
import { boot, reboot, resetVisit } from "./app/actions.ts";
import { createVisit, wasReplaced } from "./app/visit.ts";
import { takeCodeFromAddress } from "./hand-off/address.ts";
import { fetchAhead } from "./lazy/lazy-screens.ts";

preloadFont(languageOfDevice() === "ar" ? arabicFont : latinFont);
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
	// Another tab has let this browser forget the session that is open here.
	effect(() => {
		if (visit.view.value?.phase === "forgotten") void resetVisit(visit);
		else if (wasReplaced(visit)) void reboot(visit);
	});
	// A link with a code, followed in a tab that is open already.
	window.addEventListener("hashchange", () => {
		visit.code = takeCodeFromAddress() ?? visit.code;
		if (visit.code !== null) void boot(visit);
	});
	await boot(visit);
	await fetchAhead(client);
}

/** The stylesheet asks for a font only once text needs it, which is a trip to the server later. */
function preloadFont(href: string) {
	const link = document.createElement("link");
	Object.assign(link, { rel: "preload", as: "font", type: "font/woff2", crossOrigin: "anonymous", href });
	document.head.append(link);
}
