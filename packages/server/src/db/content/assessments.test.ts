import { expect, test } from "vitest";
import type { AssessmentFile } from "../../assessments/file.ts";
import { readAssessmentFile } from "../../assessments/read-file.ts";
import { migrateUp } from "../../migrations/runner.ts";
import { OperatorError } from "../../operator-error.ts";
import { contentFolder } from "../../paths.ts";
import { seedShipped } from "../../seed.ts";
import { aFolder } from "../../testing/folders/a-folder.ts";
import { aDatabase } from "../../testing/stores/an-engine.ts";
import type { DatabaseUrl } from "../dialect.ts";
import { openDatabase } from "../open.ts";
import { createAssessmentStore } from "./assessments.ts";

async function migrate(url: DatabaseUrl): Promise<void> {
	const database = await openDatabase(url);
	await migrateUp(database);
	await database.close();
}

async function anEmptyStore() {
	const place = await aDatabase({ name: "migrated", fill: migrate });
	const database = await place.open();
	return {
		place,
		database,
		store: createAssessmentStore(database),
		async [Symbol.asyncDispose]() {
			await database.close();
			await place[Symbol.asyncDispose]();
		},
	};
}

async function shipped(name: string) {
	const read = await readAssessmentFile(`${contentFolder()}/${name}/assessment.json`);
	if (!read.ok) throw new Error(`${name} does not load.`);
	return read;
}

/** The file with its first question worded anew. */
function reworded(file: AssessmentFile, en: string): AssessmentFile {
	const copy = structuredClone(file);
	const question = copy.chapters[0]?.pages[0]?.questions[0];
	if (!question) throw new Error("The file has no question.");
	question.text = { ...question.text, en };
	return copy;
}

test("the assessments that ship come into an empty database once, career-rhythm as the default", async () => {
	await using on = await anEmptyStore();
	await seedShipped(on.store, contentFolder());
	await seedShipped(on.store, contentFolder());
	const listed = await on.store.list();
	expect(
		listed.map(({ key, version, is_default, sessions }) => [key, version, is_default, sessions]),
	).toEqual([
		["career-rhythm", 1, true, 0],
		["sampler", 1, false, 0],
	]);
	expect((await on.store.latestDefault())?.index.assessment.key).toBe("career-rhythm");
	expect((await on.store.latestDefault())?.scoring?.scales.length).toBeGreaterThan(10);
	expect(await on.store.latest("none")).toBeNull();
});

test("a broken file among those that ship is reported with its mistakes", async () => {
	await using on = await anEmptyStore();
	using folder = aFolder();
	await expect(seedShipped(on.store, folder.path)).rejects.toThrow(OperatorError);
});

test("the same content is one version, changed content the next, and older content after it the next again", async () => {
	await using on = await anEmptyStore();
	const { file, scoring } = await shipped("sampler");
	const add = async (version: AssessmentFile) => {
		const { version: number, outcome } = await on.store.add(version, scoring);
		return `${number} ${outcome}`;
	};
	expect(await add(file)).toBe("1 added");
	expect(await add(file)).toBe("1 unchanged");
	expect(await add(reworded(file, "Worded anew?"))).toBe("2 added");
	expect(await add(file)).toBe("3 added");
	expect((await on.store.versions("sampler")).map(({ index }) => index.assessment.version)).toEqual([
		3, 2, 1,
	]);
});

test("a new wording keeps the question's id, and the version before keeps its wording", async () => {
	await using on = await anEmptyStore();
	const { file, scoring } = await shipped("sampler");
	await on.store.add(file, scoring);
	const first = await on.store.latest("sampler");
	await on.store.add(reworded(file, "Worded anew?"), scoring);
	const second = await on.store.latest("sampler");
	const id = first?.index.places[0]?.question.id ?? 0;
	expect(second?.index.places[0]?.question).toMatchObject({ id, text: { en: "Worded anew?" } });
	expect((await on.store.byId(first?.version_id ?? 0))?.index.places[0]?.question.text).toEqual(
		file.chapters[0]?.pages[0]?.questions[0]?.text,
	);
	const page_id = first?.index.places[0]?.page.id ?? 0;
	expect((await on.store.byPage(page_id))?.version_id).toBe(second?.version_id);
	expect(await on.store.byPage(999)).toBeNull();
	const row = await on.database.db
		.selectFrom("questions")
		.selectAll()
		.where("id", "=", id)
		.executeTakeFirst();
	expect(row).toMatchObject({
		question_text: "Worded anew?",
		item_id: file.chapters[0]?.pages[0]?.questions[0]?.key,
	});
});

