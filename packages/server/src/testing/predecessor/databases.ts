import type { Database, DatabaseUrl } from "../../db/dialect.ts";
import { openDatabase } from "../../db/open.ts";
import { aDatabaseOn, type Engine } from "../stores/an-engine.ts";
import { type RawRow, type RawStore, rawStore } from "./raw-store.ts";
import { type Cell, type FixtureRows, predecessorRows, type StatusWords, UNREADABLE } from "./rows.ts";
import { GUIDE, predecessorSchema, type SchemaOptions } from "./schema.ts";

type State = {
	/** The engines on which a database can be in this state. */
	engines: readonly Engine[];
	/** The words of its status column; the guide's where nothing is said. */
	words?: StatusWords;
	/**
	 * Which statements of the guide were carried out, by their number; on the table as it was before the rows
	 * came, or after.
	 */
	guide?:
		| { before?: readonly number[]; after?: readonly number[] }
		| Partial<Record<Engine, readonly number[]>>;
	schema?: Partial<SchemaOptions>;
	/** Statements by hand after everything else. */
	by_hand?: readonly string[];
	rows?: "none";
};

const GUIDES: StatusWords = {
	active: "active",
	completed: "completed",
	abandoned: "user_abandoned_not_completed",
};
const UPPER: StatusWords = { active: "ACTIVE", completed: "COMPLETED", abandoned: "ABANDONED" };
const LOWER: StatusWords = { active: "active", completed: "completed", abandoned: "abandoned" };

const BOTH = ["sqlite", "postgres"] as const;
const SQLITE = ["sqlite"] as const;
const POSTGRES = ["postgres"] as const;

/**
 * What SQLAlchemy's `create_all` makes of the models with phase 1: a text that holds member names, and no
 * defaults.
 */
const CREATED_BY_MODELS = [
	"status VARCHAR(9) NOT NULL",
	"last_activity DATETIME",
	"current_page_id INTEGER REFERENCES pages (id)",
];
const STATUS_TEXT = ["status TEXT DEFAULT 'active' NOT NULL", ...CREATED_BY_MODELS.slice(1)];
const ENUM_OF_NAMES = [
	"CREATE TYPE sessionstatus AS ENUM ('ACTIVE', 'COMPLETED', 'ABANDONED')",
	"ALTER TABLE student_responses ALTER COLUMN status TYPE sessionstatus USING status::sessionstatus",
];

/** The states in which databases of the existing product are found. */
const PREDECESSOR_STATES = {
	before_phase_1: { engines: BOTH },
	early: { engines: BOTH, schema: { early: true } },
	/**
	 * The guide in full. SQLite takes its statements only while the table is empty; PostgreSQL gives every old
	 * row one moment.
	 */
	guide: { engines: BOTH, guide: { sqlite: [0, 1, 2, 3], postgres: [0, 1, 2, 3, 4] } },
	guide_empty: { engines: BOTH, guide: { sqlite: [0, 1, 2, 3], postgres: [0, 1, 2, 3, 4] }, rows: "none" },
	half_status: { engines: SQLITE, guide: { after: [0] } },
	half_status_page: { engines: SQLITE, guide: { after: [0, 2] } },
	half_status_page_index: { engines: SQLITE, guide: { after: [0, 2, 3] } },
	half_type_only: { engines: POSTGRES, guide: { after: [0] } },
	half_without_page: { engines: POSTGRES, guide: { after: [0, 1, 2, 4] } },
	names_upper: { engines: BOTH, words: UPPER, schema: { response_columns: CREATED_BY_MODELS } },
	names_lower: { engines: BOTH, words: LOWER, schema: { response_columns: CREATED_BY_MODELS } },
	autoincrement: { engines: SQLITE, guide: { sqlite: [0, 1, 2, 3] }, schema: { autoincrement: true } },
	/** Every session wrote with foreign keys off, so answers outlived their response. */
	orphans: {
		engines: SQLITE,
		guide: { sqlite: [0, 1, 2, 3] },
		by_hand: [
			"INSERT INTO question_answers (id, response_id, question_id, answer_value) VALUES (90, 99, 1, 3)",
		],
	},
	named_check: {
		engines: BOTH,
		words: UPPER,
		schema: {
			response_columns: [
				"status TEXT NOT NULL CONSTRAINT sessionstatus CHECK (status IN ('ACTIVE', 'COMPLETED', 'ABANDONED'))",
				...CREATED_BY_MODELS.slice(1),
			],
		},
	},
	enum_upper: {
		engines: POSTGRES,
		words: UPPER,
		schema: { response_columns: CREATED_BY_MODELS },
		by_hand: ENUM_OF_NAMES,
	},
	status_text: { engines: POSTGRES, schema: { response_columns: STATUS_TEXT } },
	invalid_index: {
		engines: POSTGRES,
		guide: { after: [0, 1, 2, 3, 4] },
		by_hand: [
			"UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'idx_student_responses_status'::regclass",
		],
	},
	naive_times: { engines: POSTGRES, guide: { postgres: [0, 1, 2, 3, 4] }, schema: { naive_times: true } },
	native_question_type: {
		engines: POSTGRES,
		guide: { postgres: [0, 1, 2, 3, 4] },
		schema: { native_question_type: true },
	},
} as const satisfies Record<string, State>;

export type PredecessorState = keyof typeof PREDECESSOR_STATES;

/** Every engine in every state that it can be in. */
export const PREDECESSORS: readonly { engine: Engine; state: PredecessorState }[] = Object.entries(
	PREDECESSOR_STATES,
).flatMap(([state, { engines }]) => engines.map((engine) => ({ engine, state: state as PredecessorState })));

