import { useState } from "preact/hooks";
import { useMessages } from "../i18n/texts.ts";
import { ConfirmSheet } from "../parts/ConfirmSheet.tsx";
import { startFresh } from "../visit/actions.ts";
import { useSessionView, useVisit } from "../visit/visit.ts";

/** A new, empty assessment after a finished one; what that means for these results is said before. */
export function AgainButton() {
	const m = useMessages();
	const visit = useVisit();
	const { state } = useSessionView();
	const [asking, setAsking] = useState(false);
	const close = () => setAsking(false);
	return (
		<p class="again">
			<button type="button" class="ghost quiet" onClick={() => setAsking(true)}>
				{m.results.again}
			</button>
			{asking && (
				<ConfirmSheet
					title={m.results.again_title}
					onDismiss={close}
					primary={{ label: m.results.again_no, onClick: close }}
					second={{ label: m.results.again_yes, work: () => startFresh(visit, state, false) }}
				>
					<p>{m.results.again_body}</p>
				</ConfirmSheet>
			)}
		</p>
	);
}