test("a page that is gone is no longer active, a question whose answers would not fit any more is a new one", async () => {
	await using on = await anEmptyStore();
	const { file, scoring } = await shipped("sampler");
	await on.store.add(file, scoring);
	const first = await on.store.latest("sampler");
	const changed = structuredClone(file);
	changed.chapters = changed.chapters.slice(1);
	const mcq = changed.chapters
		.flatMap(({ pages }) => pages.flatMap(({ questions }) => questions))
		.find(({ type }) => type === "mcq");
	if (mcq?.type !== "mcq") throw new Error("The sampler's second chapter has no multiple choice.");
	mcq.choices = [...mcq.choices, { value: "brand-new", label: { en: "Brand new" } }];
	await on.store.add(changed, null);
	const second = await on.store.latest("sampler");

	const active = await on.database.db.selectFrom("pages").select("id").where("is_active", "=", 1).execute();
	expect(active.map(({ id }) => id)).toEqual([...(second?.index.pages.keys() ?? [])]);
	const idIn = (version: typeof first) =>
		version?.index.places.find(({ question }) => question.key === mcq.key)?.question.id;
	expect(idIn(second)).not.toBe(idIn(first));
	const rows = await on.database.db
		.selectFrom("questions")
		.select(["id", "item_id"])
		.where("id", "in", [idIn(first) ?? 0, idIn(second) ?? 0])
		.orderBy("id")
		.execute();
	expect(rows).toEqual([
		{ id: idIn(first), item_id: mcq.key },
		{ id: idIn(second), item_id: null },
	]);
});

test("the rows of the existing product hold texts in both languages and no scoring key", async () => {
	await using on = await anEmptyStore();
	const { file, scoring } = await shipped("career-rhythm");
	await on.store.add(file, scoring);
	const questions = await on.database.db.selectFrom("questions").selectAll().orderBy("id").execute();
	const pages = await on.database.db.selectFrom("pages").selectAll().orderBy("order_index").execute();
	expect(questions).toHaveLength(71);
	for (const question of questions) {
		expect(question).toMatchObject({
			domain: null,
			tags: null,
			reverse_scored: null,
			mcq_correct_answer: null,
		});
		expect(question.question_text_ar).toMatch(/\p{Script=Arabic}/u);
	}
	expect(pages[0]).toMatchObject({
		module_name: file.chapters[0]?.title.en,
		module_name_ar: file.chapters[0]?.title.ar,
		chapter_number: 1,
		order_index: 1,
		is_active: 1,
	});
	const slider = questions.find(({ item_id }) => item_id === "activity-01");
	expect(JSON.parse(slider?.scale_labels ?? "null")).toHaveLength(5);
	expect(slider?.slider_min_label).toBe("Strongly dislike");
	const mcq = questions.find(({ item_id }) => item_id === "work-places");
	expect(JSON.parse(mcq?.mcq_options ?? "null")[0]).toEqual({ label: "Outdoors", value: "outdoors" });
	const ordering = questions.find(({ item_id }) => item_id === "interest-ranking");
	expect(JSON.parse(ordering?.ordering_options ?? "null")).toHaveLength(6);
	const definition = await on.database.db
		.selectFrom("assessment_versions")
		.select("definition")
		.executeTakeFirst();
	expect(definition?.definition).not.toContain("reverse");
});

test("what the command line changes is seen by a store that was already open", async () => {
	await using on = await anEmptyStore();
	await seedShipped(on.store, contentFolder());
	expect((await on.store.latestDefault())?.index.assessment.key).toBe("career-rhythm");
	const other = await on.place.open();
	const elsewhere = createAssessmentStore(other);
	expect(await elsewhere.setDefault("sampler")).toBe(true);
	expect(await elsewhere.setDefault("none")).toBe(false);
	const { file, scoring } = await shipped("sampler");
	await elsewhere.add(reworded(file, "Worded anew?"), scoring);
	await other.close();
	expect((await on.store.latestDefault())?.index.assessment).toMatchObject({ key: "sampler", version: 2 });
});

test("an assessment can be looked up inside transactions of both other connections", async () => {
	await using on = await anEmptyStore();
	const { file, scoring } = await shipped("sampler");
	await on.store.add(file, scoring);
	const fresh = createAssessmentStore(on.database);
	await on.database.db.transaction().execute(async () => {
		expect((await fresh.byId(1))?.version_id).toBe(1);
		await on.database.reader.transaction().execute(async () => {
			expect((await createAssessmentStore(on.database).byId(1))?.version_id).toBe(1);
		});
	});
});
