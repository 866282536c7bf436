import type { HeldElsewhere } from "@carhythm/client";
import { useMessages } from "../../shared/i18n/language.ts";
import { now } from "../../shared/now.ts";
import { Notice } from "../../shared/ui/Notice.tsx";
import { Sheet } from "../../shared/ui/Sheet.tsx";
import { continueHere } from "../app/actions.ts";
import { useAttempt } from "../app/errors.ts";
import { useVisit } from "../app/visit.ts";
import { SaveLine } from "../parts/SaveLine.tsx";
import { Where } from "./Where.tsx";

/**
 * The session goes on on another device: where that is, and the way back. What is behind the sheet cannot be
 * touched.
 */
export function ElsewhereSheet({ held }: { held: HeldElsewhere }) {
	const m = useMessages();
	const visit = useVisit();
	const attempt = useAttempt();
	return (
		<Sheet title={m.elsewhere.title}>
			<p>
				<Where held={held} now={now()} />
			</p>
			<p>{m.elsewhere.safe}</p>
			<SaveLine />
			{attempt.trouble && <Notice alert>{attempt.trouble}</Notice>}
			<div class="sheet-actions">
				<button
					type="button"
					class="primary"
					aria-disabled={attempt.busy}
					onClick={() => attempt.run(() => continueHere(visit))}
				>
					{m.elsewhere.here}
				</button>
			</div>
		</Sheet>
	);
}
