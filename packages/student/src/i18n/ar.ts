import type { Instant } from "@carhythm/core";
import { createFormat } from "@carhythm/ui/format";
import { devices } from "./devices-ar.ts";
import type { Messages } from "./en.ts";
import { rescue } from "./rescue-ar.ts";

const { number, percent, date, time, day, count } = createFormat("ar", [
	"zero",
	"one",
	"two",
	"few",
	"many",
	"other",
]);

// The nominative forms stand alone, the genitive ones after a preposition; they differ for two only.
const answers = (value: number) =>
	count(value, {
		zero: "لا إجابات",
		one: "إجابة واحدة",
		two: "إجابتان",
		few: "# إجابات",
		many: "# إجابة",
		other: "# إجابة",
	});
const questions = (value: number) =>
	count(value, {
		zero: "لا أسئلة",
		one: "سؤال واحد",
		two: "سؤالان",
		few: "# أسئلة",
		many: "# سؤالًا",
		other: "# سؤال",
	});
const minutes = (value: number) =>
	count(value, {
		zero: "أقل من دقيقة",
		one: "دقيقة واحدة",
		two: "دقيقتان",
		few: "# دقائق",
		many: "# دقيقة",
		other: "# دقيقة",
	});
const aboutMinutes = (value: number) =>
	count(value, {
		zero: "أقل من دقيقة",
		one: "نحو دقيقة",
		two: "نحو دقيقتين",
		few: "نحو # دقائق",
		many: "نحو # دقيقة",
		other: "نحو # دقيقة",
	});
const forDays = (value: number) =>
	count(value, {
		zero: "أقل من يوم",
		one: "يومًا واحدًا",
		two: "يومين",
		few: "# أيام",
		many: "# يومًا",
		other: "# يوم",
	});
const characters = (value: number) =>
	count(value, {
		zero: "لا حروف",
		one: "حرف واحد",
		two: "حرفان",
		few: "# حروف",
		many: "# حرفًا",
		other: "# حرف",
	});
const openQuestions = (value: number) =>
	count(value, {
		zero: "لا أسئلة مفتوحة",
		one: "بقي سؤال واحد بلا إجابة",
		two: "بقي سؤالان بلا إجابة",
		few: "بقيت # أسئلة بلا إجابة",
		many: "بقي # سؤالًا بلا إجابة",
		other: "بقي # سؤال بلا إجابة",
	});

