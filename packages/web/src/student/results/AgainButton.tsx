import { useState } from "preact/hooks";
import { useMessages } from "../../shared/i18n/language.ts";
import { Notice } from "../../shared/ui/Notice.tsx";
import { Sheet } from "../../shared/ui/Sheet.tsx";
import { startFresh } from "../app/actions.ts";
import { useAttempt } from "../app/errors.ts";
import { useSessionView, useVisit } from "../app/visit.ts";

/** A new, empty assessment after a finished one; what that means for these results is said before. */
export function AgainButton() {
	const m = useMessages();
	const visit = useVisit();
	const { state } = useSessionView();
	const attempt = useAttempt();
	const [asking, setAsking] = useState(false);
	const close = () => setAsking(false);
	return (
		<p class="again">
			<button type="button" class="ghost quiet" onClick={() => setAsking(true)}>
				{m.results.again}
			</button>
			{asking && (
				<Sheet title={m.results.again_title} onDismiss={close}>
					<p>{m.results.again_body}</p>
					{attempt.trouble && <Notice alert>{attempt.trouble}</Notice>}
					<div class="sheet-actions">
						<button type="button" class="primary" onClick={close}>
							{m.results.again_no}
						</button>
						<button
							type="button"
							class="second"
							aria-disabled={attempt.busy}
							onClick={() => attempt.run(() => startFresh(visit, state, false))}
						>
							{m.results.again_yes}
						</button>
					</div>
				</Sheet>
			)}
		</p>
	);
}
