import { writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { readConfig, SETTINGS, type SettingName } from "./config.ts";
import { LIMITS, type LimitName, limitsWith } from "./limits.ts";
import { aFolder } from "./testing/folders/a-folder.ts";

const LOCAL_ORIGINS = [
	"http://localhost:*",
	"http://127.0.0.1:*",
	"https://localhost:*",
	"https://127.0.0.1:*",
];

test("nothing set: the defaults", () => {
	expect(readConfig({}, {})).toEqual({
		database_url: { dialect: "sqlite", file: "./carhythm.db" },
		host: "0.0.0.0",
		port: 8000,
		cors_origins: LOCAL_ORIGINS,
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

test.each([
	["https://career.school.example", []],
	["http://10.0.0.7:8000", []],
	["http://localhost:8000", LOCAL_ORIGINS],
	["http://127.0.0.1:8000", LOCAL_ORIGINS],
	["http://[::1]:8000", LOCAL_ORIGINS],
	["", LOCAL_ORIGINS],
])("with the public address %j the origins trusted by default are %j", (PUBLIC_URL, origins) => {
	expect(readConfig({}, { PUBLIC_URL }).cors_origins).toEqual(origins);
	const CORS_ORIGINS = "http://localhost:3000";
	expect(readConfig({}, { PUBLIC_URL, CORS_ORIGINS }).cors_origins).toEqual([CORS_ORIGINS]);
	expect(readConfig({ cors_origins: CORS_ORIGINS }, { PUBLIC_URL }).cors_origins).toEqual([CORS_ORIGINS]);
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

const NOTICE = {
	controller: { en: "Example School", ar: "مدرسة المثال" },
	contact: { en: "privacy@school.example", ar: "privacy@school.example" },
};
/** Settings that are refused without others. */
const WITH: Partial<Record<SettingName, Record<string, string>>> = {
	consent_required: { PRIVACY_NOTICE: JSON.stringify(NOTICE) },
	age_threshold: { PRIVACY_NOTICE: JSON.stringify(NOTICE) },
};

/** A value of each setting that is not its default, and what the configuration then holds. */
const VALUES: Readonly<Record<SettingName, readonly [text: string, value: unknown]>> = {
	database_url: ["sqlite:/srv/other.db", { dialect: "sqlite", file: "/srv/other.db" }],
	host: ["127.0.0.1", "127.0.0.1"],
	port: ["9000", 9000],
	cors_origins: ["https://app.example", ["https://app.example"]],
	session_expiry_days: ["7", 7],
	session_secret_days: ["31", 31],
	log_level: ["warn", "warn"],
	trust_proxy: ["10.0.0.5", ["10.0.0.5"]],
	public_url: [
		"https://career.example",
		{ origin: "https://career.example", host: "career.example", is_https: true },
	],
	migrate_on_start: ["true", true],
	backups_kept: ["7", 7],
	metrics: ["true", true],
	theme: ['{"brand_name":"Our school"}', { brand_name: "Our school" }],
	shared_default: ["true", true],
	retention_unfinished_days: ["31", 31],
	retention_set_aside_days: ["8", 8],
	retention_completed_days: ["9", 9],
	retention_person_days: ["10", 10],
	retention_feedback_days: ["11", 11],
	retention_late_days: ["32", 32],
	retention_codes_days: ["2", 2],
	retention_backups_days: ["12", 12],
	personal_fields: ["email", ["email"]],
	erasure_key: ["k".repeat(32), "k".repeat(32)],
	erasure_memory: ["/srv/erased", "/srv/erased"],
	privacy_notice: [JSON.stringify(NOTICE), { ...NOTICE, purpose: null, more: [], assessments: {} }],
	consent_required: ["true", true],
	age_threshold: ["16", 16],
	age_basis: ["school", "school"],
};

describe.each(settingsWithValues())("the setting %s", (variable, [text, value], read) => {
	test("is read from its variable and from the file that NAME_FILE names", () => {
		using folder = aFolder();
		const file = folder.file("value");
		writeFileSync(file, `${text}\n`);
		expect(read({})).not.toEqual(value);
		expect(read({ [variable]: text })).toEqual(value);
		expect(read({ [`${variable}_FILE`]: file })).toEqual(value);
	});

	test("is refused when it is given both ways, and its file is named but not repeated", () => {
		using folder = aFolder();
		const file = folder.file("value");
		writeFileSync(file, "\u0001s3cret");
		expect(() => read({ [variable]: text, [`${variable}_FILE`]: file })).toThrow(
			`${variable} and ${variable}_FILE are both set. Set one of them.`,
		);
		const refused = catchMessage(() => read({ [`${variable}_FILE`]: file }));
		expect(refused).toMatch(new RegExp(`^${variable}_FILE (holds what )?cannot be used`));
		expect(refused).not.toContain("s3cret");
	});
});

type Read = (environment: Record<string, string>) => unknown;

/** Every setting of the configuration and every limit, each with the way to read it. */
function settingsWithValues(): [variable: string, value: readonly [string, unknown], read: Read][] {
	const names = Object.keys(SETTINGS) as SettingName[];
	const limits = Object.keys(LIMITS) as LimitName[];
	return [
		...names.map((name): [string, readonly [string, unknown], Read] => [
			SETTINGS[name].variable,
			VALUES[name],
			(environment) => readConfig({}, { ...WITH[name], ...environment })[name],
		]),
		...limits.map((name): [string, readonly [string, unknown], Read] => [
			LIMITS[name].variable,
			[String(LIMITS[name].to), LIMITS[name].to],
			(environment) => readConfig({}, environment).limits[name],
		]),
	];
}

function catchMessage(work: () => unknown): string {
	try {
		work();
	} catch (error) {
		return (error as Error).message;
	}
	return "";
}
