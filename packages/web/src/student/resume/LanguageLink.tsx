import type { Language } from "@carhythm/core";
import { showLanguage, useLanguage, useMessages } from "../../shared/i18n/language.ts";

/** The other language, for a sheet that covers the page's head. */
export function LanguageLink() {
	const m = useMessages();
	const other: Language = useLanguage() === "en" ? "ar" : "en";
	return (
		<button type="button" class="ghost small quiet" lang={other} onClick={() => void showLanguage(other)}>
			{m.other_language}
		</button>
	);
}
