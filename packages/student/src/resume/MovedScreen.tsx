import { Header } from "@carhythm/ui";
import { showLanguage, useMessages } from "../i18n/texts.ts";
import { ConfirmSheet } from "../parts/ConfirmSheet.tsx";
import { boot } from "../visit/actions.ts";
import { useVisit } from "../visit/visit.ts";

/** The student went on elsewhere and left this device: it shows nothing of the session, and a way to begin. */
export function MovedScreen() {
	const m = useMessages();
	const visit = useVisit();
	return (
		<div class="screen">
			<Header onLanguage={showLanguage} />
			<main class="centred" />
			<ConfirmSheet title={m.moved.title} primary={{ label: m.moved.welcome, work: () => boot(visit) }}>
				<p>{m.moved.body}</p>
				<p>{m.moved.queued}</p>
			</ConfirmSheet>
		</div>
	);
}
