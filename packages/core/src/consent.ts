import * as z from "#schema";
import { Language } from "./text.ts";
import { Instant } from "./time.ts";

/**
 * What was declared to a notice. `seen`: it was shown before the first answer. `consent`: the student agreed,
 * being old enough. `guardian`, `school`: the student is younger than the threshold, and a guardian agreed or
 * the school answers for it.
 */
export const ConsentKind = z.enum(["seen", "consent", "guardian", "school"]);
export type ConsentKind = z.infer<typeof ConsentKind>;

/** A declaration as a client gives it. It names no age and no guardian. */
export const ConsentGiven = z.object({
	/** The notice that was on the screen. */
	version: z.string().check(z.maxLength(64)),
	/** In which language. */
	language: Language,
	kind: ConsentKind,
});
export type ConsentGiven = z.infer<typeof ConsentGiven>;

/** A declaration as it is stored. */
export const Consent = z.extend(ConsentGiven, { at: Instant, withdrawn_at: z.nullable(Instant) });
export type Consent = z.infer<typeof Consent>;

/** Why a session takes nothing in until its student does something about it. */
export const HeldBack = z.enum(["session_to_be_erased", "consent_required", "consent_withdrawn"]);
export type HeldBack = z.infer<typeof HeldBack>;
