import { Notice } from "@carhythm/ui";
import { useState } from "preact/hooks";
import { useMessages } from "../i18n/texts.ts";
import { forget } from "../visit/actions.ts";
import { useAttempt } from "../visit/errors.ts";
import { useVisit } from "../visit/visit.ts";

/** Ends a visit to a shared computer: nothing stays on it. While something is unsent it says so and stays. */
export function LeaveButton() {
	const m = useMessages();
	const visit = useVisit();
	const attempt = useAttempt();
	const [unsent, setUnsent] = useState(false);
	const trouble = attempt.trouble ?? (unsent && !attempt.busy ? m.shared_computer.unsent : null);
	return (
		<>
			{trouble && <Notice alert>{trouble}</Notice>}
			<button
				type="button"
				class="second"
				aria-disabled={attempt.busy}
				onClick={() => attempt.run(async () => setUnsent((await forget(visit, "left")) > 0))}
			>
				{attempt.busy ? m.shared_computer.leaving : m.pause_sheet.leave}
			</button>
		</>
	);
}
