import { LANGUAGES, useOtherLanguage } from "@carhythm/ui";
import { showLanguage, useMessages } from "../i18n/texts.ts";

/**
 * Below what a sheet asks: the other language, as the sheet covers the page's head, and the way out for
 * another person.
 */
export function SheetLinks({ onNotYou }: { onNotYou: () => void }) {
	const m = useMessages();
	const other = useOtherLanguage();
	return (
		<div class="sheet-links">
			<button type="button" class="ghost small quiet" lang={other} onClick={() => void showLanguage(other)}>
				{LANGUAGES[other].name}
			</button>
			<button type="button" class="ghost small quiet" onClick={onNotYou}>
				{m.not_you.open}
			</button>
		</div>
	);
}
