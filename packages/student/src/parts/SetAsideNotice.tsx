import { Notice } from "@carhythm/ui";
import { useMessages } from "../i18n/texts.ts";
import { restore } from "../visit/actions.ts";
import { useAttempt } from "../visit/errors.ts";
import { useVisit } from "../visit/visit.ts";

/** Right after Start Fresh, or after its undoing: the way back to the answers that were set aside. */
export function SetAsideNotice() {
	const m = useMessages();
	const visit = useVisit();
	const attempt = useAttempt();
	const { value: set_aside } = visit.set_aside;
	if (set_aside === null) return null;
	return (
		<Notice>
			<p>{attempt.trouble ?? m.resume.set_aside(set_aside.answered)}</p>
			<button
				type="button"
				class="link"
				aria-disabled={attempt.busy}
				onClick={() => attempt.run(() => restore(visit, set_aside.session_id))}
			>
				{m.resume.undo}
			</button>
		</Notice>
	);
}
