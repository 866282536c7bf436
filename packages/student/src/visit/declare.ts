import { RequestRefused, type SessionChoice } from "@carhythm/client";
import type { AssessmentIndex, ConsentKind, PrivacyReply } from "@carhythm/core";
import { currentLanguage } from "@carhythm/ui";
import { opened, take } from "./actions.ts";
import type { Visit } from "./visit.ts";

/** What the server promises about the data of an assessment; asked once a visit. */
export async function fetchPrivacy(visit: Visit, { assessment }: AssessmentIndex): Promise<PrivacyReply> {
	const known = visit.privacy.value;
	if (known?.key === assessment.key) return known;
	const privacy = await visit.client.privacy(assessment.key);
	visit.privacy.value = { ...privacy, key: assessment.key };
	return privacy;
}

/**
 * Declares something to the notice of the open session. When the notice has changed since it was fetched, it is
 * fetched again, to be read before another try.
 */
export async function agree(visit: Visit, { notice }: PrivacyReply, kind: ConsentKind): Promise<void> {
	if (notice === undefined) return;
	const session = opened(visit);
	const own = await session.ownData();
	try {
		await own.agree({ version: notice.version, language: currentLanguage(), kind });
	} catch (error) {
		if (error instanceof RequestRefused && error.problem.code === "notice_outdated") {
			visit.privacy.value = null;
			await fetchPrivacy(visit, session.index);
		}
		throw error;
	}
}

/** Opens the session of a choice, where it is not open already; what `take` says of others holds here too. */
export async function reopen(visit: Visit, choice: SessionChoice): Promise<boolean> {
	return visit.session?.session_id === choice.state.session_id || take(visit, choice);
}

/** Keeps a session that was to be erased; where the student was in it, `reboot` finds out. */
export async function keep(visit: Visit, choice: SessionChoice): Promise<void> {
	if (await reopen(visit, choice)) await (await opened(visit).ownData()).keep();
}
