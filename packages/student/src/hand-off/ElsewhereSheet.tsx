import type { HeldElsewhere } from "@carhythm/client";
import { Notice, Sheet } from "@carhythm/ui";
import { useMessages } from "../i18n/texts.ts";
import { now } from "../parts/now.ts";
import { SaveLine } from "../parts/SaveLine.tsx";
import { continueHere } from "../visit/actions.ts";
import { useAttempt } from "../visit/errors.ts";
import { useVisit } from "../visit/visit.ts";
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
