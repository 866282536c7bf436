import type { Answer } from "@carhythm/core";
import type { Chance } from "../../simulation/chance.ts";
import { createJournal } from "./journal.ts";
import { type ServerAddress, sendRequest } from "./requests.ts";

export type Question = {
	id: number;
	page_id: number;
	type: Answer["type"];
	options: Record<string, unknown>;
};

type Page = { questions: Omit<Question, "page_id">[]; navigation: { next_page_id: number | null } };

/** Reads every question of the default assessment, in the order of its pages. */
export async function readQuestions(where: ServerAddress): Promise<Question[]> {
	const get = async (path: string) => {
		const reply = await sendRequest(where, createJournal(), "GET", path);
		if (reply?.status !== 200) throw new Error(`${path} is not served.`);
		return reply.body;
	};
	const questions: Question[] = [];
	const [first] = (await get("/api/v2/modules")) as unknown as { id: number }[];
	for (let page_id = first?.id ?? null; page_id !== null; ) {
		const { questions: asked, navigation } = (await get(
			`/api/v2/questions?page_id=${page_id}&language=en`,
		)) as unknown as Page;
		for (const question of asked) questions.push({ ...question, page_id });
		page_id = navigation.next_page_id;
	}
	return questions;
}

/** Draws a valid answer to a question. */
export function drawAnswer({ type, options }: Question, chance: Chance): Answer {
	switch (type) {
		case "slider": {
			const [min, max, step] = [options["min"], options["max"], options["step"]].map(Number) as [
				number,
				number,
				number,
			];
			return { type, value: min + step * chance.nat(Math.floor((max - min) / step) + 1) };
		}
		case "mcq": {
			const choices = options["choices"] as { value: string }[];
			return { type, selected_options: [chance.pick(choices).value] };
		}
		case "ordering": {
			const items = (options["items"] as { text: string }[]).map(({ text }) => text);
			const turn = chance.nat(items.length);
			return { type, ordered_items: [...items.slice(turn), ...items.slice(0, turn)] };
		}
		case "essay":
			return { type, text: "Words of a student. ".repeat(chance.between(1, 12)).trim() };
		default:
			throw new Error(`The campaigns ask no question of type ${type}.`);
	}
}
