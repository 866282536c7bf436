// Control arms load this module before the server. It breaks one of the server's guarantees, which the
// campaign must notice.
//   CARHYTHM_WEAKEN=normal         SQLite at synchronous NORMAL, while the boot check is told FULL
//   CARHYTHM_WEAKEN=write-behind   commits up to 50 ms after the reply, on SQLite and on PostgreSQL
import SqliteFile from "better-sqlite3";
import { Client } from "pg";

type Statement = { run(...values: unknown[]): unknown };
type Prepared = { prepare(sql: string): Statement; pragma(text: string, options?: object): unknown };

const proto = SqliteFile.prototype as unknown as Prepared;
const LATE_MS = 50;

switch (process.env["CARHYTHM_WEAKEN"]) {
	case "normal":
		weakenSync();
		break;
	case "write-behind":
		weakenCommit();
		weakenServersCommit();
		break;
	default:
		throw new Error("CARHYTHM_WEAKEN names no guarantee that can be broken.");
}

function weakenSync(): void {
	const pragma = proto.pragma;
	proto.pragma = function (text, options) {
		if (text === "synchronous") return 2;
		return pragma.call(this, text === "synchronous=FULL" ? "synchronous=NORMAL" : text, options);
	};
}

function weakenCommit(): void {
	const prepare = proto.prepare;
	const writers = new WeakSet<object>();
	const nothing = { changes: 0, lastInsertRowid: 0 };
	proto.prepare = function (sql) {
		const statement = prepare.call(this, sql);
		const run = statement.run.bind(statement);
		const database = this as unknown as { inTransaction: boolean };
		if (sql === "begin immediate") {
			writers.add(this);
			statement.run = () => (database.inTransaction ? nothing : run());
		}
		if (sql === "commit" && writers.has(this)) {
			statement.run = () => {
				setTimeout(() => database.inTransaction && run(), LATE_MS);
				return nothing;
			};
		}
		return statement;
	};
}

type Query = (this: object, query: string | { text: string }, ...rest: unknown[]) => Promise<unknown>;

function weakenServersCommit(): void {
	const client = Client.prototype as unknown as { query: Query };
	const query = client.query;
	const writers = new WeakSet<object>();
	const late = new WeakSet<object>();
	client.query = function (asked, ...rest) {
		const text = typeof asked === "string" ? asked : asked.text;
		const isBegin = /^begin .* read write$/.test(text);
		if (isBegin) writers.add(this);
		if (isBegin && late.has(this)) return done("BEGIN");
		if (text !== "commit" || !writers.has(this)) return query.call(this, asked, ...rest);
		late.add(this);
		setTimeout(() => {
			late.delete(this);
			query.call(this, text).catch(() => {});
		}, LATE_MS);
		return done("COMMIT");
	};
}

function done(command: string): Promise<object> {
	return Promise.resolve({ command, rowCount: null, rows: [] });
}
