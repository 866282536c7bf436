import { Notice, Sheet } from "@carhythm/ui";
import type { ComponentChildren } from "preact";
import { type Attempt, useAttempt } from "../visit/errors.ts";

/**
 * One answer. `work` may take a moment and fail: then the sheet says what went wrong. `onClick` only changes
 * what is shown.
 */
type SheetAction = { label: string } & ({ work: () => Promise<unknown> } | { onClick: () => void });

/** A question with its answers, the easier one first. */
export function ConfirmSheet({
	title,
	primary,
	second,
	onDismiss,
	links,
	children,
}: {
	title: ComponentChildren;
	primary: SheetAction;
	second?: SheetAction;
	/** Left out where there is nothing to go back to. */
	onDismiss?: () => void;
	/** Quieter ways on, below the answers. */
	links?: ComponentChildren;
	children: ComponentChildren;
}) {
	const attempt = useAttempt();
	return (
		<Sheet title={title} {...(onDismiss && { onDismiss })}>
			{children}
			{attempt.trouble && <Notice alert>{attempt.trouble}</Notice>}
			<div class="sheet-actions">
				<ActionButton look="primary" action={primary} attempt={attempt} />
				{second && <ActionButton look="second" action={second} attempt={attempt} />}
				{links}
			</div>
		</Sheet>
	);
}

function ActionButton({
	look,
	action,
	attempt,
}: {
	look: "primary" | "second";
	action: SheetAction;
	attempt: Attempt;
}) {
	if ("onClick" in action) {
		return (
			<button type="button" class={look} onClick={action.onClick}>
				{action.label}
			</button>
		);
	}
	return (
		<button type="button" class={look} aria-disabled={attempt.busy} onClick={() => attempt.run(action.work)}>
			{action.label}
		</button>
	);
}
