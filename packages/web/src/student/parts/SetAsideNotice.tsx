import { useMessages } from "../../shared/i18n/language.ts";
import { Notice } from "../../shared/ui/Notice.tsx";
import { restore } from "../app/actions.ts";
import { useAttempt } from "../app/errors.ts";
import { useVisit } from "../app/visit.ts";

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
