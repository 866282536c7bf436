// Runs once: no database is asked.
import { expect, test } from "vitest";
import { warnOfPlainConnection } from "./plain-connection.ts";

const warn = (url: string) => warnOfPlainConnection({ dialect: "postgres", url });

test.each([
	"postgres://u:p@db.example/carhythm",
	"postgres://u:p@10.0.0.5:5433/carhythm",
	"postgres://u:p@localhost.example/carhythm",
])("a database server elsewhere that is reached without TLS is warned of: %s", (url) => {
	const sentence = warn(url);
	expect(sentence).toContain("sslmode=verify-full");
	// The name of the server is said, the password is not.
	expect(sentence).toContain(new URL(url).hostname);
	expect(sentence).not.toContain("u:p");
});

test.each([
	"postgres://u:p@db.example/carhythm?sslmode=verify-full",
	"postgres://u:p@db.example/carhythm?sslmode=require",
	"postgres://u:p@database/carhythm?sslmode=disable",
	"postgres://u:p@localhost/carhythm",
	"postgres://u:p@127.0.0.1:5432/carhythm",
	"postgres://u:p@[::1]/carhythm",
	"postgres://u:p@/carhythm?host=/run/postgresql",
])("a database server here, with TLS, or on a way that is said to be safe is not warned of: %s", (url) => {
	expect(warn(url)).toBeNull();
});

test("an SQLite file is not warned of", () => {
	expect(warnOfPlainConnection({ dialect: "sqlite", file: "a.db" })).toBeNull();
});
