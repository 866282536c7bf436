import type { Language } from "@carhythm/core";
import { showLanguage, useLanguage, useMessages } from "../../shared/i18n/language.ts";

/**
 * Below what a sheet asks: the other language, as the sheet covers the page's head, and the way out for
 * another person.
 */
export function SheetLinks({ onNotYou }: { onNotYou: () => void }) {
	const m = useMessages();
	const other: Language = useLanguage() === "en" ? "ar" : "en";
	return (
		<div class="sheet-links">
			<button type="button" class="ghost small quiet" lang={other} onClick={() => void showLanguage(other)}>
				{m.other_language}
			</button>
			<button type="button" class="ghost small quiet" onClick={onNotYou}>
				{m.not_you.open}
			</button>
		</div>
	);
}
