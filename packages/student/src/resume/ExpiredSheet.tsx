import { useMessages } from "../i18n/texts.ts";
import { ConfirmSheet } from "../parts/ConfirmSheet.tsx";
import { now } from "../parts/now.ts";
import { SessionRhythm } from "../parts/SessionRhythm.tsx";
import { startFresh } from "../visit/actions.ts";
import { useVisit } from "../visit/visit.ts";
import type { ResumeSheetProps } from "./props.ts";
import { SheetLinks } from "./SheetLinks.tsx";
import { WrittenLast } from "./WrittenLast.tsx";

/** The time in which it could be continued is over. */
export function ExpiredSheet({ choice, index, onNotYou }: ResumeSheetProps<"expired">) {
	const m = useMessages();
	const visit = useVisit();
	const { state, expired_at, pending } = choice;
	return (
		<ConfirmSheet
			title={m.resume.expired_title}
			primary={{ label: m.resume.new, work: () => startFresh(visit, state, false) }}
			links={<SheetLinks onNotYou={onNotYou} />}
		>
			<SessionRhythm index={index} state={state} now={null} />
			<p>{m.resume.expired(state.answered, expired_at, now())}</p>
			<WrittenLast state={state} />
			{pending > 0 && <p>{m.resume.pending}</p>}
		</ConfirmSheet>
	);
}
