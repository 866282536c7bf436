import { Header } from "@carhythm/ui";
import { showLanguage, useMessages } from "../i18n/texts.ts";
import "./loading.css";

/** Shown while the answers are looked for. The words come after a moment, since mostly they are not needed. */
export function Loading() {
	const m = useMessages();
	return (
		<div class="screen">
			<Header onLanguage={showLanguage} />
			<main class="centred">
				<div role="status">
					<h1 class="loading quiet">{m.loading}</h1>
				</div>
			</main>
		</div>
	);
}

/** The server was never reached on this device: there is nothing to show but the way out. */
export function Unreachable({ onRetry }: { onRetry: () => unknown }) {
	const m = useMessages();
	return (
		<div class="screen">
			<Header onLanguage={showLanguage} />
			<main class="centred">
				<h1>{m.unreachable_title}</h1>
				<p class="quiet" role="alert">
					{m.unreachable_body}
				</p>
				<button type="button" class="primary" onClick={() => void onRetry()}>
					{m.try_again}
				</button>
			</main>
		</div>
	);
}
