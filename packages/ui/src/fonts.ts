import type { Language } from "@carhythm/core";
import arabicFont from "@fontsource-variable/readex-pro/files/readex-pro-arabic-wght-normal.woff2?url";
import latinFont from "@fontsource-variable/readex-pro/files/readex-pro-latin-wght-normal.woff2?url";

/** Asks for a language's font at once: the stylesheet asks only when text needs it, a trip to the server later. */
export function preloadFont(language: Language): void {
	const link = document.createElement("link");
	const href = language === "ar" ? arabicFont : latinFont;
	Object.assign(link, { rel: "preload", as: "font", type: "font/woff2", crossOrigin: "anonymous", href });
	document.head.append(link);
}
