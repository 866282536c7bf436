import type { AssessmentIndex, ResumeChoice } from "@carhythm/core";
import { useMessages } from "../../shared/i18n/language.ts";
import { now } from "../../shared/now.ts";
import { Notice } from "../../shared/ui/Notice.tsx";
import { Sheet } from "../../shared/ui/Sheet.tsx";
import { startFresh } from "../app/actions.ts";
import { useAttempt } from "../app/errors.ts";
import { useVisit } from "../app/visit.ts";
import { SessionRhythm } from "../parts/SessionRhythm.tsx";
import { SheetLinks } from "./SheetLinks.tsx";
import { WrittenLast } from "./WrittenLast.tsx";

/** The thirty days are over. */
export function ExpiredSheet({
	choice,
	index,
	onNotYou,
}: {
	choice: Extract<ResumeChoice, { kind: "expired" }>;
	index: AssessmentIndex;
	onNotYou: () => void;
}) {
	const m = useMessages();
	const visit = useVisit();
	const attempt = useAttempt();
	const { state, expired_at, pending } = choice;
	return (
		<Sheet title={m.resume.expired_title}>
			<SessionRhythm index={index} state={state} now={null} />
			<p>{m.resume.expired(state.answered, expired_at, now())}</p>
			<WrittenLast state={state} />
			{pending > 0 && <p>{m.resume.pending}</p>}
			{attempt.trouble && <Notice alert>{attempt.trouble}</Notice>}
			<div class="sheet-actions">
				<button
					type="button"
					class="primary"
					aria-disabled={attempt.busy}
					onClick={() => attempt.run(() => startFresh(visit, state, false))}
				>
					{m.resume.new}
				</button>
				<SheetLinks onNotYou={onNotYou} />
			</div>
		</Sheet>
	);
}
