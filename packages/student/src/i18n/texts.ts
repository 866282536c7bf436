import { createTexts } from "@carhythm/ui";
import type { Messages } from "./en.ts";

const texts = createTexts<Messages>({
	en: async () => (await import("./en.ts")).messages,
	ar: async () => (await import("./ar.ts")).messages,
});

/** The texts of the present language; null until the first one is loaded. */
export const { loaded: loadedMessages, show: showLanguage, fetchAll: fetchLanguages } = texts;

/** The texts of the present language. Nothing is drawn before they are there. */
export function useMessages(): Messages {
	const messages = texts.loaded.value;
	if (messages === null) throw new Error("A component was drawn before its language was loaded");
	return messages;
}