// Commands are verbal nouns and sentences have things as their subject: Arabic imperatives and second-person
// verbs would have to choose between a man and a woman.
export const messages: Messages = {
	number,
	percent,
	date,

	pause: "إيقاف مؤقت",
	back: "رجوع",
	next: "التالي",
	skip: "تخطٍّ",
	list_comma: "، ",
	close: "إغلاق",
	try_again: "محاولة أخرى",
	xp: (value) =>
		count(value, {
			zero: "# نقطة",
			one: "نقطة واحدة",
			two: "نقطتان",
			few: "# نقاط",
			many: "# نقطة",
			other: "# نقطة",
		}),
	xp_label: "نقاط الخبرة",
	loading: "البحث عن إجاباتك",
	sources: "المصادر والتراخيص",
	your_data: "بياناتك",

	unreachable_title: "لا يمكن الوصول إلى الخادم.",
	unreachable_body: "لم يضع شيء، وتمكن المحاولة من جديد عند عودة الاتصال.",
	server_busy: "الخادم مشغول جدًا الآن. لم يضع شيء، وتمكن المحاولة من جديد بعد دقيقة.",
	server_unreachable: "لا يمكن الوصول إلى الخادم الآن. لم يضع شيء، وتمكن المحاولة من جديد عند عودة الاتصال.",
	unexpected: "لم يتم الأمر. لم يضع شيء، وتمكن المحاولة من جديد.",

	welcome: {
		what: (total, mins) => `${questions(total)}، ${aboutMinutes(mins)}.`,
		rhythm: (total) => `خط الإيقاع: نبضة لكل سؤال من الأسئلة (${number(total)})، ولم يُجَب عن أي منها بعد.`,
		chapters: "الفصول",
		chapter_meta: (total, mins) => `${questions(total)} · ${minutes(mins)}`,
		keep_title: "إجاباتك هنا في أمان",
		keep_saved: "تُحفظ كل إجابة فور تقديمها. وعند انقطاع الاتصال تبقى على هذا الجهاز وتُرسل لاحقًا.",
		keep_leave: "يمكن التوقف في أي وقت، والعودة إلى السؤال نفسه الذي كان التوقف عنده.",
		keep_days: (kept) => `تمكن المتابعة خلال ${forDays(kept)} بعد آخر زيارة. لا حاجة إلى حساب ولا إلى اسم.`,
		kept: (unfinished, finished) =>
			`${unfinished === null ? "تبقى الإجابات غير المكتملة إلى أن يُطلب حذفها" : `تُحذف الإجابات غير المكتملة بعد ${forDays(unfinished)} من آخر زيارة`}، ${finished === null ? "وتبقى المكتملة إلى أن يُطلب حذفها" : `والمكتملة بعد ${forDays(finished)} من الإنهاء`}.`,
		responsible: (name) => `الجهة المسؤولة عن بياناتك: ${name}.`,
		your_data: "بياناتك وحقوقك",
		notices: "معلومات مهمة",
		start: "البدء",
		starting: "جارٍ البدء",
		memory_only:
			"هذا المتصفح لا يحتفظ بشيء من هذه الصفحة بعد إغلاقها، كما في نافذة خاصة. تذهب إجاباتك مباشرة إلى الخادم: يجب إبقاء الصفحة مفتوحة حتى تظهر كلمة «حُفظ».",
	},

	progress: {
		label: "التقدم",
		place: (n, total) => `السؤال ${number(n)} من ${number(total)}`,
		left: (mins) => `بقي ${aboutMinutes(mins)}`,
		nothing_left: "اكتملت الإجابات",
		chapter: (n, title) => `الفصل ${number(n)} · ${title}`,
		line: (answered, total, n) =>
			`أُجيب عن ${number(answered)} من ${number(total)}${n === null ? "" : `، والموضع الآن عند السؤال ${number(n)}`}.`,
	},

	save: {
		saved: "حُفظ",
		sending: "جارٍ الحفظ",
		on_device: {
			offline: "على هذا الجهاز فقط. سيُرسل عند عودة الاتصال.",
			server: "على هذا الجهاز فقط. الخادم لا يستجيب، وتتكرر المحاولة حتى يستجيب.",
			unknown_session: "على هذا الجهاز فقط. الخادم لا يعرف هذا التقييم.",
			unreadable: "على هذا الجهاز فقط. يُرسل بعد إعادة تحميل الصفحة.",
			to_be_erased: "على هذا الجهاز فقط. يُرسل عند الاحتفاظ بالإجابات.",
			agreement: "على هذا الجهاز فقط. يُرسل بعد الموافقة.",
		},
		memory_only: {
			offline: "في هذه الصفحة فقط. يجب إبقاؤها مفتوحة، وسيُرسل عند عودة الاتصال.",
			server: "في هذه الصفحة فقط. يجب إبقاؤها مفتوحة؛ الخادم لا يستجيب، وتتكرر المحاولة حتى يستجيب.",
			unknown_session: "في هذه الصفحة فقط. الخادم لا يعرف هذا التقييم.",
			unreadable: "في هذه الصفحة فقط. تعذّر الإرسال.",
			to_be_erased: "في هذه الصفحة فقط. يُرسل عند الاحتفاظ بالإجابات.",
			agreement: "في هذه الصفحة فقط. يُرسل بعد الموافقة.",
		},
		not_saved: {
			storage_full: "تعذّر الحفظ على هذا الجهاز: مساحة التخزين ممتلئة. يجب إبقاء الصفحة مفتوحة؛ الإرسال جارٍ.",
			storage_failed: "تعذّر الحفظ على هذا الجهاز: تعطّل تخزين المتصفح. يجب إبقاء الصفحة مفتوحة؛ الإرسال جارٍ.",
		},
	},

	gain: {
		xp: (value) => `+${number(value)}`,
		first: "أول إجابة",
		milestone: answers,
	},

	chapter: {
		done: (n) => `اكتمل الفصل ${number(n)}.`,
		passed: (n) => `انتهى الفصل ${number(n)}.`,
		open: (value) => `${openQuestions(value)}. يمكن العودة إليها قبل الإنهاء.`,
		meta: (total, mins) => `${questions(total)} · ${aboutMinutes(mins)}`,
		begin: "البدء",
		continue: (n) => `إلى الفصل ${number(n)}`,
	},

	answer: {
		choose_many: "يمكن اختيار كل ما يناسب.",
		range_untouched: "تحريك المقبض، أو قبول الوسط.",
		range_accept: (value) => `قبول الوسط (${number(value)})`,
		range_unset: "بلا إجابة بعد",
		range_value: (value) => number(value),
		order_hint: "السحب من المقبض أو استخدام الأسهم. المرتبة الأولى في الأعلى.",
		order_accept: "الترتيب صحيح كما هو",
		order_list: "ترتيبك",
		order_handle: (text, place, total) => `نقل: ${text}. المرتبة ${number(place)} من ${number(total)}.`,
		order_up: (text) => `نقل إلى أعلى: ${text}`,
		order_down: (text) => `نقل إلى أسفل: ${text}`,
		order_grabbed: (text) => `${text}: قيد النقل. الأسهم للتحريك، والمسافة للتثبيت، وEscape للإرجاع.`,
		order_moved: (text, place, total) => `${text}: المرتبة ${number(place)} من ${number(total)}.`,
		order_dropped: (text, place) => `${text}: في المرتبة ${number(place)}.`,
		order_returned: (text) => `${text}: في موضعه السابق.`,
		essay_count: (used, limit) => `${number(used)} من ${number(limit)} حرف`,
		essay_over: (over) => `الزائد ${characters(over)}. النص محفوظ كله، ويلزم اختصاره للمتابعة.`,
		essay_optional: "هذا السؤال اختياري.",
	},

	refusal: {
		session_not_found: "الخادم لا يعرف هذا التقييم.",
		session_expired: "انتهت مدة هذا التقييم لأن آخر زيارة كانت قبل وقت طويل.",
		session_abandoned: "وُضع هذا التقييم جانبًا عند البدء من جديد.",
		session_completed: "هذا التقييم منتهٍ، وتبقى إجاباته كما هي.",
		session_not_completed: "هذا التقييم لم ينتهِ بعد.",
		session_not_restorable: "لم تعد العودة إلى هذه الإجابات ممكنة.",
		session_full:
			"تغيّر هذا التقييم أكثر مما يحفظه الخادم. ما وصل إليه يبقى محفوظًا، ويُرجى إبلاغ الجهة التي قدّمت هذا العنوان.",
		session_held_elsewhere: "انتقلت المتابعة إلى جهاز آخر.",
		session_moved: "انتقلت المتابعة إلى مكان آخر، وغودر هذا الجهاز.",
		session_not_movable: "لا تمكن مغادرة الأجهزة الأخرى هنا. يُرجى سؤال الجهة التي قدّمت هذا التقييم.",
		session_to_be_erased:
			"ستُحذف هذه الإجابات كما طُلب. يمكن التراجع عن ذلك للمتابعة، وحتى ذلك الحين لا يُقبل شيء جديد.",
		consent_required: "تلزم قراءة ما يحدث للإجابات والموافقة عليه أولًا.",
		consent_withdrawn: "سُحبت الموافقة، فلا يُقبل شيء جديد.",
		consent_not_given: "لا توجد موافقة يمكن سحبها.",
		notice_outdated: "تغيّر ما نقوله عن بياناتك، وتلزم قراءته من جديد.",
		hand_off_code_invalid:
			"هذا الرمز غير صالح. يعمل الرمز مرة واحدة ولعشر دقائق، ويمكن إظهار رمز جديد على الجهاز الآخر.",
		question_not_found: "هذا السؤال ليس من التقييم.",
		page_not_found: "هذه الصفحة ليست من التقييم.",
		assessment_not_found: "هذا التقييم غير موجود هنا.",
		operation_mismatch: "أُرسلت هذه الإجابة من قبل بقيمة أخرى.",
		answer_wrong_type: "هذه الإجابة لا تناسب السؤال.",
		answer_out_of_range: "هذه القيمة خارج المقياس.",
		answer_off_step: "هذه القيمة بين درجتين من المقياس.",
		answer_unknown_option: "هذا الخيار ليس من خيارات السؤال.",
		answer_too_many_options: "المسموح خيار واحد فقط.",
		answer_repeated_option: "المسموح اختيار كل خيار مرة واحدة.",
		answer_not_a_permutation: "يلزم ترتيب كل العناصر، كل منها مرة واحدة.",
		answer_too_long: "النص أطول من المسموح.",
		answer_empty: "يلزم اختيار أو نص، ويمكن تخطي السؤال.",
	},

	refused: {
		summary: (value) =>
			count(value, {
				zero: "قُبلت كل الإجابات",
				one: "لم تُقبل إجابة واحدة",
				two: "لم تُقبل إجابتان",
				few: "لم تُقبل # إجابات",
				many: "لم تُقبل # إجابة",
				other: "لم تُقبل # إجابة",
			}),
		title: "ما لم يُقبل",
		intro: "لم يقبل الخادم هذه الإجابات. تبقى هنا إلى حين اتخاذ قرار بشأنها.",
		show: "عرض",
		go: "إلى السؤال",
		dismiss: "إزالة من القائمة",
		whole: "التقييم كله",
	},

	pause_sheet: {
		title: "لا داعي للعجلة.",
		body: "يمكن إغلاق هذه الصفحة. ستكون العودة إلى هذا السؤال.",
		body_elsewhere: "يمكن إغلاق هذه الصفحة. ستكون العودة إلى هذا الموضع.",
		all_saved: (value) =>
			count(value, {
				zero: "لا إجابات محفوظة على الخادم بعد.",
				one: "إجابة واحدة محفوظة على الخادم.",
				two: "إجابتان محفوظتان على الخادم.",
				few: "# إجابات محفوظة على الخادم.",
				many: "# إجابة محفوظة على الخادم.",
				other: "# إجابة محفوظة على الخادم.",
			}),
		some_pending: "آخر ما قُدّم موجود على هذا الجهاز فقط، ويُرسل عند فتح هذه الصفحة مع وجود اتصال.",
		not_saved: "لم يُحفظ كل شيء بعد. يجب إبقاء هذه الصفحة مفتوحة قليلًا.",
		kept: (until: Instant, now: Instant) => `محفوظ حتى ${date(until, now)}، وكل زيارة تجدّد المدة.`,
		number: "رقمك عند طلب المساعدة:",
		continue: "متابعة",
		other_device: "المتابعة على جهاز آخر",
		shared: "هذا حاسوب مشترك: عند المغادرة لا يبقى عليه شيء.",
		leave: "مغادرة هذا الحاسوب",
	},

	...devices,
	rescue,

	resume: {
		title: "أهلًا بعودتك.",
		at: (n) => `توقّفت عند السؤال ${number(n)}.`,
		answers: (value) =>
			count(value, {
				zero: "إجابة محفوظة",
				one: "إجابة محفوظة",
				two: "إجابتان محفوظتان",
				few: "إجابات محفوظة",
				many: "إجابة محفوظة",
				other: "إجابة محفوظة",
			}),
		left: "متبقية بسرعتك",
		left_value: minutes,
		last: "آخر زيارة",
		when: (at, now) => {
			const words = day(at, now);
			return `${words ? `${words}، ` : ""}${date(at, now)}، الساعة ${time(at)}`;
		},
		kept_before: "محفوظ لك حتى",
		kept_after: "، وكل زيارة تجدّد المدة.",
		kept_unknown: "لا يمكن الوصول إلى الخادم الآن. تمكن المتابعة، وتُرسل الإجابات لاحقًا.",
		pending: "آخر ما قُدّم موجود على هذا الجهاز فقط، وسيُرسل.",
		continue: "متابعة",
		fresh: "البدء من جديد",
		confirm_title: "البدء من جديد؟",
		confirm: (value) =>
			`توضع إجاباتك (${number(value)}) جانبًا ولا تُحذف، وتمكن العودة إليها خلال ${forDays(7)}.`,
		confirm_yes: "نعم، البدء من جديد",
		confirm_no: "الاحتفاظ بإجاباتي",
		expired_title: "انتهت مدة هذا التقييم.",
		expired: (value, until, now) =>
			`كانت متابعته ممكنة حتى ${date(until, now)}. ما زالت إجاباتك (${number(value)}) مخزّنة. يمكن بدء تقييم جديد.`,
		abandoned_title: "وُضعت هذه الإجابات جانبًا.",
		abandoned: (value) => `${answers(value)} من قبل البدء من جديد.`,
		abandoned_until: (until, now) => `تمكن العودة إليها حتى ${date(until, now)}.`,
		written_last: "آخر ما كُتب هنا",
		written_last_hint: "ليس من بين هذه الإجابات. يمكن نسخه عند الحاجة، فهو يظهر هنا الآن فقط.",
		restore: "العودة إلى هذه الإجابات",
		new: "بدء تقييم جديد",
		unknown_title: "الخادم لا يعرف هذا التقييم.",
		unknown: (value) =>
			`ما زالت إجاباتك (${number(value)}) على هذا الجهاز. قد يحدث هذا إذا تُرك التقييم شهورًا أو أُعيد تجهيز الخادم، ويمكن سؤال الجهة التي أعطتك هذا العنوان.`,
		set_aside: (value) => `وُضعت إجاباتك (${number(value)}) جانبًا. تمكن العودة إليها خلال ${forDays(7)}.`,
		undo: "تراجع",
		set_aside_until: (value, until, now) =>
			`وُضعت إجاباتك السابقة (${number(value)}) جانبًا، وهي محفوظة حتى ${date(until, now)}.`,
		set_aside_return: () => "العودة إليها",
	},

	review: {
		title_done: "لكل سؤال إجابة.",
		title_open: (value) => `${openQuestions(value)}.`,
		done: "تمكن مراجعة الإجابات مرة أخرى أو الإنهاء. بعد الإنهاء تبقى الإجابات كما هي.",
		open: "تمكن الإجابة عنها الآن أو الإنهاء بدونها. وحيث تقل الإجابات عن الكفاية تذكر النتيجة ذلك.",
		open_list: "الأسئلة المفتوحة",
		finish: "إنهاء",
		finish_anyway: "إنهاء مع ذلك",
		finishing: "جارٍ الإنهاء",
	},

	results: {
		title: "نتائجك",
		pending_title: "اكتمل التقييم.",
		pending: "إجاباتك على هذا الجهاز وإرسالها مستمر. تظهر نتائجك هنا فور وصولها إلى الخادم.",
		preparing: "جارٍ إعداد النتائج",
		failed: "تعذّر جلب نتائجك. إجاباتك في أمان.",
		gone: "لم يعد فتح هذه النتائج ممكنًا هنا: انتهت مدتها أو أُعيد إعداد الخادم. عند الحاجة إليها يمكن السؤال لدى الجهة التي أعطتك هذا العنوان.",
		hexagon: (list) => `سداسي أنواع الاهتمامات الستة، من المركز إلى الحافة: ${list}.`,
		hexagon_entry: (name, share) => `${name} ${percent(share)}`,
		no_interests: "يحتاج الشكل السداسي إلى إجابات كافية عن الأنواع الستة كلها. بعضها ناقص، لذلك لم يُرسم.",
		ranking: "بالترتيب",
		tied: "متقاربة بحيث لا يمكن ترتيبها",
		table: "في جدول",
		table_scale: "المقياس",
		table_result: "الموضع في المدى الممكن",
		bar: (name, band, share) => `${name}: ${band}، عند ${percent(share)} من المدى الممكن.`,
		bar_low: "أدنى",
		bar_middle: "وسط",
		bar_high: "أعلى",
		not_enough: (answered, total) => `الإجابات لا تكفي لنتيجة: ${number(answered)} من ${number(total)}.`,
		preliminary: (answered, total) =>
			`نتيجة أولية: أُجيب عن ${number(answered)} من ${number(total)}، لذلك يُذكر الجزء من المدى فقط.`,
		prorated: (answered, total) => `من ${number(answered)} إجابات من أصل ${number(total)}.`,
		choices: "ما اخترته",
		notes: "كيف تُقرأ هذه النتائج",
		print: "طباعة أو حفظ بصيغة PDF",
		again: "إعادة التقييم",
		again_title: "إعادة التقييم؟",
		again_body:
			"يبدأ تقييم جديد فارغ. بعد ذلك لن تفتح هذه الصفحة هذه النتائج، لذلك يُستحسن طباعتها أو حفظها أولًا.",
		again_yes: "بدء تقييم جديد",
		again_no: "البقاء هنا",
	},

	feedback: {
		title: "كيف كانت التجربة؟",
		intro: "بضع كلمات تساعد على التحسين. كل ما هنا اختياري.",
		rating: "ما تقييمك لهذه التجربة؟",
		ratings: ["ضعيفة", "مقبولة", "جيدة", "جيدة جدًا", "ممتازة"],
		experience: "كيف تصفها؟",
		suggestions: "ما الذي ينبغي تغييره؟",
		recommend: "هل ستوصي بها؟",
		yes: "نعم",
		no: "لا",
		send: "إرسال الرأي",
		sending: "جارٍ الإرسال",
		thanks: "شكرًا. حُفظ رأيك.",
		empty: "لم يُملأ شيء بعد.",
	},
};
