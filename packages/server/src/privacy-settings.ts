import * as z from "zod/mini";
import { NOTICE_SETTINGS, type NoticeConfig } from "./notice-settings.ts";
import { integer, type Setting, yesOrNo } from "./setting.ts";

/** For how many days each kind of data is kept; 0 keeps it for ever. */
export type RetentionConfig = {
	retention_unfinished_days: number;
	retention_set_aside_days: number;
	retention_completed_days: number;
	retention_person_days: number;
	retention_feedback_days: number;
	retention_late_days: number;
	retention_codes_days: number;
	retention_backups_days: number;
};

/** What tells who a student is. */
export const PERSONAL_FIELDS = ["email", "full_name", "age_group", "country", "origin_country"] as const;
export type PersonalField = (typeof PERSONAL_FIELDS)[number];

/** What an operator may set about personal data. */
export type PrivacyConfig = RetentionConfig &
	NoticeConfig & {
		/** Whether pages take a computer for one that others use too, unless the student says otherwise. */
		shared_default: boolean;
		/** What of a person is asked and stored; what a client sends beside it is dropped. */
		personal_fields: readonly PersonalField[];
		/** Makes the hashes of erased sessions; null for a key in a file. */
		erasure_key: string | null;
		/** Where erasures are remembered, without the ends of the files' names; null for the usual place. */
		erasure_memory: string | null;
	};

/** 0 for ever, or a number of days from the least. */
const daysOrEver = (least: number) =>
	integer(0, 36_500).check(z.refine((days) => days === 0 || days >= least));

const textOrNull = (least: number) =>
	z.pipe(
		z.string().check(z.refine((text) => (text === "" || text.length >= least) && !/\p{Cc}/u.test(text))),
		z.transform((text) => (text === "" ? null : text)),
	);

const Fields = z.pipe(
	z.pipe(
		z.string(),
		z.transform((text) => (text === "none" ? [] : text.split(",").map((field) => field.trim()))),
	),
	z.array(z.enum(PERSONAL_FIELDS)),
);

/** The part of the table of settings that is about personal data. */
export const PRIVACY_SETTINGS: { [Name in keyof PrivacyConfig]: Setting<PrivacyConfig[Name]> } = {
	shared_default: {
		variable: "SHARED_DEFAULT",
		flag: "--shared-default",
		placeholder: "BOOLEAN",
		needsNoValue: true,
		fallback: "false",
		about: "true for labs: pages take a computer for a shared one unless the student says otherwise.",
		allowed: "It must be true or false.",
		schema: yesOrNo,
	},
	// At least 30, because what a device did in time counts when it is delivered within 30 days.
	retention_unfinished_days: {
		variable: "RETENTION_UNFINISHED_DAYS",
		flag: "--retention-unfinished-days",
		placeholder: "DAYS",
		fallback: "30",
		about: "An unfinished session is erased so long after it has expired.",
		allowed: "It must be 0, which keeps it for ever, or a number of days from 30 to 36500.",
		schema: daysOrEver(30),
	},
	// At least 7, because it can be brought back for so long.
	retention_set_aside_days: {
		variable: "RETENTION_SET_ASIDE_DAYS",
		flag: "--retention-set-aside-days",
		placeholder: "DAYS",
		fallback: "30",
		about: "A session that Start Fresh set aside is erased so long after that.",
		allowed: "It must be 0, which keeps it for ever, or a number of days from 7 to 36500.",
		schema: daysOrEver(7),
	},
	retention_completed_days: {
		variable: "RETENTION_COMPLETED_DAYS",
		flag: "--retention-completed-days",
		placeholder: "DAYS",
		fallback: "730",
		about: "A completed session is erased so long after it was completed.",
		allowed: "It must be 0, which keeps it for ever, or a number of days from 1 to 36500.",
		schema: daysOrEver(1),
	},
	retention_person_days: {
		variable: "RETENTION_PERSON_DAYS",
		flag: "--retention-person-days",
		placeholder: "DAYS",
		fallback: "365",
		about: "Name, address and the like leave a completed session so long after it was completed.",
		allowed: "It must be 0, which keeps it for ever, or a number of days from 1 to 36500.",
		schema: daysOrEver(1),
	},
	retention_feedback_days: {
		variable: "RETENTION_FEEDBACK_DAYS",
		flag: "--retention-feedback-days",
		placeholder: "DAYS",
		fallback: "730",
		about: "Feedback is deleted so long after it was given.",
		allowed: "It must be 0, which keeps it for ever, or a number of days from 1 to 36500.",
		schema: daysOrEver(1),
	},
	retention_late_days: {
		variable: "RETENTION_LATE_DAYS",
		flag: "--retention-late-days",
		placeholder: "DAYS",
		fallback: "90",
		about: "What came to a session after its end is deleted so long after it came.",
		allowed: "It must be 0, which keeps it for ever, or a number of days from 30 to 36500.",
		schema: daysOrEver(30),
	},
	retention_codes_days: {
		variable: "RETENTION_CODES_DAYS",
		flag: "--retention-codes-days",
		placeholder: "DAYS",
		fallback: "1",
		about: "Codes for another device are deleted so long after they ran out.",
		allowed: "It must be a number of days from 1 to 365.",
		schema: integer(1, 365),
	},
	retention_backups_days: {
		variable: "RETENTION_BACKUPS_DAYS",
		flag: "--retention-backups-days",
		placeholder: "DAYS",
		fallback: "90",
		about: "Backups that were made by themselves before a migration are deleted after so long.",
		allowed: "It must be 0, which keeps it for ever, or a number of days from 1 to 36500.",
		schema: daysOrEver(1),
	},
	personal_fields: {
		variable: "PERSONAL_FIELDS",
		flag: "--personal-fields",
		placeholder: "LIST",
		fallback: PERSONAL_FIELDS.join(","),
		about:
			"What of a person is stored, separated by commas; none stores nothing of it, whatever clients send.",
		allowed: `It must be none, or a list of ${PERSONAL_FIELDS.join(", ")}.`,
		schema: Fields,
	},
	...NOTICE_SETTINGS,
	erasure_key: {
		variable: "ERASURE_KEY",
		flag: "--erasure-key",
		placeholder: "TEXT",
		fallback: "",
		about: "Makes the hashes that remember erased sessions; empty: a key in a file beside the database.",
		allowed: "It must have at least 32 characters.",
		schema: textOrNull(32),
	},
	erasure_memory: {
		variable: "ERASURE_MEMORY",
		flag: "--erasure-memory",
		placeholder: "PATH",
		fallback: "",
		about: "Where erasures are remembered: PATH.erasures and PATH.erasure-key; empty: beside the database.",
		allowed: "It must be a path.",
		schema: textOrNull(1),
	},
};
