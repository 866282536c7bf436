import type { Engine } from "../stores/an-engine.ts";

// The schema of the existing product, as reference files of real databases show it, independent of this
// program's own tables.

type TableDefinition = {
	name: string;
	columns: readonly string[];
	/** Columns that came by later scripts of that product: early databases lack them. */
	late: readonly string[];
};

const OPTION_COLUMNS = [
	"image_path VARCHAR(255)",
	"essay_char_limit INTEGER",
	"slider_min_label VARCHAR(100)",
	"slider_max_label VARCHAR(100)",
	"mcq_options TEXT",
	"mcq_correct_answer TEXT",
	"allow_multiple_selection BOOLEAN",
	"ordering_options TEXT",
	"randomize_order BOOLEAN",
];
const ARABIC_OPTION_COLUMNS = [
	"question_text_ar TEXT",
	"slider_min_label_ar VARCHAR(100)",
	"slider_max_label_ar VARCHAR(100)",
	"mcq_options_ar TEXT",
	"ordering_options_ar TEXT",
];
const CREATED = "created_at DATETIME DEFAULT CURRENT_TIMESTAMP";

const TABLES: readonly TableDefinition[] = [
	{
		name: "pages",
		columns: [
			"id KEY",
			"title VARCHAR(200) NOT NULL",
			"description TEXT",
			"order_index INTEGER NOT NULL",
			"is_active BOOLEAN NOT NULL",
			CREATED,
		],
		late: [
			"module_name VARCHAR(100)",
			"module_emoji VARCHAR(10)",
			"chapter_number INTEGER",
			"estimated_minutes INTEGER",
			"completion_message TEXT",
			"module_description TEXT",
			"module_color_primary VARCHAR(20)",
			"module_color_secondary VARCHAR(20)",
			"title_ar VARCHAR(200)",
			"description_ar TEXT",
			"module_name_ar VARCHAR(100)",
			"module_description_ar TEXT",
			"completion_message_ar TEXT",
		],
	},
	{
		name: "questions",
		columns: [
			"id KEY",
			"page_id INTEGER NOT NULL REFERENCES pages (id)",
			"question_text TEXT NOT NULL",
			"question_type QUESTION_TYPE NOT NULL",
			"order_index INTEGER NOT NULL",
			"is_required BOOLEAN NOT NULL",
			...OPTION_COLUMNS,
			CREATED,
		],
		late: [
			"item_id VARCHAR(20)",
			"domain VARCHAR(20)",
			"tags TEXT",
			"reverse_scored BOOLEAN",
			"scale_type VARCHAR(20)",
			"scale_labels TEXT",
			"scene_title VARCHAR(200)",
			"scene_narrative TEXT",
			"scene_image_url VARCHAR(500)",
			"scene_theme VARCHAR(50)",
			...ARABIC_OPTION_COLUMNS,
			"scene_title_ar VARCHAR(200)",
			"scene_narrative_ar TEXT",
		],
	},
	{
		name: "student_responses",
		columns: [
			"id RESPONSE_KEY",
			"session_id VARCHAR(36) NOT NULL",
			"email VARCHAR(255) NOT NULL",
			"full_name VARCHAR(200) NOT NULL",
			"age_group VARCHAR(50) NOT NULL",
			"country VARCHAR(100) NOT NULL",
			"origin_country VARCHAR(100) NOT NULL",
			"completed_at DATETIME",
			CREATED,
			// Nobody knows this one; it was added by hand.
			"referrer TEXT",
		],
		late: [],
	},
	{
		name: "question_answers",
		columns: [
			"id KEY",
			"response_id INTEGER NOT NULL REFERENCES student_responses (id)",
			"question_id INTEGER NOT NULL REFERENCES questions (id)",
			"answer_text TEXT",
			"answer_value FLOAT",
			"answer_json TEXT",
		],
		late: [],
	},
	{
		name: "assessment_scores",
		columns: [
			"id KEY",
			"response_id INTEGER NOT NULL REFERENCES student_responses (id)",
			"riasec_r_score FLOAT",
			"riasec_profile VARCHAR(20)",
			"riasec_complete BOOLEAN",
			"calculated_at DATETIME DEFAULT CURRENT_TIMESTAMP",
			"last_updated DATETIME",
		],
		late: ["riasec_raw_scores TEXT", "ikigai_zones TEXT", "rhythm_profile TEXT", "notes TEXT"],
	},
	{
		name: "admins",
		columns: ["id KEY", "username VARCHAR(50) NOT NULL", "password_hash VARCHAR(128) NOT NULL", CREATED],
		late: [],
	},
	{
		name: "categories",
		columns: ["id KEY", "name VARCHAR(100) NOT NULL", "description TEXT", CREATED, "is_active BOOLEAN"],
		late: ["color VARCHAR(7)"],
	},
	{
		name: "question_pool",
		columns: [
			"id KEY",
			"title VARCHAR(200) NOT NULL",
			"question_text TEXT NOT NULL",
			"question_type VARCHAR(20) NOT NULL",
			"category_id INTEGER REFERENCES categories (id)",
			"is_required BOOLEAN",
			...OPTION_COLUMNS,
			CREATED,
			"updated_at DATETIME DEFAULT CURRENT_TIMESTAMP",
			"created_by VARCHAR(100)",
			"usage_count INTEGER",
		],
		late: ARABIC_OPTION_COLUMNS,
	},
	{
		// A table that nobody knows, whose rows go when a response goes.
		name: "counsellor_notes",
		columns: [
			"id KEY",
			"response_id INTEGER NOT NULL REFERENCES student_responses (id) ON DELETE CASCADE",
			"note TEXT",
		],
		late: [],
	},
];

