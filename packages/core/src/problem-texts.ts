import type { ProblemCode } from "./contract.ts";
import type { LocalizedText } from "./text.ts";

/**
 * A sentence for students for each code, in both languages: what a client shows in place of the English `detail`.
 * Served as `GET /api/v2/problem-texts`.
 */
export const PROBLEM_TEXTS: Readonly<Record<ProblemCode, LocalizedText>> = {
	session_not_found: { en: "The server does not know this assessment.", ar: "الخادم لا يعرف هذا التقييم." },
	session_expired: {
		en: "This assessment was not visited for too long and has expired.",
		ar: "انتهت مدة هذا التقييم لأن آخر زيارة كانت قبل وقت طويل.",
	},
	session_abandoned: {
		en: "This assessment was set aside by starting fresh.",
		ar: "وُضع هذا التقييم جانبًا عند البدء من جديد.",
	},
	session_completed: {
		en: "This assessment is already finished; its answers stay as they are.",
		ar: "هذا التقييم منتهٍ، وتبقى إجاباته كما هي.",
	},
	session_not_completed: { en: "This assessment is not finished yet.", ar: "هذا التقييم لم ينتهِ بعد." },
	session_not_restorable: {
		en: "These answers can no longer be taken up again.",
		ar: "لم تعد العودة إلى هذه الإجابات ممكنة.",
	},
	session_full: {
		en: "This assessment has been changed more often than the server keeps. What it has taken stays; please tell whoever gave you this address.",
		ar: "تغيّر هذا التقييم أكثر مما يحفظه الخادم. ما وصل إليه يبقى محفوظًا، ويُرجى إبلاغ الجهة التي قدّمت هذا العنوان.",
	},
	session_held_elsewhere: {
		en: "You went on with this on another device.",
		ar: "انتقلت المتابعة إلى جهاز آخر.",
	},
	session_to_be_erased: {
		en: "These answers are to be deleted, as you asked. Undo that to go on; until then nothing new is taken in.",
		ar: "ستُحذف هذه الإجابات كما طُلب. يمكن التراجع عن ذلك للمتابعة، وحتى ذلك الحين لا يُقبل شيء جديد.",
	},
	hand_off_code_invalid: {
		en: "This code is not valid. A code works once and for ten minutes; show a new one on your other device.",
		ar: "هذا الرمز غير صالح. يعمل الرمز مرة واحدة ولعشر دقائق، ويمكن إظهار رمز جديد على الجهاز الآخر.",
	},
	question_not_found: {
		en: "This question is not part of the assessment.",
		ar: "هذا السؤال ليس من التقييم.",
	},
	page_not_found: { en: "This page is not part of the assessment.", ar: "هذه الصفحة ليست من التقييم." },
	assessment_not_found: { en: "This assessment is not here.", ar: "هذا التقييم غير موجود هنا." },
	operation_mismatch: {
		en: "This answer was already sent with another value.",
		ar: "أُرسلت هذه الإجابة من قبل بقيمة أخرى.",
	},
	answer_wrong_type: { en: "This answer does not fit the question.", ar: "هذه الإجابة لا تناسب السؤال." },
	answer_out_of_range: { en: "This value is outside the scale.", ar: "هذه القيمة خارج المقياس." },
	answer_off_step: {
		en: "This value is between two steps of the scale.",
		ar: "هذه القيمة بين درجتين من المقياس.",
	},
	answer_unknown_option: {
		en: "This option is not part of the question.",
		ar: "هذا الخيار ليس من خيارات السؤال.",
	},
	answer_too_many_options: { en: "Choose one option only.", ar: "المسموح خيار واحد فقط." },
	answer_repeated_option: { en: "Choose each option once.", ar: "المسموح اختيار كل خيار مرة واحدة." },
	answer_not_a_permutation: {
		en: "Put all items in order, each once.",
		ar: "يلزم ترتيب كل العناصر، كل منها مرة واحدة.",
	},
	answer_too_long: { en: "The text is too long.", ar: "النص أطول من المسموح." },
	answer_empty: {
		en: "Choose or write something, or skip the question.",
		ar: "يلزم اختيار أو نص، ويمكن تخطي السؤال.",
	},
	host_not_served: { en: "This server is at another address.", ar: "هذا الخادم على عنوان آخر." },
	not_found: { en: "There is nothing at this address.", ar: "لا يوجد شيء على هذا العنوان." },
	method_not_allowed: {
		en: "This cannot be done at this address.",
		ar: "لا يمكن تنفيذ ذلك على هذا العنوان.",
	},
	invalid_json: {
		en: "Something went wrong while sending. Please reload the page.",
		ar: "حدث خطأ أثناء الإرسال. يُرجى إعادة تحميل الصفحة.",
	},
	invalid_body: {
		en: "Something in what was sent does not fit. Please check it.",
		ar: "شيء مما أُرسل غير مناسب. يُرجى التحقق منه.",
	},
	unsupported_media_type: {
		en: "Something went wrong while sending. Please reload the page.",
		ar: "حدث خطأ أثناء الإرسال. يُرجى إعادة تحميل الصفحة.",
	},
	body_too_large: {
		en: "This is too much at once. Please shorten it.",
		ar: "هذا كثير دفعة واحدة. يُرجى الاختصار.",
	},
	too_many_requests: {
		en: "Too many requests just now. Please wait a moment; nothing is lost.",
		ar: "الطلبات كثيرة جدًا الآن. يُرجى الانتظار قليلًا، فلا شيء يضيع.",
	},
	storage_unavailable: {
		en: "The server cannot save just now. Please try again in a moment; nothing is lost.",
		ar: "لا يستطيع الخادم الحفظ الآن. يُرجى المحاولة بعد قليل، فلا شيء يضيع.",
	},
	internal_error: {
		en: "Something went wrong on the server. Please try again.",
		ar: "حدث خطأ في الخادم. يُرجى المحاولة مرة أخرى.",
	},
	session_moved: {
		en: "You went on with this elsewhere and left this device.",
		ar: "انتقلت المتابعة إلى مكان آخر، وغودر هذا الجهاز.",
	},
	session_not_movable: {
		en: "Your other devices cannot be left here. Ask the people who gave you this assessment.",
		ar: "لا تمكن مغادرة الأجهزة الأخرى هنا. يُرجى سؤال الجهة التي قدّمت هذا التقييم.",
	},
	consent_required: {
		en: "Please read what happens to your answers and agree to it first.",
		ar: "تلزم قراءة ما يحدث للإجابات والموافقة عليه أولًا.",
	},
	consent_withdrawn: {
		en: "You took your agreement back, so nothing more is taken in.",
		ar: "سُحبت الموافقة، فلا يُقبل شيء جديد.",
	},
	consent_not_given: {
		en: "There is no agreement that could be taken back.",
		ar: "لا توجد موافقة يمكن سحبها.",
	},
	notice_outdated: {
		en: "What we say about your data has changed. Please read it once more.",
		ar: "تغيّر ما نقوله عن بياناتك، وتلزم قراءته من جديد.",
	},
};
