import type { AssessmentIndex, ResumeChoice } from "@carhythm/core";
import { useMessages } from "../../shared/i18n/language.ts";
import { now } from "../../shared/now.ts";
import { Notice } from "../../shared/ui/Notice.tsx";
import { Sheet } from "../../shared/ui/Sheet.tsx";
import { restore, startFresh } from "../app/actions.ts";
import { useAttempt } from "../app/errors.ts";
import { useVisit } from "../app/visit.ts";
import { SessionRhythm } from "../parts/SessionRhythm.tsx";
import { SheetLinks } from "./SheetLinks.tsx";
import { WrittenLast } from "./WrittenLast.tsx";

/** These answers were set aside by Start fresh, here or on another device: back to them, or on without them. */
export function AbandonedSheet({
	choice,
	index,
	onNotYou,
}: {
	choice: Extract<ResumeChoice, { kind: "abandoned" }>;
	index: AssessmentIndex;
	onNotYou: () => void;
}) {
	const m = useMessages();
	const visit = useVisit();
	const attempt = useAttempt();
	const { state, restorable_until, pending } = choice;
	return (
		<Sheet title={m.resume.abandoned_title}>
			<SessionRhythm index={index} state={state} now={null} />
			<p>
				{m.resume.abandoned(state.answered)}{" "}
				{restorable_until && m.resume.abandoned_until(restorable_until, now())}
			</p>
			<WrittenLast state={state} />
			{pending > 0 && <p>{m.resume.pending}</p>}
			{attempt.trouble && <Notice alert>{attempt.trouble}</Notice>}
			<div class="sheet-actions">
				<button
					type="button"
					class="primary"
					aria-disabled={attempt.busy}
					onClick={() => attempt.run(() => restore(visit, state.session_id))}
				>
					{m.resume.restore}
				</button>
				<button
					type="button"
					class="second"
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
