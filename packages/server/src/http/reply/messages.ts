import { inLanguage, type LocalizedText, type SessionState } from "@carhythm/core";

/** What replies say to the student, in the language of the session. */
export const MESSAGES = {
	abandoned: {
		en: "This assessment was set aside. Its answers are kept, and it can be brought back for 7 days.",
		ar: "وُضع هذا التقييم جانبًا. إجاباته محفوظة، ويمكن استعادته خلال 7 أيام.",
	},
	completed: {
		en: "The assessment is finished and saved.",
		ar: "اكتمل التقييم وحُفظ.",
	},
	restored: {
		en: "The earlier assessment is back, with all its answers.",
		ar: "عاد التقييم السابق بكل إجاباته.",
	},
	left_others: {
		en: "Your other devices show nothing of this any more. What they still had to send is taken in.",
		ar: "لا تعرض أجهزتك الأخرى شيئًا من هذا بعد الآن. وما بقي لديها للإرسال يُستلم.",
	},
	to_be_erased: {
		en: "These answers will be deleted. This can be undone for 7 days.",
		ar: "ستُحذف هذه الإجابات. يمكن التراجع عن ذلك خلال 7 أيام.",
	},
	not_erased: {
		en: "These answers are kept.",
		ar: "هذه الإجابات محفوظة.",
	},
	notice_seen: {
		en: "It is noted that this was shown to you.",
		ar: "سُجّل أن هذا عُرض عليك.",
	},
	consent_given: {
		en: "Your agreement is noted. You can take it back at any time.",
		ar: "سُجّلت الموافقة. يمكن سحبها في أي وقت.",
	},
	consent_withdrawn: {
		en: "Your agreement is taken back. Nothing more is taken in; what was given before can be deleted.",
		ar: "سُحبت الموافقة. لن يُقبل شيء جديد، ويمكن حذف ما أُعطي من قبل.",
	},
	info_saved: {
		en: "Thank you. Your answers are saved. Email is not set up on this server, so nothing was sent. Whoever gave you this assessment can show you your results.",
		ar: "شكرًا. إجاباتك محفوظة. البريد الإلكتروني غير مُعدّ على هذا الخادم، لذلك لم يُرسل شيء. يمكن للجهة التي قدّمت لك هذا التقييم أن تعرض عليك نتائجك.",
	},
	not_sent: {
		en: "Email is not set up on this server, so nothing was sent. Whoever gave you this assessment can show you your results.",
		ar: "البريد الإلكتروني غير مُعدّ على هذا الخادم، لذلك لم يُرسل شيء. يمكن للجهة التي قدّمت لك هذا التقييم أن تعرض عليك نتائجك.",
	},
	address_saved: {
		en: "The new address is saved. Email is not set up on this server, so nothing was sent. Whoever gave you this assessment can show you your results.",
		ar: "حُفظ العنوان الجديد. البريد الإلكتروني غير مُعدّ على هذا الخادم، لذلك لم يُرسل شيء. يمكن للجهة التي قدّمت لك هذا التقييم أن تعرض عليك نتائجك.",
	},
} as const satisfies Record<string, LocalizedText>;

/** A message in the language of the session. */
export function say(message: keyof typeof MESSAGES, state: SessionState): string {
	return inLanguage(MESSAGES[message], state.language);
}
