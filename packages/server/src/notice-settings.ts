import { AgeBasis, Key, type LocalizedText, type NoticeText, StorableText } from "@carhythm/core";
import * as z from "zod/mini";
import { integer, jsonText, type Setting, yesOrNo } from "./setting.ts";

/** What the operator says of the data of all assessments, and of single ones by their key. */
export type NoticeTexts = NoticeText & { assessments: Readonly<Record<string, Partial<NoticeText>>> };

/** What an operator may set about the notice and about agreement. */
export type NoticeConfig = {
	privacy_notice: NoticeTexts;
	/** Whether answers are taken only after the student has agreed. */
	consent_required: boolean;
	/** Someone younger needs a guardian or the school; 0: no student is asked. */
	age_threshold: number;
	age_basis: AgeBasis;
};

const LONGEST_TEXT = 4000;
const MOST_PARAGRAPHS = 20;

const said = StorableText.check(z.trim(), z.minLength(1), z.maxLength(LONGEST_TEXT));
/** Both languages are wanted: a notice that a student cannot read is none. */
const Said = z.strictObject({ en: said, ar: said }) satisfies z.ZodMiniType<LocalizedText, unknown>;

const parts = {
	controller: z.optional(Said),
	contact: z.optional(Said),
	purpose: z.optional(Said),
	more: z.optional(z.array(Said).check(z.maxLength(MOST_PARAGRAPHS))),
};

const NoticeFile = z.pipe(
	z.strictObject({ ...parts, assessments: z.optional(z.record(Key, z.strictObject(parts))) }),
	z.transform(
		({ controller, contact, purpose, more, assessments }): NoticeTexts => ({
			controller: controller ?? null,
			contact: contact ?? null,
			purpose: purpose ?? null,
			more: more ?? [],
			// JSON holds no undefined, so what is named has a value.
			assessments: (assessments ?? {}) as NoticeTexts["assessments"],
		}),
	),
);

/** The part of the table of settings that is about the notice. */
export const NOTICE_SETTINGS: { [Name in keyof NoticeConfig]: Setting<NoticeConfig[Name]> } = {
	privacy_notice: {
		variable: "PRIVACY_NOTICE",
		flag: "--privacy-notice",
		placeholder: "JSON",
		fallback: "{}",
		about: "Who is responsible for the data, what for, and whom to ask; PRIVACY_NOTICE_FILE names a file.",
		allowed: `It must be JSON such as {"controller": {"en": "Our school", "ar": "مدرستنا"}}, with controller, contact, purpose, more and assessments, each text in both languages.`,
		schema: z.pipe(jsonText, NoticeFile),
	},
	consent_required: {
		variable: "CONSENT_REQUIRED",
		flag: "--consent-required",
		placeholder: "BOOLEAN",
		needsNoValue: true,
		fallback: "false",
		about: "true takes answers only after the student has agreed to the notice.",
		allowed: "It must be true or false.",
		schema: yesOrNo,
	},
	age_threshold: {
		variable: "AGE_THRESHOLD",
		flag: "--age-threshold",
		placeholder: "YEARS",
		fallback: "0",
		about:
			"Pages ask whether a student is that old; a younger one needs what AGE_BASIS says. 0: no question.",
		allowed: "It must be 0, or an age from 5 to 21.",
		schema: integer(0, 21).check(z.refine((years) => years === 0 || years >= 5)),
	},
	age_basis: {
		variable: "AGE_BASIS",
		flag: "--age-basis",
		placeholder: "BASIS",
		fallback: "guardian",
		about: "guardian: someone below AGE_THRESHOLD needs a guardian's agreement; school: the school answers.",
		allowed: "It must be guardian or school.",
		schema: AgeBasis,
	},
};

/** What is missing for the settings to be of use, as a sentence; null where nothing is. */
export function noticeProblem({
	privacy_notice,
	consent_required,
	age_threshold,
}: NoticeConfig): string | null {
	const { controller, contact } = privacy_notice;
	if ((controller && contact) || (!consent_required && age_threshold === 0)) return null;
	return "CONSENT_REQUIRED and AGE_THRESHOLD need a PRIVACY_NOTICE with controller and contact: a student has to know to whom the agreement is given.";
}
