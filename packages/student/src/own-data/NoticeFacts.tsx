import {
	consentKinds,
	inLanguage,
	isWithdrawable,
	type LocalizedText,
	type PrivacyReply,
} from "@carhythm/core";
import { useLanguage } from "@carhythm/ui";
import type { ComponentChildren } from "preact";
import { useOwnDataTexts } from "./texts.ts";

/** What the controller says and what the server is set to, under short headings. */
export function NoticeFacts({ privacy }: { privacy: PrivacyReply }) {
	const t = useOwnDataTexts();
	const language = useLanguage();
	const { notice, kept_days, erase_undo_days } = privacy;
	const say = (text: LocalizedText | null | undefined) => text && inLanguage(text, language);
	const canWithdraw = notice !== undefined && consentKinds(notice).some(isWithdrawable);
	return (
		<div class="notice-facts">
			<Fact name={t.responsible}>{say(notice?.controller) ?? t.responsible_unknown}</Fact>
			<Fact name={t.purpose}>{say(notice?.purpose) ?? t.purpose_own}</Fact>
			<Fact name={t.stored}>{t.stored_what}</Fact>
			<Fact name={t.kept}>
				{t.kept_unfinished(kept_days.unfinished)} {t.kept_completed(kept_days.completed)}{" "}
				{t.kept_set_aside(kept_days.set_aside)} {t.kept_feedback(kept_days.feedback)}
			</Fact>
			<Fact name={t.rights}>
				{t.rights_see} {t.rights_delete(erase_undo_days)} {canWithdraw && t.rights_withdraw}{" "}
				{t.rights_complain}
			</Fact>
			{notice?.contact && <Fact name={t.contact}>{say(notice.contact)}</Fact>}
			{notice?.more.map((paragraph) => (
				<p key={paragraph.en}>{say(paragraph)}</p>
			))}
		</div>
	);
}

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
	return (
		<section>
			<h3>{name}</h3>
			<p>{children}</p>
		</section>
	);
}