/** A table that came late as a whole. */
const FEEDBACKS: TableDefinition = {
	name: "feedbacks",
	columns: [
		"id KEY",
		"session_id VARCHAR NOT NULL REFERENCES student_responses (session_id)",
		"rating INTEGER",
		"experience_text TEXT",
		"would_recommend BOOLEAN",
		"suggestions TEXT",
		"created_at DATETIME NOT NULL",
	],
	late: [],
};

export type SchemaOptions = {
	/** Without what later scripts of that product added. */
	early: boolean;
	/** Further columns of `student_responses`, as SQLAlchemy's `create_all` makes them. */
	response_columns: readonly string[];
	autoincrement: boolean;
	/** PostgreSQL: `timestamp` without zone in place of `timestamp with time zone`. */
	naive_times: boolean;
	/** PostgreSQL: question types as an enumerated type. */
	native_question_type: boolean;
};

/** The statements that make the tables before phase 1, in order. */
export function predecessorSchema(engine: Engine, options: SchemaOptions): string[] {
	const tables = options.early ? TABLES : [...TABLES, FEEDBACKS];
	const words: Readonly<Record<string, string>> =
		engine === "sqlite"
			? {
					RESPONSE_KEY: `INTEGER NOT NULL PRIMARY KEY${options.autoincrement ? " AUTOINCREMENT" : ""}`,
					KEY: "INTEGER NOT NULL PRIMARY KEY",
					QUESTION_TYPE: "VARCHAR(8)",
				}
			: {
					RESPONSE_KEY: "SERIAL PRIMARY KEY",
					KEY: "SERIAL PRIMARY KEY",
					QUESTION_TYPE: options.native_question_type ? "questiontype" : "VARCHAR(8)",
					DATETIME: `TIMESTAMP ${options.naive_times ? "WITHOUT" : "WITH"} TIME ZONE`,
				};
	const spell = (line: string) => line.replace(/\b[A-Z_]+\b/g, (word) => words[word] ?? word);
	const statements: string[] = [];
	if (engine === "postgres" && options.native_question_type) {
		statements.push("CREATE TYPE questiontype AS ENUM ('essay', 'slider', 'mcq', 'ordering')");
	}
	for (const { name, columns, late } of tables) {
		const more = name === "student_responses" ? options.response_columns : [];
		const lines = [...columns, ...(options.early ? [] : late), ...more].map(spell);
		statements.push(
			`CREATE TABLE ${name} (${lines.join(", ")})`,
			`CREATE INDEX ix_${name}_id ON ${name} (id)`,
		);
		if (name === "student_responses") {
			statements.push(
				"CREATE UNIQUE INDEX ix_student_responses_session_id ON student_responses (session_id)",
			);
		}
	}
	if (!options.early) statements.push("CREATE UNIQUE INDEX ix_questions_item_id ON questions (item_id)");
	return [...statements, "CREATE UNIQUE INDEX ix_admins_username ON admins (username)", ...unknown(engine)];
}

/** What somebody added by hand and this program does not know: all of it must still be there afterwards. */
function unknown(engine: Engine): string[] {
	const shared = [
		"CREATE VIEW finished_students AS SELECT id, email FROM student_responses WHERE full_name <> 'In Progress'",
		"CREATE INDEX ix_email_folded ON student_responses (lower(email))",
		"CREATE TABLE audit (response_id INTEGER)",
	];
	return engine === "sqlite"
		? [
				...shared,
				`CREATE TRIGGER audit_insert AFTER INSERT ON student_responses
				BEGIN INSERT INTO audit VALUES (new.id); END`,
			]
		: [
				...shared,
				`CREATE FUNCTION audit_insert() RETURNS trigger LANGUAGE plpgsql AS
				$$BEGIN INSERT INTO audit VALUES (new.id); RETURN new; END$$`,
				`CREATE TRIGGER audit_insert AFTER INSERT ON student_responses
				FOR EACH ROW EXECUTE FUNCTION audit_insert()`,
			];
}

/** Phase 1 as the guide's document writes it, statement by statement. */
export const GUIDE: Readonly<Record<Engine, readonly string[]>> = {
	sqlite: [
		"ALTER TABLE student_responses ADD COLUMN status TEXT DEFAULT 'active' NOT NULL",
		"ALTER TABLE student_responses ADD COLUMN last_activity TIMESTAMP DEFAULT CURRENT_TIMESTAMP",
		"ALTER TABLE student_responses ADD COLUMN current_page_id INTEGER REFERENCES pages(id)",
		"CREATE INDEX idx_student_responses_status ON student_responses(status)",
	],
	postgres: [
		"CREATE TYPE sessionstatus AS ENUM ('active', 'completed', 'user_abandoned_not_completed')",
		"ALTER TABLE student_responses ADD COLUMN status sessionstatus DEFAULT 'active' NOT NULL",
		"ALTER TABLE student_responses ADD COLUMN last_activity TIMESTAMP DEFAULT CURRENT_TIMESTAMP",
		"ALTER TABLE student_responses ADD COLUMN current_page_id INTEGER REFERENCES pages(id)",
		"CREATE INDEX idx_student_responses_status ON student_responses(status)",
	],
};
