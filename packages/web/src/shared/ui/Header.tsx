import type { Language } from "@carhythm/core";
import type { ComponentChildren } from "preact";
import { showLanguage, useLanguage, useMessages } from "../i18n/language.ts";

/** The page's head: the name, the other language, and what the screen adds. */
export function Header({
	children,
	onLanguage = showLanguage,
}: {
	children?: ComponentChildren;
	onLanguage?: (language: Language) => unknown;
}) {
	const m = useMessages();
	const other: Language = useLanguage() === "en" ? "ar" : "en";
	return (
		<header class="header">
			<span class="mark" lang="en">
				CaRhythm
			</span>
			<button type="button" class="ghost" lang={other} onClick={() => void onLanguage(other)}>
				{m.other_language}
			</button>
			{children}
		</header>
	);
}
