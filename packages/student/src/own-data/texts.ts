import { useLanguage } from "@carhythm/ui";
import { ownData as ar } from "./texts-ar.ts";
import { ownData as en, type OwnDataTexts } from "./texts-en.ts";

/** These texts come with their sheets, in both languages: the first load knows nothing of them. */
export function useOwnDataTexts(): OwnDataTexts {
	return useLanguage() === "ar" ? ar : en;
}
