import type { SessionState } from "@carhythm/core";
import { useMessages } from "../../shared/i18n/language.ts";
import { startFresh } from "../app/actions.ts";
import { useVisit } from "../app/visit.ts";
import { ConfirmSheet } from "../parts/ConfirmSheet.tsx";

/** Start fresh says what happens before it happens; keeping the answers is the easier of the two. */
export function FreshSheet({ state, onCancel }: { state: SessionState; onCancel: () => void }) {
	const m = useMessages();
	const visit = useVisit();
	return (
		<ConfirmSheet
			title={m.resume.confirm_title}
			onDismiss={onCancel}
			primary={{ label: m.resume.confirm_no, onClick: onCancel }}
			second={{ label: m.resume.confirm_yes, work: () => startFresh(visit, state, true) }}
		>
			<p>{m.resume.confirm(state.answered)}</p>
		</ConfirmSheet>
	);
}
