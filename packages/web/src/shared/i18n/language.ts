import type { Language } from "@carhythm/core";
import { type ReadonlySignal, signal } from "@preact/signals";
import type { Messages } from "./en.ts";

const DEVICE_KEY = "carhythm.language";

const loaders: Readonly<Record<Language, () => Promise<{ messages: Messages }>>> = {
	en: () => import("./en.ts"),
	ar: () => import("./ar.ts"),
};

const current = signal<Messages | null>(null);

/** The texts of the present language; null until the first one is loaded. */
export const loadedMessages: ReadonlySignal<Messages | null> = current;

/** The texts of the present language. Nothing is drawn before they are there. */
export function useMessages(): Messages {
	const messages = current.value;
	if (messages === null) throw new Error("A component was drawn before its language was loaded");
	return messages;
}

/** The present language. */
export function useLanguage(): Language {
	return useMessages().code;
}

/** Loads a language, shows the page in it, and remembers it on this device. */
export async function showLanguage(language: Language): Promise<void> {
	const { messages } = await loaders[language]();
	const { documentElement } = document;
	documentElement.lang = messages.code;
	documentElement.dir = messages.direction;
	current.value = messages;
	try {
		localStorage.setItem(DEVICE_KEY, language);
	} catch {
		// A browser that stores nothing still shows the language; only the next visit begins with the browser's own.
	}
}

/** Fetches the texts of every language, so that it can be changed without a network too. */
export async function fetchLanguages(): Promise<void> {
	await Promise.all(Object.values(loaders).map((load) => load()));
}

/** The language in which a visit begins: the one last chosen on this device, else the browser's. */
export function languageOfDevice(): Language {
	return rememberedLanguage() ?? (navigator.language.toLowerCase().startsWith("ar") ? "ar" : "en");
}

function rememberedLanguage(): Language | null {
	try {
		const remembered = localStorage.getItem(DEVICE_KEY);
		return remembered === "ar" || remembered === "en" ? remembered : null;
	} catch {
		return null;
	}
}
