import type { AssessmentIndex, ResumeChoice } from "@carhythm/core";
import { useMessages } from "../../shared/i18n/language.ts";
import { Notice } from "../../shared/ui/Notice.tsx";
import { Sheet } from "../../shared/ui/Sheet.tsx";
import { boot, startFresh } from "../app/actions.ts";
import { useAttempt } from "../app/errors.ts";
import { useVisit } from "../app/visit.ts";
import { SessionRhythm } from "../parts/SessionRhythm.tsx";
import { SheetLinks } from "./SheetLinks.tsx";

/** The server was set up anew, or this is another one: this device still has the answers, and says so. */
export function UnknownSheet({
	choice,
	index,
	onNotYou,
}: {
	choice: Extract<ResumeChoice, { kind: "unknown_to_server" }>;
	index: AssessmentIndex;
	onNotYou: () => void;
}) {
	const m = useMessages();
	const visit = useVisit();
	const attempt = useAttempt();
	const { state } = choice;
	return (
		<Sheet title={m.resume.unknown_title}>
			<SessionRhythm index={index} state={state} now={null} />
			<p>{m.resume.unknown(state.answered)}</p>
			{attempt.trouble && <Notice alert>{attempt.trouble}</Notice>}
			<div class="sheet-actions">
				<button type="button" class="primary" onClick={() => attempt.run(() => boot(visit))}>
					{m.try_again}
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
