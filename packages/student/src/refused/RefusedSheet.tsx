import type { RefusedOperation } from "@carhythm/client";
import { inLanguage } from "@carhythm/core";
import { Sheet, useLanguage } from "@carhythm/ui";
import { useMessages } from "../i18n/texts.ts";
import { opened } from "../visit/actions.ts";
import { refusalText } from "../visit/errors.ts";
import { questionRoute } from "../visit/routes.ts";
import { useSessionView, useVisit } from "../visit/visit.ts";

/**
 * Everything the server did not take, with its reason and the way to the question. Nothing leaves the list by
 * itself.
 */
export function RefusedSheet({ onClose }: { onClose: () => void }) {
	const m = useMessages();
	const { refused } = useSessionView();
	return (
		<Sheet title={m.refused.title} onDismiss={onClose}>
			<p>{m.refused.intro}</p>
			<ul class="refused-list">
				{refused.map((operation) => (
					<Refused key={operation.operation_id} operation={operation} onClose={onClose} />
				))}
			</ul>
			<div class="sheet-actions">
				<button type="button" class="primary" onClick={onClose}>
					{m.close}
				</button>
			</div>
		</Sheet>
	);
}

function Refused({ operation, onClose }: { operation: RefusedOperation; onClose: () => void }) {
	const m = useMessages();
	const language = useLanguage();
	const visit = useVisit();
	const { index } = useSessionView();
	const { command } = operation;
	const place = "question_id" in command ? index.by_question.get(command.question_id) : undefined;
	return (
		<li>
			<strong>{place ? inLanguage(place.question.text, language) : m.refused.whole}</strong>
			<p>{refusalText(m, operation)}</p>
			{place && (
				<button
					type="button"
					class="link"
					onClick={() => {
						onClose();
						visit.navigation.go(questionRoute(place.index));
					}}
				>
					{m.refused.go}
				</button>
			)}
			<button
				type="button"
				class="link"
				onClick={() => void opened(visit).dismissRefused(operation.operation_id)}
			>
				{m.refused.dismiss}
			</button>
		</li>
	);
}
