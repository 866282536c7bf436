import { writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readConfig, SETTINGS } from "./config.ts";
import { limitsWith } from "./limits.ts";
import { aFolder } from "./testing/folders/a-folder.ts";

test("nothing set: the defaults", () => {
	expect(readConfig({}, {})).toEqual({
		database_url: { dialect: "sqlite", file: "./carhythm.db" },
		host: "0.0.0.0",
		port: 8000,
		cors_origins: ["http://localhost:*", "http://127.0.0.1:*", "https://localhost:*", "https://127.0.0.1:*"],
		session_expiry_days: 30,
		session_secret_days: 90,
		log_level: "info",
		trust_proxy: false,
		public_url: null,
		migrate_on_start: false,
		backups_kept: 5,
		metrics: false,
		theme: {},
		limits: limitsWith(),
		shared_default: false,
		retention_unfinished_days: 30,
		retention_set_aside_days: 30,
		retention_completed_days: 730,
		retention_person_days: 365,
		retention_feedback_days: 730,
		retention_late_days: 90,
		retention_codes_days: 1,
		retention_backups_days: 90,
		personal_fields: ["email", "full_name", "age_group", "country", "origin_country"],
		privacy_notice: { controller: null, contact: null, purpose: null, more: [], assessments: {} },
		consent_required: false,
		age_threshold: 0,
		age_basis: "guardian",
		erasure_key: null,
		erasure_memory: null,
	});
});

test("a flag goes before the environment, an empty variable counts as not set", () => {
	const environment = {
		PORT: "9000",
		HOST: "",
		LOG_LEVEL: "warn",
		SESSION_EXPIRY_DAYS: "7",
		TRUST_PROXY: "true",
	};
	expect(readConfig({ port: "9100" }, environment)).toMatchObject({
		port: 9100,
		host: "0.0.0.0",
		log_level: "warn",
		session_expiry_days: 7,
		trust_proxy: true,
	});
});

test("origins are a list, spaces around them do not matter", () => {
	const origins = (text: string) => readConfig({ cors_origins: text }, {}).cors_origins;
	expect(origins(" https://a.example , http://b.example:8080,")).toEqual([
		"https://a.example",
		"http://b.example:8080",
	]);
});

test("proxies are addresses and networks; true is everyone, false nobody", () => {
	const proxies = (text: string) => readConfig({ trust_proxy: text }, {}).trust_proxy;
	expect(proxies("10.0.0.5, 172.16.0.0/12,fd00::/8")).toEqual(["10.0.0.5", "172.16.0.0/12", "fd00::/8"]);
	expect([proxies("true"), proxies("false")]).toEqual([true, false]);
	for (const wrong of [
		"10.0.0",
		"10.0.0.0/33",
		"::1/129",
		"10.0.0.1/8/8",
		"proxy.example",
		"true,10.0.0.1",
	]) {
		expect(() => proxies(wrong)).toThrow("It must be a list such as 10.0.0.5");
	}
});

test("the public address is an origin", () => {
	const address = (text: string) => readConfig({ public_url: text }, {}).public_url;
	expect(address("https://Career.School.example/")).toEqual({
		origin: "https://career.school.example",
		host: "career.school.example",
		is_https: true,
	});
	expect(address("http://10.0.0.7:8000")).toMatchObject({ host: "10.0.0.7:8000", is_https: false });
	for (const wrong of [
		"career.school.example",
		"https://a.example/path",
		"https://u:p@a.example",
		"ftp://a.example",
	]) {
		expect(() => address(wrong)).toThrow("It must be the beginning of an address");
	}
});