/** What is done to a predecessor's database once a run, before it is copied for each test that names it. */
type Prepared = { name: string; prepare: (predecessor: OpenPredecessor) => Promise<void> };

/**
 * A real database of the existing product, in the state in which some operator may have it.
 * @param prepared where many tests begin with the same: the database is then a copy of a prepared one
 */
export async function aPredecessorDatabase(engine: Engine, state: PredecessorState, prepared?: Prepared) {
	const fill = async (url: DatabaseUrl) => {
		await writePredecessor(url, engine, state);
		const predecessor = openPredecessor(url);
		await prepared?.prepare(predecessor);
		await predecessor.close();
	};
	const place = await aDatabaseOn(engine, prepared && { name: prepared.name, fill });
	if (!prepared) await fill(place.url);
	const { close, ...predecessor } = openPredecessor(place.url);
	return {
		engine,
		state,
		words: (PREDECESSOR_STATES[state] as State).words ?? GUIDES,
		url: place.url,
		...predecessor,
		async [Symbol.asyncDispose]() {
			await close();
			await place[Symbol.asyncDispose]();
		},
	};
}

export type PredecessorDatabase = Awaited<ReturnType<typeof aPredecessorDatabase>>;

async function writePredecessor(url: DatabaseUrl, engine: Engine, state: PredecessorState): Promise<void> {
	const found: State = PREDECESSOR_STATES[state];
	const store = rawStore(url);
	const options = {
		early: false,
		response_columns: [],
		autoincrement: false,
		naive_times: false,
		native_question_type: false,
		...found.schema,
	};
	const { before, after } = guideOf(engine, found);
	const rows = found.rows === "none" ? {} : predecessorRows(found.words ?? GUIDES);
	await store.exec(predecessorSchema(engine, options));
	await store.exec(before);
	await store.exec(await insertions(store, engine, rows));
	await store.exec(after);
	if (found.rows !== "none" && after.length > 0) await store.exec(workAfterGuide(engine, found));
	await store.exec(found.by_hand ?? []);
}

type OpenPredecessor = ReturnType<typeof openPredecessor>;

function openPredecessor(url: DatabaseUrl) {
	const store = rawStore(url);
	const opened: Database[] = [];
	return {
		/** Runs SQL as whoever looks after that database. */
		exec: (...statements: readonly string[]) => store.exec(statements),
		rows: store.rows,
		/** Every row of every table. */
		async contents(): Promise<Readonly<Record<string, readonly RawRow[]>>> {
			const tables = await store.tables();
			const all = await Promise.all(tables.map(async (table) => [table, await store.rows(table)] as const));
			return Object.fromEntries(all);
		},
		/** Opened as this program opens it. */
		async open(): Promise<Database> {
			const database = await openDatabase(url);
			opened.push(database);
			return database;
		},
		/** Closes what was opened here. */
		async close(): Promise<void> {
			for (const database of opened) await database.close().catch(() => {});
		},
	};
}

/** On SQLite the guide in full was only possible before there were rows; on PostgreSQL it came after them. */
function guideOf(engine: Engine, { guide }: State): { before: string[]; after: string[] } {
	const pick = (numbers: readonly number[] = []) => numbers.map((n) => GUIDE[engine][n] ?? "");
	if (!guide) return { before: [], after: [] };
	if ("after" in guide || "before" in guide) return { before: pick(guide.before), after: pick(guide.after) };
	const numbers = (guide as Partial<Record<Engine, readonly number[]>>)[engine];
	return engine === "sqlite" ? { before: pick(numbers), after: [] } : { before: [], after: pick(numbers) };
}

/** What the program did after the columns came: one student set aside, another one active again. */
function workAfterGuide(engine: Engine, { guide }: State): string[] {
	const numbers = guide && "after" in guide ? (guide.after ?? []) : [0, 1, 2, 3, 4];
	const has = (name: string) => numbers.some((n) => GUIDE[engine][n]?.includes(`ADD COLUMN ${name}`));
	return [
		...(has("status")
			? ["UPDATE student_responses SET status = 'user_abandoned_not_completed' WHERE id IN (3, 6)"]
			: []),
		...(has("last_activity")
			? ["UPDATE student_responses SET last_activity = '2024-05-20 10:00:00' WHERE id = 4"]
			: []),
	];
}

async function insertions(store: RawStore, engine: Engine, rows: FixtureRows): Promise<string[]> {
	const there = new Set(await store.tables());
	const statements: string[] = [];
	for (const [table, all] of Object.entries(rows)) {
		if (!there.has(table)) continue;
		const columns = await store.columns(table);
		for (const row of all) statements.push(insertion(table, columns, row));
		if (engine === "postgres") {
			statements.push(
				`SELECT setval(pg_get_serial_sequence('${table}', 'id'), (SELECT max(id) FROM ${table}))`,
			);
		}
	}
	const [first] = rows["student_responses"] ?? [];
	if (engine === "sqlite" && first) {
		const row = { ...first, ...UNREADABLE, session_id: String(first["session_id"]).replace(/1$/, "7") };
		statements.push(insertion("student_responses", await store.columns("student_responses"), row));
	}
	return [...statements, "DELETE FROM audit"];
}

function insertion(table: string, columns: ReadonlySet<string>, row: Readonly<Record<string, Cell>>): string {
	const names = Object.keys(row).filter((name) => columns.has(name));
	const values = names.map((name) => literal(row[name] ?? null));
	return `INSERT INTO ${table} (${names.join(", ")}) VALUES (${values.join(", ")})`;
}

function literal(value: Cell): string {
	if (value === null) return "NULL";
	if (typeof value === "string") return `'${value.replaceAll("'", "''")}'`;
	return typeof value === "boolean" ? (value ? "TRUE" : "FALSE") : String(value);
}
