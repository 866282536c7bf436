import { parseHandOffCode } from "@carhythm/core";
import { Notice, Sheet } from "@carhythm/ui";
import { useId, useRef, useState } from "preact/hooks";
import { useMessages } from "../i18n/texts.ts";
import { SharedChoice } from "../shared-computer/SharedChoice.tsx";
import { redeem } from "../visit/actions.ts";
import { useAttempt } from "../visit/errors.ts";
import { useVisit } from "../visit/visit.ts";
import { codeOf } from "./address.ts";

/**
 * Continues here by a code from another device.
 * @param props.code the one of a link that was followed; empty when it is still to be typed
 * @param props.other how many answers the session has that this browser showed before
 */
export function CodeSheet({ code, other, onCancel }: { code: string; other: number; onCancel: () => void }) {
	const m = useMessages();
	const visit = useVisit();
	const attempt = useAttempt();
	const id = useId();
	const input = useRef<HTMLInputElement>(null);
	const [typed, setTyped] = useState(code);
	const [shared, setShared] = useState(visit.shared_default);
	const [incomplete, setIncomplete] = useState(false);
	const trouble = incomplete ? m.enter_code.incomplete : attempt.trouble;
	const submit = () => {
		const given = codeOf(typed);
		const isWhole = parseHandOffCode(given) !== null;
		setIncomplete(!isWhole);
		if (isWhole) attempt.run(() => redeem(visit, given, shared));
		else input.current?.focus();
	};
	return (
		<Sheet title={code === "" ? m.enter_code.title : m.enter_code.title_link} onDismiss={onCancel}>
			<p>{code === "" ? m.enter_code.intro : m.enter_code.intro_link}</p>
			<form
				class="code-form"
				noValidate
				onSubmit={(event) => {
					event.preventDefault();
					submit();
				}}
			>
				<label for={id}>{m.enter_code.label}</label>
				<input
					ref={input}
					id={id}
					class="code-input"
					type="text"
					dir="ltr"
					lang="en"
					autocomplete="off"
					autocapitalize="characters"
					spellcheck={false}
					enterkeyhint="go"
					maxLength={200}
					value={typed}
					aria-describedby={`${id}-hint ${id}-trouble`}
					aria-invalid={trouble !== null}
					onInput={(event) => {
						setTyped(event.currentTarget.value);
						setIncomplete(false);
					}}
				/>
				<p id={`${id}-hint`} class="small">
					{m.enter_code.hint}
				</p>
				<SharedChoice checked={shared} onChange={setShared} />
				{other > 0 && <p>{m.enter_code.other(other)}</p>}
				<div id={`${id}-trouble`}>{trouble && <Notice alert>{trouble}</Notice>}</div>
				<div class="sheet-actions">
					<button type="submit" class="primary" aria-disabled={attempt.busy}>
						{attempt.busy ? m.enter_code.going : m.enter_code.go}
					</button>
					<button type="button" class="second" onClick={onCancel}>
						{m.enter_code.cancel}
					</button>
				</div>
			</form>
		</Sheet>
	);
}
