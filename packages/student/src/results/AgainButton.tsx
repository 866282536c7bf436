import { useState } from "preact/hooks";
import { useResultsMessages } from "../i18n/results-texts.ts";
import { ConfirmSheet } from "../parts/ConfirmSheet.tsx";
import { startFresh } from "../visit/actions.ts";
import { useSessionView, useVisit } from "../visit/visit.ts";

/** A new, empty assessment after a finished one; what that means for these results is said before. */
export function AgainButton() {
	const m = useResultsMessages();
	const visit = useVisit();
	const { state } = useSessionView();
	const [asking, setAsking] = useState(false);
	const close = () => setAsking(false);
	return (
		<p class="again">
			<button type="button" class="ghost quiet" onClick={() => setAsking(true)}>
				{m.again}
			</button>
			{asking && (
				<ConfirmSheet
					title={m.again_title}
					onDismiss={close}
					primary={{ label: m.again_no, onClick: close }}
					second={{ label: m.again_yes, work: () => startFresh(visit, state, false) }}
				>
					<p>{m.again_body}</p>
				</ConfirmSheet>
			)}
		</p>
	);
}
