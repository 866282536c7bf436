import { useMessages } from "../i18n/texts.ts";
import { ConfirmSheet } from "../parts/ConfirmSheet.tsx";
import { SessionRhythm } from "../parts/SessionRhythm.tsx";
import { boot, startFresh } from "../visit/actions.ts";
import { useVisit } from "../visit/visit.ts";
import type { ResumeSheetProps } from "./props.ts";
import { SheetLinks } from "./SheetLinks.tsx";

/** The server was set up anew, or this is another one: this device still has the answers, and says so. */
export function UnknownSheet({ choice, index, onNotYou }: ResumeSheetProps<"unknown_to_server">) {
	const m = useMessages();
	const visit = useVisit();
	const { state } = choice;
	return (
		<ConfirmSheet
			title={m.resume.unknown_title}
			primary={{ label: m.try_again, work: () => boot(visit) }}
			second={{ label: m.resume.new, work: () => startFresh(visit, state, false) }}
			links={<SheetLinks onNotYou={onNotYou} />}
		>
			<SessionRhythm index={index} state={state} now={null} />
			<p>{m.resume.unknown(state.answered)}</p>
		</ConfirmSheet>
	);
}
