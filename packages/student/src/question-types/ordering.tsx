import { inLanguage, orderingIndexes, presentedOrder, type QuestionOf } from "@carhythm/core";
import { useLanguage } from "@carhythm/ui";
import { useRef, useState } from "preact/hooks";
import type { AnswerEditor } from "../answer/answer-editor.ts";
import { useMessages } from "../i18n/texts.ts";
import { useSessionView } from "../visit/visit.ts";
import { OrderingRow } from "./OrderingRow.tsx";
import type { StudentQuestionType } from "./question-type.ts";
import { makeWay, useDragging, useGliding } from "./use-dragging.ts";
import { useGrabbing } from "./use-grabbing.ts";

export const ordering: StudentQuestionType<"ordering"> = {
	Control: OrderingAnswer,
	asShown(m, question, { session_id, language }) {
		const ordered_items = presentedOrder(question, session_id).flatMap((item) => {
			const found = question.items[item];
			return found ? [inLanguage(found.text, language)] : [];
		});
		return { answer: { type: "ordering", ordered_items, as_shown: true }, text: m.answer.order_accept };
	},
	// It was stored in the words of the language in which it was given.
	words: (m, { ordered_items }, question, language) =>
		ordered_items
			.map((text, place) => {
				const item = question?.items.find((one) => one.text.en === text || one.text.ar === text);
				return `${m.number(place + 1)}. ${item ? inLanguage(item.text, language) : text}`;
			})
			.join("\n"),
};

/**
 * A ranking: by dragging, by buttons, or by keyboard (Space picks up, arrows move, Escape returns). Each move
 * is held as a draft. An order that is right as shown has to be accepted to count.
 */
function OrderingAnswer({ work, question }: { work: AnswerEditor; question: QuestionOf<"ordering"> }) {
	const m = useMessages();
	const language = useLanguage();
	const { session_id } = useSessionView();
	const list = useRef<HTMLOListElement>(null);
	const [spoken, setSpoken] = useState("");
	const value = work.value();
	const own = value?.type === "ordering" ? orderingIndexes(question, value.ordered_items) : null;
	const order = own ?? presentedOrder(question, session_id);
	const glide = useGliding(list, order);
	const text = (item: number) => {
		const found = question.items[item];
		return found ? inLanguage(found.text, language) : "";
	};
	const hold = (next: readonly number[]) => {
		glide();
		work.hold({ type: "ordering", ordered_items: next.map(text) });
	};
	const move = (from: number, to: number) => {
		const item = order[from];
		if (item === undefined || to < 0 || to >= order.length || from === to) return;
		const rest = order.toSpliced(from, 1);
		hold(rest.toSpliced(to, 0, item));
		setSpoken(m.answer.order_moved(text(item), to + 1, order.length));
	};
	const dragging = useDragging(list, move);
	const grabbing = useGrabbing({ list, order, move, hold, say: setSpoken, text });
	return (
		<div class="ordering">
			<p id="how-to-answer" class="choices-hint">
				{m.answer.order_hint}
			</p>
			<ol ref={list} class="ordering-list" aria-label={m.answer.order_list}>
				{order.map((item, i) => (
					<OrderingRow
						key={item}
						text={text(item)}
						place={i + 1}
						total={order.length}
						lifted={dragging.drag?.from === i || grabbing.grabbed === item}
						shift={dragging.drag && makeWay(dragging.drag, i, dragging.stride)}
						following={dragging.drag?.from === i}
						drag={dragging.handlers(i)}
						grab={grabbing.handlers(item)}
						onMove={(by) => move(i, i + by)}
					/>
				))}
			</ol>
			<p class="unseen" aria-live="assertive">
				{spoken}
			</p>
		</div>
	);
}
