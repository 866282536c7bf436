import { wrap } from "../wrap.ts";

/** Everything of a person that is put in somewhere; each is searched for by a text of its own. */
export const KINDS = [
	"session id",
	"former session id",
	"display id",
	"answer",
	"earlier answer",
	"answer of a rescue file",
	"late answer",
	"draft",
	"e-mail address",
	"name",
	"age and countries",
	"feedback",
	"name of the device",
	"id of the device",
	"operation id",
	"code for another device",
	"wrong code",
	"refused answer",
	"unknown field",
	"network address",
	"User-Agent",
	"X-Request-ID",
	"address of a page",
] as const;
export type Kind = (typeof KINDS)[number];

type Place = {
	/** In words, for the page. */
	about: string;
	/** Exactly these are found there. */
	holds: readonly Kind[];
	/** These can be found there too, for a time. */
	may?: readonly Kind[];
	/** It is about one session, and holds nothing of any other. */
	of_one?: true;
};

const PERSON = ["e-mail address", "name", "age and countries"] as const satisfies readonly Kind[];
const ANSWERS = [
	"answer",
	"earlier answer",
	"answer of a rescue file",
	"late answer",
] as const satisfies readonly Kind[];
const STORED = [
	"session id",
	"display id",
	...ANSWERS,
	"draft",
	...PERSON,
	"feedback",
	"name of the device",
	"id of the device",
	"operation id",
] as const satisfies readonly Kind[];

/** What a person gets who asks what is stored of them. */
const OF_ONE_PERSON = STORED.filter((kind) => kind !== "session id" && kind !== "operation id");

/**
 * The one table of where each kind may be found: the test reads it, and docs/evidence/canaries.md is made from it.
 */
const PLACES = {
	database_in_use: {
		about: "the database while it is written to: SQLite's file and its log, a dump of PostgreSQL",
		holds: STORED,
		// The log keeps what a page was until the log is written into the file and begins anew.
		may: ["former session id"],
	},
	database: { about: "the same once SQLite's log was emptied", holds: STORED },
	backup: { about: "a backup", holds: STORED },
	manifest: { about: "the manifest of a backup", holds: [] },
	log: { about: "the server's log at the level trace, with what it writes to standard error", holds: [] },
	metrics: { about: "`GET /metrics`", holds: [] },
	own_export: { about: "`GET /session/{id}/export`", holds: OF_ONE_PERSON, of_one: true },
	session_export: { about: "`carhythm session export --out --page`", holds: OF_ONE_PERSON, of_one: true },
	answers_csv: { about: "`carhythm export`, with its codebook", holds: ["display id", "answer"] },
	sessions_csv: {
		about: "`carhythm export --rows sessions`, with its codebook",
		holds: ["display id", "answer", ...PERSON],
	},
	sessions_jsonl: {
		about: "`carhythm export --rows sessions --format jsonl`",
		holds: ["display id", "answer", ...PERSON],
	},
	without_person: {
		about: "`carhythm export --rows sessions --without-person`",
		holds: ["display id", "answer"],
	},
	session_list: { about: "`carhythm session list`", holds: ["display id"] },
	session_show: {
		about: "`carhythm session show`, with `--late`",
		holds: ["display id", ...ANSWERS, ...PERSON, "name of the device", "id of the device"],
		of_one: true,
	},
	commands: {
		about: "what `import-rescue`, `backup`, `purge`, `session erase` and `restore` print",
		holds: ["display id"],
	},
	audit: { about: "`carhythm audit list --json`", holds: ["display id"] },
	erasure_memory: { about: "the file of erasures and its key", holds: [] },
	database_after: {
		about: "the database after the student asked for erasure and `purge` ran, or after `session erase`",
		holds: ["display id"],
	},
	data_files: {
		about: "PostgreSQL's data files after that and `VACUUM FULL`",
		holds: ["display id"],
	},
	restored: { about: "the database after `restore` of a backup from before", holds: ["display id"] },
	replaced: { about: "the database that `restore` replaced", holds: ["display id"] },
} as const satisfies Readonly<Record<string, Place>>;
export type PlaceName = keyof typeof PLACES;

export const placeOf = (name: PlaceName): Place => PLACES[name];

const INTRO = `# Where what a student gave can be found

Made by \`packages/server/test/canaries/canaries.test.ts\` from the table in \`places.ts\` beside it. On SQLite and
on PostgreSQL the test puts a text of its own in everywhere, runs what an operator runs, erases, purges
and restores, and searches every place for every text. It fails when one is found where this page does
not name it, and when one is not found where it does. After a change on purpose:
\`npx vitest run --project server packages/server/test/canaries -u\`.
`;

const OUTRO = `
The display id stays in the operators' log, and names nothing once its session is erased. A backup from
before an erasure holds the person until it is deleted ([privacy.md](../privacy.md#erasing-one-person)).
On PostgreSQL no query and no dump finds what was erased; in the unused space of the data files it stays
until something else is written there, or until \`VACUUM FULL\`.
`;

/** The page docs/evidence/canaries.md. */
export function canariesPage(): string {
	const places: readonly Place[] = Object.values(PLACES);
	const rows = places.map(({ about, holds, may = [] }) => {
		const forATime = may.length === 0 ? "" : `; for a time ${may.join(", ")}`;
		return `| ${about} | ${holds.join(", ") || "nothing"}${forATime} |`;
	});
	const found = new Set(places.flatMap(({ holds, may = [] }) => [...holds, ...may]));
	const nowhere = KINDS.filter((kind) => !found.has(kind));
	const lines = [
		INTRO,
		"| place | holds |",
		"|---|---|",
		...rows,
		"",
		wrap(`Found nowhere: ${nowhere.join(", ")}.`),
	];
	return `${lines.join("\n")}\n${OUTRO}`;
}
