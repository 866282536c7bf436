import { useState } from "preact/hooks";
import { useMessages } from "../../shared/i18n/language.ts";
import { Notice } from "../../shared/ui/Notice.tsx";
import { Sheet } from "../../shared/ui/Sheet.tsx";
import { forget } from "../actions.ts";
import { useAttempt } from "../trouble.ts";
import { useVisit } from "../visit.ts";

/** For whoever finds somebody else's assessment in this browser. */
export function NotYouSheet({ onCancel }: { onCancel: () => void }) {
	const m = useMessages();
	const visit = useVisit();
	const attempt = useAttempt();
	const [unsent, setUnsent] = useState(0);
	return (
		<Sheet title={m.not_you.title} onDismiss={onCancel}>
			<p>{m.not_you.body}</p>
			{attempt.trouble && <Notice alert>{attempt.trouble}</Notice>}
			{!attempt.busy && unsent > 0 && <Notice alert>{m.not_you.unsent(unsent)}</Notice>}
			<div class="sheet-actions">
				<button type="button" class="primary" onClick={onCancel}>
					{m.not_you.no}
				</button>
				<button
					type="button"
					class="second"
					aria-disabled={attempt.busy}
					onClick={() => attempt.run(async () => setUnsent(await forget(visit, "not_you")))}
				>
					{m.not_you.yes}
				</button>
			</div>
		</Sheet>
	);
}
