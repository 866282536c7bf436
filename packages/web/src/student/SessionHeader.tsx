import { useState } from "preact/hooks";
import { useMessages } from "../shared/i18n/language.ts";
import { Header } from "../shared/ui/Header.tsx";
import { switchLanguage } from "./actions.ts";
import { PauseSheet } from "./pause/PauseSheet.tsx";
import { useVisit } from "./visit.ts";

/** The head of every screen inside an assessment: Pause is always there. */
export function SessionHeader() {
	const m = useMessages();
	const visit = useVisit();
	const [paused, setPaused] = useState(false);
	return (
		<>
			<Header onLanguage={(language) => switchLanguage(visit, language)}>
				<button type="button" class="ghost" onClick={() => setPaused(true)}>
					{m.pause}
				</button>
			</Header>
			{paused && <PauseSheet onContinue={() => setPaused(false)} />}
		</>
	);
}
