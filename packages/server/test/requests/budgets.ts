import { randomUUID } from "node:crypto";
import { expect } from "vitest";
import { DEFAULT_BOUNDS } from "../../src/db/writes/history-bounds.ts";
import { highestLimits, LIMITS, type LimitName } from "../../src/limits.ts";
import type { Reply } from "../documented.ts";
import { labelOf } from "./label.ts";
import { askedOf, givenFor, namesSomething, rowOf } from "./rows.ts";
import { aWorld, type Endpoint, type World } from "./world.ts";

/** Limits that no single request meets; each has a test of its own. */
const MET_BY_SEVERAL: ReadonlySet<LimitName> = new Set<LimitName>([
	"server_processes",
	"network_starts_burst",
	"network_body_kib_per_second",
	"network_operations_at_once",
	"network_operations_waiting",
	"code_queue",
	"session_devices",
	"connections",
	"network_connections",
	"bodies_mib",
	"network_bodies_mib",
	"network_unread_bodies_per_minute",
	"request_seconds",
	"headers_seconds",
]);
/** They belong to the store, whose history is bounded, and to the disk. */
const ELSEWHERE: ReadonlySet<LimitName> = new Set<LimitName>([
	"session_events",
	"session_value_kib",
	"free_disk_mib",
	"free_disk_percent",
]);
/** Those that come with a burst have none here. */
const WITHOUT_BURST = { network_starts_burst: 0 } as const;
/** Of an endpoint that is about a session at least one has to be spent: no session may cost without end. */
const OF_A_SESSION = /^session_/;

/** Limits that a single request meets once they are used up. */
const NAMES = (Object.keys(LIMITS) as LimitName[]).filter(
	(name) => !MET_BY_SEVERAL.has(name) && !ELSEWHERE.has(name),
);

/** What becomes of requests whose budgets are used up: each cell of one row, by its column. */
export async function withBudgets(world: World) {
	const apps = NAMES.map((name) => {
		const limits = highestLimits({ ...WITHOUT_BURST, [name]: 0 });
		return { name, ask: world.askConfigured({ limits }) };
	});
	const askFullDisk = world.askConfigured(
		{},
		{ disk: { look: async () => ({ free_bytes: 1, is_low: true }) } },
	);
	// The start of a session is its first event.
	const full = await aWorld({ bounds: { ...DEFAULT_BOUNDS, session_events: 1 } });
	const refusedBy = new Set<LimitName>();

	async function budgetsOf(endpoint: Endpoint) {
		const row = rowOf(endpoint);
		const isNamed = namesSomething(world, endpoint);
		const refusing = { valid: [] as LimitName[], unknown: [] as LimitName[] };
		const look = async ({ name, ask }: (typeof apps)[number]) => {
			const valid = await ask(askedOf(endpoint, await givenFor(world, endpoint)));
			if (valid.status !== (row.status ?? 200)) {
				expectTooMany(name, valid);
				refusing.valid.push(name);
			} else if (isNamed) {
				const given = { world, session_id: randomUUID(), prepared: row.unknown ?? randomUUID() };
				const unknown = await ask(askedOf(endpoint, given));
				if (unknown.status !== 429) return;
				expectTooMany(name, unknown);
				refusing.unknown.push(name);
			}
		};
		await Promise.all(apps.map(look));
		for (const name of [...refusing.valid, ...refusing.unknown]) refusedBy.add(name);
		expectBudgets(endpoint, refusing.valid, isNamed);
		return refusing;
	}

	return {
		async cells(endpoint: Endpoint): Promise<Record<string, string>> {
			const row = rowOf(endpoint);
			const { valid, unknown } = await budgetsOf(endpoint);
			const fullDisk = await askFullDisk(askedOf(endpoint, await givenFor(world, endpoint)));
			const fullHistory = await full.ask(askedOf(endpoint, await givenFor(full, endpoint)));
			return {
				"over budget (429)": settingsOf(valid),
				"only with an unknown id or code": settingsOf(unknown),
				"disk almost full": labelOf(fullDisk, row),
				"history of the session full": labelOf(fullHistory, row),
			};
		},
		/** Limits that were used up and refused nothing. */
		unmet: () => NAMES.filter((name) => !refusedBy.has(name)),
		[Symbol.asyncDispose]: () => full[Symbol.asyncDispose](),
	};
}

function expectTooMany(limit: LimitName, { status, body, headers }: Reply): void {
	const wait = Number(headers.get("retry-after"));
	expect([limit, status, body["code"], wait > 0]).toEqual([limit, 429, "too_many_requests", true]);
}

function expectBudgets({ name, path, operation }: Endpoint, budgets: readonly LimitName[], isNamed: boolean) {
	const isUnlimited = !("429" in operation.responses);
	expect([name, budgets.includes("network_requests_per_second")]).toEqual([name, !isUnlimited]);
	const isAboutSession = isNamed && !path.includes("{version_id}") && name !== "POST /api/v2/session/start";
	const ofSession = budgets.filter((one) => OF_A_SESSION.test(one));
	// A code names its session only once it is believed, and has five tries of its own.
	const isByCode = path.endsWith("/redeem");
	expect([name, ofSession.length > 0]).toEqual([name, isAboutSession && !isByCode]);
}

function settingsOf(names: readonly LimitName[]): string {
	const inOrder = NAMES.filter((name) => names.includes(name));
	return names.length === 0 ? "–" : inOrder.map((name) => `\`${LIMITS[name].variable.slice(6)}\``).join(", ");
}
