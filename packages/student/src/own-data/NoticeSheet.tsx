import type { ConsentKind, PrivacyNotice, PrivacyReply } from "@carhythm/core";
import { LANGUAGES, Notice, Sheet, useOtherLanguage } from "@carhythm/ui";
import { useState } from "preact/hooks";
import { showLanguage, useMessages } from "../i18n/texts.ts";
import { useAttempt } from "../visit/errors.ts";
import { type Chosen, declaredBy } from "./gate.ts";
import { NoticeFacts } from "./NoticeFacts.tsx";
import { useOwnDataTexts } from "./texts.ts";

/** Why the notice is on the screen: to be read at will, or before answers are given. */
type NoticeReason = "read" | "begin" | "required" | "changed";

/**
 * The notice on the student's data. Where something has to be declared it asks for that, and goes on once it
 * is stored.
 * @param props.onAgree left out where it is only read
 */
export function NoticeSheet({
	privacy,
	reason,
	onAgree,
	onClose,
}: {
	privacy: PrivacyReply;
	reason: NoticeReason;
	onAgree?: (kind: ConsentKind) => Promise<unknown>;
	/** Left out where there is no way back. */
	onClose?: () => void;
}) {
	const t = useOwnDataTexts();
	const titles = { read: t.title, begin: t.ask_title, required: t.required_title, changed: t.changed_title };
	return (
		<Sheet title={titles[reason]} {...(onClose && { onDismiss: onClose })}>
			<NoticeFacts privacy={privacy} />
			{onAgree && privacy.notice ? (
				<Declaration notice={privacy.notice} onAgree={onAgree} onClose={onClose} />
			) : (
				<div class="sheet-actions">
					<CloseButton onClose={onClose} />
				</div>
			)}
			<LanguageLink />
		</Sheet>
	);
}

function Declaration({
	notice,
	onAgree,
	onClose,
}: {
	notice: PrivacyNotice;
	onAgree: (kind: ConsentKind) => Promise<unknown>;
	onClose: (() => void) | undefined;
}) {
	const t = useOwnDataTexts();
	const attempt = useAttempt();
	const [chosen, setChosen] = useState<Chosen>({ age: null, agrees: false });
	const [isMissing, setMissing] = useState(false);
	const { age_gate } = notice;
	const { age, agrees } = chosen;
	const change = (part: Partial<Chosen>) => {
		setChosen({ ...chosen, ...part });
		setMissing(false);
	};
	const submit = () => {
		const kind = declaredBy(notice, chosen);
		setMissing(kind === null);
		if (kind !== null) attempt.run(() => onAgree(kind));
	};
	const trouble = isMissing ? t.choose_first : attempt.trouble;
	const wanted = declaredBy(notice, { age, agrees: true });
	return (
		<form
			class="notice-facts"
			noValidate
			onSubmit={(event) => {
				event.preventDefault();
				submit();
			}}
		>
			{age_gate && (
				<fieldset class="notice-ask">
					<legend>{t.age}</legend>
					{(["over", "under"] as const).map((side) => (
						<label key={side}>
							<input
								type="radio"
								name="age"
								checked={age === side}
								onChange={() => change({ age: side, agrees: false })}
							/>
							<span>
								{side === "over" ? t.age_over(age_gate.threshold) : t.age_under(age_gate.threshold)}
							</span>
						</label>
					))}
				</fieldset>
			)}
			{wanted === "school" && <p>{t.school}</p>}
			{(wanted === "consent" || wanted === "guardian") && (
				<div class="notice-ask">
					<label>
						<input
							type="checkbox"
							checked={agrees}
							onChange={(event) => change({ agrees: event.currentTarget.checked })}
						/>
						<span>{wanted === "guardian" ? t.agree_guardian : t.agree}</span>
					</label>
				</div>
			)}
			{trouble && <Notice alert>{trouble}</Notice>}
			<div class="sheet-actions">
				<button type="submit" class="primary" aria-disabled={attempt.busy}>
					{wanted === "consent" || wanted === "guardian" ? t.agree_go : t.go}
				</button>
				{onClose && (
					<button type="button" class="second" onClick={onClose}>
						{t.not_now}
					</button>
				)}
			</div>
		</form>
	);
}

function CloseButton({ onClose }: { onClose: (() => void) | undefined }) {
	const m = useMessages();
	return (
		<button type="button" class="primary" onClick={onClose}>
			{m.close}
		</button>
	);
}

/** The sheet covers the language button in the page's head. A student agrees to what they could read. */
function LanguageLink() {
	const other = useOtherLanguage();
	return (
		<button type="button" class="ghost small quiet" lang={other} onClick={() => void showLanguage(other)}>
			{LANGUAGES[other].name}
		</button>
	);
}
