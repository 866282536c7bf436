import { ownData as arabic } from "../../src/own-data/texts-ar.ts";
import { ownData as english, type OwnDataTexts } from "../../src/own-data/texts-en.ts";
import type { Language } from "./words.ts";

/** What the sheets about the student's data say. */
export const OWN_DATA: Readonly<Record<Language, OwnDataTexts>> = { en: english, ar: arabic };
