import { useMessages } from "../i18n/texts.ts";
import { ConfirmSheet } from "../parts/ConfirmSheet.tsx";
import { now } from "../parts/now.ts";
import { SessionRhythm } from "../parts/SessionRhythm.tsx";
import { restore, startFresh } from "../visit/actions.ts";
import { useVisit } from "../visit/visit.ts";
import type { ResumeSheetProps } from "./props.ts";
import { SheetLinks } from "./SheetLinks.tsx";
import { WrittenLast } from "./WrittenLast.tsx";

/** These answers were set aside by Start fresh, here or on another device: back to them, or on without them. */
export function AbandonedSheet({ choice, index, onNotYou }: ResumeSheetProps<"abandoned">) {
	const m = useMessages();
	const visit = useVisit();
	const { state, restorable_until, pending } = choice;
	return (
		<ConfirmSheet
			title={m.resume.abandoned_title}
			primary={{ label: m.resume.restore, work: () => restore(visit, state.session_id) }}
			second={{ label: m.resume.new, work: () => startFresh(visit, state, false) }}
			links={<SheetLinks onNotYou={onNotYou} />}
		>
			<SessionRhythm index={index} state={state} now={null} />
			<p>
				{m.resume.abandoned(state.answered)}{" "}
				{restorable_until && m.resume.abandoned_until(restorable_until, now())}
			</p>
			<WrittenLast state={state} />
			{pending > 0 && <p>{m.resume.pending}</p>}
		</ConfirmSheet>
	);
}
