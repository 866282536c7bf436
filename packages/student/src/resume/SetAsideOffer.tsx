import { useMessages } from "../i18n/texts.ts";
import { now } from "../parts/now.ts";
import { restore } from "../visit/actions.ts";
import { useAttempt } from "../visit/errors.ts";
import { useVisit } from "../visit/visit.ts";
import "./resume.css";

/** On a later visit: the way back to what Start Fresh has put away, while there is one. */
export function SetAsideOffer() {
	const m = useMessages();
	const visit = useVisit();
	const attempt = useAttempt();
	const set_aside = visit.client.restorable();
	if (set_aside === null && attempt.trouble === null) return null;
	return (
		<div class="set-aside-offer small quiet" role={attempt.trouble === null ? undefined : "alert"}>
			<p>
				{attempt.trouble ??
					(set_aside && m.resume.set_aside_until(set_aside.answered, set_aside.until, now()))}
			</p>
			{set_aside && (
				<button
					type="button"
					class="link"
					aria-disabled={attempt.busy}
					onClick={() => attempt.run(() => restore(visit, set_aside.session_id))}
				>
					{m.resume.set_aside_return(set_aside.answered)}
				</button>
			)}
		</div>
	);
}
