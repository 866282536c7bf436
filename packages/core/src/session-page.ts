import type { SessionExport } from "./contract-privacy.ts";
import type { Answer } from "./question-types/index.ts";
import { inLanguage, type LocalizedText } from "./text.ts";
import { unreachable } from "./unreachable.ts";

const WORDS = {
	title: { en: "What is stored of your assessment", ar: "ما هو محفوظ من تقييمك" },
	session: { en: "Session", ar: "الجلسة" },
	started: { en: "Started", ar: "البداية" },
	last_activity: { en: "Last activity", ar: "آخر نشاط" },
	completed: { en: "Completed", ar: "الاكتمال" },
	erase_at: { en: "Will be erased", ar: "موعد الحذف" },
	person: { en: "About you", ar: "عنك" },
	email: { en: "E-mail", ar: "البريد الإلكتروني" },
	full_name: { en: "Name", ar: "الاسم" },
	age_group: { en: "Age", ar: "العمر" },
	country: { en: "Country", ar: "البلد" },
	origin_country: { en: "Country of origin", ar: "بلد الأصل" },
	answers: { en: "Your answers", ar: "إجاباتك" },
	drafts: { en: "Begun and not given", ar: "ما بدأ ولم يُقدَّم" },
	feedback: { en: "Your feedback", ar: "رأيك" },
	result: { en: "Your result", ar: "نتيجتك" },
	consents: { en: "The notice on your data", ar: "إشعار بياناتك" },
	seen: { en: "shown", ar: "عُرض" },
	consent: { en: "you agreed", ar: "تمت الموافقة منك" },
	guardian: { en: "a parent or guardian agreed", ar: "وافق أحد الوالدين أو ولي الأمر" },
	school: { en: "your school answers for it", ar: "على مسؤولية المدرسة" },
	withdrawn: { en: "taken back", ar: "سُحبت" },
	history: { en: "Everything that was done", ar: "كل ما حدث" },
	late: { en: "came after the end, kept aside", ar: "وصل بعد النهاية وحُفظ جانبًا" },
	superseded: { en: "replaced later", ar: "استُبدل لاحقًا" },
	applied: { en: "", ar: "" },
	nothing: { en: "Nothing.", ar: "لا شيء." },
} as const satisfies Record<string, LocalizedText>;

/** A session as a page that loads nothing and runs nothing, in the language of the session. */
export function sessionPage(exported: SessionExport): string {
	const { session, person, answers, drafts, feedback, result, history, consents } = exported;
	const { language } = session;
	const say = (word: keyof typeof WORDS) => escaped(inLanguage(WORDS[word], language));
	const text = (localized: LocalizedText) => escaped(inLanguage(localized, language));
	const facts = (rows: readonly (readonly [keyof typeof WORDS, string | null])[]) => {
		const known = rows.flatMap(([word, value]) => (value ? [[say(word), escaped(value)] as const] : []));
		return known.length === 0 ? `<p>${say("nothing")}</p>` : definitions(known);
	};
	const given = (rows: readonly { text: LocalizedText; value: string }[]) =>
		rows.length === 0
			? `<p>${say("nothing")}</p>`
			: definitions(rows.map((row) => [text(row.text), escaped(row.value)] as const));
	const eventLine = ({
		at,
		received_at,
		kind,
		question,
		value,
		outcome,
	}: SessionExport["history"][number]) => {
		const parts = [at ?? received_at, kind, question, value === null ? null : JSON.stringify(value)];
		const line = parts.filter((part) => part !== null).join(" · ");
		return `<li><bdi>${escaped(line)}</bdi> ${say(outcome)}</li>`;
	};
	const consentLine = ({ version, kind, at, withdrawn_at }: SessionExport["consents"][number]) => {
		const taken_back = withdrawn_at === null ? "" : ` · ${say("withdrawn")} ${escaped(withdrawn_at)}`;
		return `<li><bdi>${escaped(at)}</bdi> · <bdi>${escaped(version)}</bdi> · ${say(kind)}${taken_back}</li>`;
	};
	const said = Object.entries(feedback ?? {}).filter(([, value]) => value !== null);
	return `<!doctype html>
<html lang="${language}" dir="${language === "ar" ? "rtl" : "ltr"}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${say("title")}</title>
<style>
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 45rem; margin: 2rem auto; padding: 0 1rem; }
dt { font-weight: 600; margin-block-start: 0.75rem; }
dd { margin-inline-start: 1rem; white-space: pre-wrap; overflow-wrap: anywhere; }
</style>
<h1>${say("title")}</h1>
<p>${text(session.title)}</p>
${facts([
	["session", session.display_id],
	["started", session.started_at],
	["last_activity", session.last_activity],
	["completed", session.completed_at],
	["erase_at", session.erase_at],
])}
<h2>${say("person")}</h2>
${facts([
	["full_name", person.full_name],
	["email", person.email],
	["age_group", person.age_group],
	["country", person.country],
	["origin_country", person.origin_country],
])}
<h2>${say("answers")}</h2>
${given(answers.map((row) => ({ text: row.text, value: wordsOf(row.answer) })))}
<h2>${say("drafts")}</h2>
${given(drafts.map((row) => ({ text: row.text, value: wordsOf(row.draft) })))}
<h2>${say("feedback")}</h2>
${said.length === 0 ? `<p>${say("nothing")}</p>` : definitions(said.map(([key, value]) => [escaped(key), escaped(String(value))] as const))}
<h2>${say("result")}</h2>
${result === null ? `<p>${say("nothing")}</p>` : `<pre dir="ltr">${escaped(JSON.stringify(result, null, 2))}</pre>`}
<h2>${say("consents")}</h2>
<ol>
${consents.map(consentLine).join("\n")}
</ol>
<h2>${say("history")}</h2>
<ol>
${history.map(eventLine).join("\n")}
</ol>
`;
}

function definitions(rows: readonly (readonly [string, string])[]): string {
	return `<dl>\n${rows.map(([name, value]) => `<dt dir="auto">${name}</dt><dd dir="auto">${value}</dd>`).join("\n")}\n</dl>`;
}

function wordsOf(answer: Answer): string {
	switch (answer.type) {
		case "slider":
			return String(answer.value);
		case "mcq":
			return answer.selected_options.join(", ");
		case "ordering":
			return answer.ordered_items.map((item, i) => `${i + 1}. ${item}`).join("\n");
		case "essay":
			return answer.text;
		default:
			return unreachable(answer);
	}
}

/** Text as HTML shows it: nothing in it is markup. */
function escaped(text: string): string {
	return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
