import type { SessionState } from "@carhythm/core";
import { useMessages } from "../../shared/i18n/language.ts";
import { Notice } from "../../shared/ui/Notice.tsx";
import { Sheet } from "../../shared/ui/Sheet.tsx";
import { startFresh } from "../app/actions.ts";
import { useAttempt } from "../app/errors.ts";
import { useVisit } from "../app/visit.ts";

/** Start fresh says what happens before it happens; keeping the answers is the easier of the two. */
export function FreshSheet({ state, onCancel }: { state: SessionState; onCancel: () => void }) {
	const m = useMessages();
	const visit = useVisit();
	const attempt = useAttempt();
	return (
		<Sheet title={m.resume.confirm_title} onDismiss={onCancel}>
			<p>{m.resume.confirm(state.answered)}</p>
			{attempt.trouble && <Notice alert>{attempt.trouble}</Notice>}
			<div class="sheet-actions">
				<button type="button" class="primary" onClick={onCancel}>
					{m.resume.confirm_no}
				</button>
				<button
					type="button"
					class="second"
					aria-disabled={attempt.busy}
					onClick={() => attempt.run(() => startFresh(visit, state, true))}
				>
					{m.resume.confirm_yes}
				</button>
			</div>
		</Sheet>
	);
}
