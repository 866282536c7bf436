import * as z from "#schema";
import { LocalizedText } from "./text.ts";

/** On whose word someone younger than the threshold may take part. */
export const AgeBasis = z.enum(["guardian", "school"]);
export type AgeBasis = z.infer<typeof AgeBasis>;

/** What the controller says of an assessment's data. What is null or empty was not said. */
export const NoticeText = z.object({
	/** Who is responsible. */
	controller: z.nullable(LocalizedText),
	/** Where questions and complaints go. */
	contact: z.nullable(LocalizedText),
	/** What the answers are for. */
	purpose: z.nullable(LocalizedText),
	/** Further paragraphs. */
	more: z.array(LocalizedText),
});
export type NoticeText = z.infer<typeof NoticeText>;

/** The notice on an assessment's data, as a page shows it before the first answer. */
export const PrivacyNotice = z.extend(NoticeText, {
	/** Another one when anything that the notice says has changed, the days of keeping included. */
	version: z.string(),
	/** Whether answers are taken only after the student has agreed. */
	consent_required: z.boolean(),
	/** Asked as "that age or older?"; null where the page asks for no age. */
	age_gate: z.nullable(z.object({ threshold: z.int(), basis: AgeBasis })),
});
export type PrivacyNotice = z.infer<typeof PrivacyNotice>;

/** A number of days for which something is kept; null for ever. */
const Days = z.nullable(z.int());

/** `GET /api/v2/settings/privacy`: what a page may promise, as this server is set. */
export const PrivacyReply = z.object({
	/** For how long an unfinished session can be continued after its last activity. */
	session_expiry_days: z.int(),
	/** For how long each kind is kept. */
	kept_days: z.object({
		/** An unfinished session, after its last activity: the expiry included. */
		unfinished: Days,
		/** A session that Start Fresh set aside, after that. */
		set_aside: Days,
		/** A completed session, after it was completed. */
		completed: Days,
		/** Name, address and the like, after the session was completed. */
		person: Days,
		/** Feedback, after it was given. */
		feedback: Days,
	}),
	/** For how long the student can undo that everything is erased. */
	erase_undo_days: z.int(),
	/** What of a person this server stores; a page asks for nothing else. */
	personal_fields: z.array(z.enum(["email", "full_name", "age_group", "country", "origin_country"])),
	/** Whether a page takes its computer for a shared one unless the student says otherwise. */
	shared_default: z.boolean(),
	/** What a page shows before the first answer. Absent from servers before it was there. */
	notice: z.optional(PrivacyNotice),
});
export type PrivacyReply = z.infer<typeof PrivacyReply>;
