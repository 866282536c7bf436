import { createFormat } from "@carhythm/ui/format";
import type { Rescue } from "./rescue-en.ts";

const { count } = createFormat("ar", ["zero", "one", "two", "few", "many", "other"]);

/** Saving unsent answers to a file; as in rescue-en.ts. */
export const rescue: Rescue = {
	notice: "آخر ما قُدّم لم يصل إلى الخادم منذ مدة. تستمر محاولة إرساله.",
	open: "حفظه في ملف",
	title: "حفظ الإجابات غير المرسلة في ملف",
	body: "لا حاجة إلى ذلك إلا عند الاضطرار إلى ترك هذا الجهاز أو عند استمرار غياب الخادم. في غير ذلك يكفي الانتظار: تُرسل الإجابات فور الوصول إليه.",
	personal:
		"الملف شخصي. فيه إجاباتك، ومن لديه الملف يمكنه فتح تقييمك. ينبغي تسليمه فقط لمن قدّم لك هذا التقييم، ثم حذفه.",
	save: "حفظ الملف",
	saved: (steps) =>
		`حُفظ ضمن التنزيلات: ${count(steps, {
			zero: "لا خطوات",
			one: "خطوة واحدة",
			two: "خطوتان",
			few: "# خطوات",
			many: "# خطوة",
			other: "# خطوة",
		})}. لم يتغير شيء على هذا الجهاز: إن عاد الخادم قبل ذلك وصله كل شيء مرة واحدة.`,
	nothing: "أُرسل كل شيء في هذه الأثناء، ولا حاجة إلى ملف.",
};
