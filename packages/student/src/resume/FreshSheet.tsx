import type { SessionState } from "@carhythm/core";
import { useMessages } from "../i18n/texts.ts";
import { ConfirmSheet } from "../parts/ConfirmSheet.tsx";
import { startFresh } from "../visit/actions.ts";
import { useVisit } from "../visit/visit.ts";

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
