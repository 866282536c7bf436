import { createFormat } from "@carhythm/ui/format";
import type { OwnDataTexts } from "./texts-en.ts";

const { count, date } = createFormat("ar", ["zero", "one", "two", "few", "many", "other"]);

/** In the genitive, after a preposition. */
const days = (value: number) =>
	count(value, {
		zero: "أقل من يوم",
		one: "يوم واحد",
		two: "يومين",
		few: "# أيام",
		many: "# يومًا",
		other: "# يوم",
	});

const years = (value: number) =>
	count(value, {
		zero: "# سنة",
		one: "سنة واحدة",
		two: "سنتين",
		few: "# سنوات",
		many: "# سنة",
		other: "# سنة",
	});

/** As in texts-en.ts; without imperatives, which would have to choose between a man and a woman. */
export const ownData: OwnDataTexts = {
	title: "بياناتك",
	responsible: "الجهة المسؤولة",
	responsible_unknown: "الجهة التي قدّمت هذا العنوان، وإليها تُوجَّه الأسئلة.",
	contact: "الأسئلة والشكاوى",
	purpose: "الغرض",
	purpose_own: "من إجاباتك تنشأ نتيجتك أنت، ولا تُقارن بنتائج الآخرين.",
	stored: "ما يُحفظ",
	stored_what:
		"إجاباتك وتغييراتها، وما بدأت كتابته، وأوقات ذلك، ولغتك، ورقم عشوائي لكل جهاز من أجهزتك. لا تطلب هذه الصفحات اسمًا ولا عنوانًا.",
	kept: "مدة الحفظ",
	kept_unfinished: (value) =>
		value === null
			? "تبقى الإجابات غير المكتملة إلى أن يُطلب حذفها."
			: `تُحذف الإجابات غير المكتملة بعد ${days(value)} من آخر زيارة.`,
	kept_set_aside: (value) =>
		value === null
			? "تبقى الإجابات التي وُضعت جانبًا إلى أن يُطلب حذفها."
			: `تُحذف الإجابات التي وُضعت جانبًا بعد ${days(value)}.`,
	kept_completed: (value) =>
		value === null
			? "تبقى الإجابات المكتملة ونتيجتها إلى أن يُطلب حذفها."
			: `تُحذف الإجابات المكتملة ونتيجتها بعد ${days(value)} من الإنهاء.`,
	kept_feedback: (value) =>
		value === null ? "يبقى الرأي إلى أن يُحذف معها." : `يُحذف الرأي بعد ${days(value)}.`,
	rights: "ما هو متاح لك",
	rights_see: "الاطلاع على كل ما هو محفوظ وتنزيله: «بياناتك» في الإيقاف المؤقت وأسفل النتائج.",
	rights_delete: (undo) => `حذف كل ذلك من هناك، مع إمكان التراجع خلال ${days(undo)}.`,
	rights_withdraw: "سحب الموافقة من هناك في أي وقت. ما جرى قبل السحب يبقى مشروعًا.",
	rights_complain: "الشكوى لدى سلطة حماية البيانات في مكان الإقامة.",

	ask_title: "قبل البدء",
	changed_title: "تغيّر ما نقوله عن بياناتك.",
	required_title: "المتابعة تحتاج إلى موافقة.",
	age: "كم عمرك؟",
	age_over: (value) => `${years(value)} أو أكثر`,
	age_under: (value) => `أقل من ${years(value)}`,
	agree: "قرأت هذا وأوافق عليه.",
	agree_guardian: "قرأه معي أحد الوالدين أو ولي الأمر ووافق عليه.",
	school: "المدرسة مسؤولة عن المشاركة. ويبقى حذف كل شيء متاحًا في أي وقت.",
	choose_first: "يلزم الاختيار هنا أولًا.",
	go: "متابعة",
	agree_go: "الموافقة والمتابعة",
	not_now: "ليس الآن",

	download_page: "تنزيل إجاباتي",
	download_json: "التنزيل بصيغة JSON للبرامج",
	downloaded: "الملف ضمن التنزيلات.",
	downloaded_shared: "الملف ضمن تنزيلات هذا الحاسوب المشترك. ينبغي أخذه ثم حذفه من هنا.",
	about: "ما يحدث لبياناتي",
	withdraw: "سحب موافقتي",
	delete: "حذف إجاباتي",
	agreed_at: (at, now) => `كانت الموافقة على الإشعار في ${date(at, now)}.`,
	withdrawn_at: (at, now) => `سُحبت الموافقة في ${date(at, now)}.`,

	delete_title: "حذف إجاباتك؟",
	delete_body: (undo) =>
		`يُحذف كل ما في هذا التقييم: الإجابات وتاريخها والنتيجة. ومن الآن لا يُقبل شيء جديد. يمكن التراجع خلال ${days(undo)}، وبعدها يكون نهائيًا.`,
	delete_yes: "نعم، حذفها",
	delete_no: "الاحتفاظ بإجاباتي",

	withdraw_title: "سحب الموافقة؟",
	withdraw_body: "لن تُقبل بعد ذلك إجابة أخرى. وما قُدّم من قبل يبقى محفوظًا إلى أن يُطلب حذفه أو تنتهي مدته.",
	withdraw_yes: "سحبها",
	withdraw_no: "رجوع",
	withdrawn_title: "سُحبت الموافقة.",
	withdrawn_body: "لن تُقبل إجابة أخرى. يمكن أيضًا حذف الإجابات المحفوظة، أو الموافقة من جديد والمتابعة.",
	agree_again: "الموافقة من جديد",
	leave_stored: "إبقاؤها محفوظة",

	erased_title: "ستُحذف إجاباتك.",
	erased_body: (until, now) =>
		`كما طُلب. يمكن الاحتفاظ بها حتى ${date(until, now)}، ثم يُحذف كل ما في هذا التقييم نهائيًا.`,
	erased_pending: "ما هو على هذا الجهاز فقط ينتظر أيضًا، ويُرسل عند الاحتفاظ بالإجابات.",
	keep: "الاحتفاظ بإجاباتي",
};
