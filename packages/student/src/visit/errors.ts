import { RequestRefused, ServerUnreachable } from "@carhythm/client";
import { RefusalCode } from "@carhythm/core";
import { useState } from "preact/hooks";
import type { Messages } from "../i18n/en.ts";
import { useMessages } from "../i18n/texts.ts";

/**
 * The sentence for a refusal, in the present language; the server's own English sentence for a code not known
 * here.
 */
export function refusalText(m: Messages, refusal: { code: string; detail: string }): string {
	const known = RefusalCode.safeParse(refusal.code);
	return known.success ? m.refusal[known.data] : refusal.detail;
}

function troubleText(m: Messages, error: unknown): string {
	if (error instanceof ServerUnreachable) {
		return error.reason === "server" ? m.server_busy : m.server_unreachable;
	}
	if (error instanceof RequestRefused) return refusalText(m, error.problem);
	return m.unexpected;
}

/** Something that takes a moment and may fail: a button shows that it works, and what went wrong. */
export type Attempt = { busy: boolean; trouble: string | null; run(work: () => Promise<unknown>): void };

/** State of one {@link Attempt}. A second click while the first still works does nothing. */
export function useAttempt(): Attempt {
	const m = useMessages();
	const [busy, setBusy] = useState(false);
	const [error, setError] = useState<{ cause: unknown } | null>(null);
	return {
		busy,
		trouble: error && troubleText(m, error.cause),
		run(work) {
			if (busy) return;
			setBusy(true);
			setError(null);
			work()
				.catch((cause: unknown) => {
					setError({ cause });
					if (!(cause instanceof ServerUnreachable || cause instanceof RequestRefused)) reportError(cause);
				})
				.finally(() => setBusy(false));
		},
	};
}
