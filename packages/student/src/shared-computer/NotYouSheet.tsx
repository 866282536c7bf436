import { unreachable } from "@carhythm/core";
import { Notice } from "@carhythm/ui";
import { useState } from "preact/hooks";
import type { Messages } from "../i18n/en.ts";
import { useMessages } from "../i18n/texts.ts";
import { ConfirmSheet } from "../parts/ConfirmSheet.tsx";
import { forget } from "../visit/actions.ts";
import { useVisit } from "../visit/visit.ts";

/** What the server keeps of an assessment that this browser forgets. */
export type WhatStays =
	| { kind: "answers" }
	/** They are finished, and their result was seen here. */
	| { kind: "results" }
	/** The server does not know the assessment: what is here is all there is. */
	| { kind: "nothing"; answered: number; unsendable: number };

/** For a person who finds another one's assessment in this browser. */
export function NotYouSheet({ stays, onCancel }: { stays: WhatStays; onCancel: () => void }) {
	const m = useMessages();
	const visit = useVisit();
	const unsendable = stays.kind === "nothing" ? stays.unsendable : 0;
	const [unsent, setUnsent] = useState(0);
	const leave = async () => {
		setUnsent(0);
		setUnsent(await forget(visit, "not_you", unsendable));
	};
	return (
		<ConfirmSheet
			title={m.not_you.title}
			onDismiss={onCancel}
			primary={{ label: m.not_you.no, onClick: onCancel }}
			second={{ label: stays.kind === "nothing" ? m.not_you.yes_delete : m.not_you.yes, work: leave }}
		>
			<p>{bodyText(m, stays)}</p>
			{unsent > 0 && <Notice alert>{m.not_you.unsent(unsent)}</Notice>}
		</ConfirmSheet>
	);
}

function bodyText(m: Messages, stays: WhatStays): string {
	switch (stays.kind) {
		case "answers":
			return m.not_you.body;
		case "results":
			return m.not_you.body_results;
		case "nothing":
			return m.not_you.body_delete(stays.answered);
		default:
			return unreachable(stays);
	}
}
