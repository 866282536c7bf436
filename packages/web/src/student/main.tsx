import { createClient, openStorage } from "@carhythm/client";
import arabicFont from "@fontsource-variable/readex-pro/files/readex-pro-arabic-wght-normal.woff2?url";
import latinFont from "@fontsource-variable/readex-pro/files/readex-pro-latin-wght-normal.woff2?url";
import { render } from "preact";
import { languageOfDevice } from "../shared/i18n/language.ts";
import "../shared/styles/base.css";
import { App } from "./App.tsx";
import { boot } from "./actions.ts";
import { fetchAhead } from "./later-screens.ts";
import { createVisit } from "./visit.ts";

preloadFont(languageOfDevice() === "ar" ? arabicFont : latinFont);
const root = document.getElementById("app");
if (root === null) throw new Error("index.html has no #app");
const wanted = new URLSearchParams(location.search).get("assessment");
const visit = createVisit(createClient({ storage: await openStorage() }), wanted);
render(<App visit={visit} />, root);
await boot(visit);
await fetchAhead();

/** The stylesheet asks for a font only once text needs it, which is a trip to the server later. */
function preloadFont(href: string) {
	const link = document.createElement("link");
	Object.assign(link, { rel: "preload", as: "font", type: "font/woff2", crossOrigin: "anonymous", href });
	document.head.append(link);
}
