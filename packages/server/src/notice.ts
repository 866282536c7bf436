import { createHash } from "node:crypto";
import {
	type ConsentNeed,
	consentNeed,
	ERASE_UNDO_DAYS,
	type PrivacyNotice,
	type PrivacyReply,
} from "@carhythm/core";
import type { NoticeConfig, NoticeTexts } from "./notice-settings.ts";
import { PERSONAL_FIELDS, type PersonalField, type RetentionConfig } from "./privacy-settings.ts";

/** What a page's promises are worked out from. */
export type PromiseConfig = {
	session_expiry_days: number;
	/** Without it a page promises nothing. */
	retention?: RetentionConfig;
	/** Without it everything is stored. */
	personal_fields?: readonly PersonalField[];
	shared_default?: boolean;
	/** Without it no agreement is asked for, and no controller is named. */
	notice?: NoticeConfig;
};

const NO_NOTICE: NoticeConfig = {
	privacy_notice: { controller: null, contact: null, purpose: null, more: [], assessments: {} },
	consent_required: false,
	age_threshold: 0,
	age_basis: "guardian",
};

/** What a page may promise, and the notice on the data of one assessment. */
export function promisesOf(
	config: PromiseConfig,
	assessment: string | null,
): PrivacyReply & { notice: PrivacyNotice } {
	const { session_expiry_days, retention, shared_default = false } = config;
	const daysOf = (days: number | undefined) => (days ? days : null);
	const unfinished = daysOf(retention?.retention_unfinished_days);
	const promises = {
		session_expiry_days,
		kept_days: {
			unfinished: unfinished === null ? null : session_expiry_days + unfinished,
			set_aside: daysOf(retention?.retention_set_aside_days),
			completed: daysOf(retention?.retention_completed_days),
			person: daysOf(retention?.retention_person_days),
			feedback: daysOf(retention?.retention_feedback_days),
		},
		erase_undo_days: ERASE_UNDO_DAYS,
		personal_fields: [...(config.personal_fields ?? PERSONAL_FIELDS)],
	};
	const notice = noticeWithoutVersion(config.notice ?? NO_NOTICE, assessment);
	return { ...promises, shared_default, notice: { ...notice, version: versionOf({ ...promises, notice }) } };
}

/** What has to be declared before an answer is taken. */
export function consentNeedOf(config: NoticeConfig = NO_NOTICE): ConsentNeed {
	return consentNeed(noticeWithoutVersion(config, null));
}

function noticeWithoutVersion(
	config: NoticeConfig,
	assessment: string | null,
): Omit<PrivacyNotice, "version"> {
	const { consent_required, age_threshold, age_basis } = config;
	return {
		...textsOf(config.privacy_notice, assessment),
		consent_required,
		age_gate: age_threshold === 0 ? null : { threshold: age_threshold, basis: age_basis },
	};
}

function textsOf({ assessments, ...texts }: NoticeTexts, assessment: string | null) {
	const own = assessment !== null && Object.hasOwn(assessments, assessment) ? assessments[assessment] : {};
	return { ...texts, ...own };
}

/** A hash of all that the notice says, so that no change of a text or of a number of days goes without another one. */
function versionOf(content: unknown): string {
	return createHash("sha256").update(JSON.stringify(content)).digest("hex").slice(0, 12);
}