test.each([
	[{ PORT: "80000" }, 'PORT is "80000". It must be a number from 0 to 65535.'],
	[{ PORT: "8e3" }, 'PORT is "8e3". It must be a number from 0 to 65535.'],
	[{ SESSION_EXPIRY_DAYS: "0" }, 'SESSION_EXPIRY_DAYS is "0". It must be a number of days from 1 to 3650.'],
	[{ SESSION_EXPIRY_DAYS: "3651" }, 'SESSION_EXPIRY_DAYS is "3651".'],
	[
		{ LOG_LEVEL: "loud" },
		'LOG_LEVEL is "loud". It must be fatal, error, warn, info, debug, trace or silent.',
	],
	[{ HOST: "a b" }, 'HOST is "a b".'],
	[{ CORS_ORIGINS: "*" }, 'CORS_ORIGINS is "*". It must be a list such as'],
	[{ CORS_ORIGINS: "https://a.example/path" }, 'CORS_ORIGINS is "https://a.example/path".'],
	[{ TRUST_PROXY: "yes" }, 'TRUST_PROXY is "yes". It must be a list such as 10.0.0.5,172.16.0.0/12'],
	[{ MIGRATE_ON_START: "1" }, 'MIGRATE_ON_START is "1". It must be true or false.'],
	[{ RETENTION_UNFINISHED_DAYS: "29" }, "It must be 0, which keeps it for ever, or a number of days from 30"],
	[{ RETENTION_COMPLETED_DAYS: "36501" }, 'RETENTION_COMPLETED_DAYS is "36501".'],
	[{ RETENTION_CODES_DAYS: "0" }, 'RETENTION_CODES_DAYS is "0". It must be a number of days from 1 to 365.'],
	[{ PERSONAL_FIELDS: "email,shoe_size" }, "It must be none, or a list of email, full_name"],
	[{ ERASURE_KEY: "short" }, "It must have at least 32 characters."],
	[{ DATABASE_URL: "carhythm.db" }, "It must have the form sqlite:FILE"],
])("%j is refused with a sentence", (environment, sentence) => {
	expect(() => readConfig({}, environment)).toThrow(sentence);
});

test("every mistake is named at once, by what the person wrote it in; a password is not repeated", () => {
	const environment = { DATABASE_URL: "postgres://u:secret@host", PORT: "x" };
	let message = "";
	try {
		readConfig({ host: "" }, environment);
	} catch (error) {
		message = (error as Error).message;
	}
	expect(message.split("\n")).toEqual([
		expect.stringContaining("DATABASE_URL cannot be used."),
		'--host is "". It must be a host name or an address.',
		'PORT is "x". It must be a number from 0 to 65535.',
	]);
	expect(message).not.toContain("secret");
});

test("the theme is JSON with the values to replace, and nothing else", () => {
	expect(readConfig({ theme: '{"brand_name":"Our school"}' }, {}).theme).toEqual({
		brand_name: "Our school",
	});
	for (const theme of ["Our school", '{"brand":"x"}', '{"brand_name":7}']) {
		expect(() => readConfig({ theme }, {})).toThrow(/--theme is .* It must be JSON such as/);
	}
});

test("retention is a number of days, or for ever", () => {
	const given = {
		RETENTION_UNFINISHED_DAYS: "0",
		RETENTION_SET_ASIDE_DAYS: "7",
		ERASURE_KEY: "k".repeat(32),
	};
	expect(readConfig({ retention_completed_days: "1" }, given)).toMatchObject({
		retention_unfinished_days: 0,
		retention_set_aside_days: 7,
		retention_completed_days: 1,
		erasure_key: "k".repeat(32),
	});
});

test("NAME_FILE names a file with the value; both at once, an empty file and none are mistakes", () => {
	using folder = aFolder();
	const file = folder.file("secret");
	writeFileSync(file, "postgres://u:secret@db.example/x\n");
	const port = folder.file("port");
	writeFileSync(port, " 9000 \n");
	expect(readConfig({}, { DATABASE_URL_FILE: file, PORT_FILE: port, HOST_FILE: "" })).toMatchObject({
		database_url: { dialect: "postgres", url: "postgres://u:secret@db.example/x" },
		port: 9000,
		host: "0.0.0.0",
	});
	expect(readConfig({ port: "1" }, { PORT_FILE: port, PORT: "2" }).port).toBe(1);
	expect(() => readConfig({}, { PORT_FILE: port, PORT: "2" })).toThrow(
		"PORT and PORT_FILE are both set. Set one of them.",
	);
	writeFileSync(port, "s3cret");
	let message = "";
	try {
		readConfig({}, { PORT_FILE: port, DATABASE_URL_FILE: port, HOST_FILE: folder.file("none") });
	} catch (error) {
		message = (error as Error).message;
	}
	expect(message.split("\n")).toEqual([
		expect.stringContaining("DATABASE_URL_FILE cannot be used."),
		`HOST_FILE names a file that cannot be read, ${folder.file("none")}: ENOENT.`,
		"PORT_FILE holds what cannot be used. It must be a number from 0 to 65535.",
	]);
	expect(message).not.toContain("s3cret");
	writeFileSync(port, "\n");
	expect(() => readConfig({}, { PORT_FILE: port })).toThrow(`PORT_FILE names an empty file, ${port}.`);
});

test("every setting can be given as a file", () => {
	using folder = aFolder();
	const names = Object.values(SETTINGS).map(({ variable }) => variable);
	const file = folder.file("value");
	writeFileSync(file, "\u0001");
	for (const name of names) {
		expect(() => readConfig({}, { [`${name}_FILE`]: file })).toThrow(`${name}_FILE `);
	}
});
