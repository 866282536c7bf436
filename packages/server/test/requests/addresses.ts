import { expect } from "vitest";
import { countedLabels, labelOf } from "./label.ts";
import { askedOf, type Given, givenFor, rowOf } from "./rows.ts";
import type { Asked, Endpoint, World } from "./world.ts";

const SCHOOL = { origin: "https://career.school.example", host: "career.school.example", is_https: true };
/** As in `anApp`. */
const LISTED = "https://school.example";
const FOREIGN = "https://evil.example";
const PROBES = ["/healthz", "/readyz"];
const NOT_NUMBERS = ["", "x", "1.5", "1e3", "0x1", "-1", "0", "\u0000", "9007199254740991", "9".repeat(30)];

/** What becomes of wrong methods, parameters, origins and hosts: each cell of one row, by its column. */
export async function addressCells(world: World, endpoint: Endpoint): Promise<Record<string, string>> {
	return {
		"wrong method": await wrongMethods(world, endpoint),
		HEAD: await head(world, endpoint),
		"wrong parameter": await wrongParameters(world, endpoint),
		"page of this site": await ownPage(world, endpoint),
		"page of a listed origin": await listedPage(world, endpoint),
		"page elsewhere": await foreignPage(world, endpoint),
		"foreign Host": await foreignHost(world, endpoint),
	};
}

async function wrongMethods(world: World, endpoint: Endpoint): Promise<string> {
	const asked = askedOf(endpoint, await givenFor(world, endpoint));
	const taken = new Set(
		Object.keys(world.document.paths[endpoint.path] ?? {}).map((one) => one.toUpperCase()),
	);
	const labels: string[] = [];
	for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE", "PROPFIND"].filter(
		(one) => !taken.has(one),
	)) {
		const reply = await world.ask({ method, path: asked.path });
		expect([method, reply.status, reply.headers.get("allow")?.includes(endpoint.method)]).toEqual([
			method,
			405,
			true,
		]);
		labels.push(labelOf(reply, {}));
	}
	return countedLabels(labels);
}

async function head(world: World, endpoint: Endpoint): Promise<string> {
	if (endpoint.method !== "GET") return "–";
	const { path, headers } = askedOf(endpoint, await givenFor(world, endpoint));
	const reply = await world.app.request(path, { method: "HEAD", ...(headers && { headers }) });
	expect([endpoint.name, reply.status, await reply.text()]).toEqual([endpoint.name, 200, ""]);
	return String(reply.status);
}

async function wrongParameters(world: World, endpoint: Endpoint): Promise<string> {
	const parameters = (endpoint.operation.parameters ?? []).filter((one) => one.in === "query");
	const row = rowOf(endpoint);
	const { path } = askedOf(endpoint, await givenFor(world, endpoint));
	const [start = "", query] = path.split("?");
	const labels: string[] = [];
	for (const { name, required, schema } of parameters) {
		for (const value of [null, ...NOT_NUMBERS]) {
			const changed = new URLSearchParams(query);
			changed.delete(name);
			if (value !== null) changed.append(name, value);
			const reply = await world.ask({ method: endpoint.method, path: `${start}?${changed}` });
			labels.push(labelOf(reply, row));
			const isAllowed = (value === null && !required) || schema["type"] === "string";
			expect([name, value, reply.status < 300]).toEqual([name, value, isAllowed && reply.status !== 404]);
		}
	}
	return countedLabels(labels);
}

type Page = { headers: Record<string, string>; other: string };

/** The request as a page sends it in a browser whose cookie names another session. */
async function fromPage(world: World, endpoint: Endpoint, origin: string, site: string) {
	const other = await world.session();
	const given = await givenFor(world, endpoint);
	const asked = askedOf(endpoint, given);
	const page: Page = {
		other,
		headers: {
			Cookie: `carhythm_session=${other}`,
			...asked.headers,
			Origin: origin,
			"Sec-Fetch-Site": site,
		},
	};
	return { given, page, reply: await world.ask({ ...asked, headers: page.headers }) };
}

async function ownPage(world: World, endpoint: Endpoint): Promise<string> {
	const { reply } = await fromPage(world, endpoint, "http://localhost", "same-origin");
	const cookie = reply.headers.get("set-cookie");
	const told = labelOf(reply, rowOf(endpoint));
	if (cookie === null) return told;
	return `${told}, ${cookie.includes("Max-Age=0") ? "clears" : "sets"} the cookie`;
}

async function listedPage(world: World, endpoint: Endpoint): Promise<string> {
	const told = await withoutCookie(world, endpoint, LISTED);
	const preflight = await preflightOf(world, endpoint, LISTED);
	expect(preflight.get("access-control-allow-origin")).toBe(LISTED);
	expect(preflight.get("access-control-allow-methods")).toContain(endpoint.method);
	expect(preflight.get("access-control-allow-headers")).toContain("Content-Type");
	expect(preflight.get("access-control-allow-credentials")).toBeNull();
	return `${told}, may read it`;
}

async function foreignPage(world: World, endpoint: Endpoint): Promise<string> {
	const told = await withoutCookie(world, endpoint, FOREIGN);
	const preflight = await preflightOf(world, endpoint, FOREIGN);
	expect([...preflight.keys()].filter((name) => name.startsWith("access-control"))).toEqual([]);
	return `${told}, may not read it`;
}

/** A page of another origin: no cookie is set and none is believed. */
async function withoutCookie(world: World, endpoint: Endpoint, origin: string): Promise<string> {
	const { page, reply } = await fromPage(world, endpoint, origin, "cross-site");
	const { headers } = reply;
	const where = `${endpoint.name} from ${origin}`;
	expect([where, headers.get("set-cookie")]).toEqual([where, null]);
	expect([where, JSON.stringify(reply.body).includes(page.other)]).toEqual([where, false]);
	expect([where, headers.get("access-control-allow-origin")]).toEqual([
		where,
		origin === LISTED ? LISTED : null,
	]);
	expect([where, headers.get("access-control-allow-credentials")]).toEqual([where, null]);
	// A cache must not give one origin what it got for another.
	expect([where, headers.get("vary")]).toEqual([where, expect.stringContaining("Origin")]);
	return labelOf(reply, rowOf(endpoint));
}

async function preflightOf(world: World, endpoint: Endpoint, origin: string): Promise<Headers> {
	const { path } = askedOf(endpoint, await givenFor(world, endpoint));
	const headers = { Origin: origin, "Access-Control-Request-Method": endpoint.method };
	const reply = await world.app.request(path, { method: "OPTIONS", headers });
	expect([endpoint.name, reply.status, await reply.text()]).toEqual([endpoint.name, 204, ""]);
	return reply.headers;
}

async function foreignHost(world: World, endpoint: Endpoint): Promise<string> {
	const ask = world.askConfigured({ public_url: SCHOOL });
	const at = async (host: string, given: Given) => {
		const asked: Asked = askedOf(endpoint, given);
		// As the https address of the site has it.
		const headers = Object.fromEntries(
			Object.entries(asked.headers ?? {}).map(([name, value]) => [
				name,
				name === "Cookie" ? `__Host-${value}` : value,
			]),
		);
		return ask({ ...asked, path: `http://${host}${asked.path}`, headers });
	};
	const own = await at(SCHOOL.host, await givenFor(world, endpoint));
	expect([endpoint.name, own.status]).toEqual([endpoint.name, rowOf(endpoint).status ?? 200]);
	const labels: string[] = [];
	for (const host of ["evil.example", `${SCHOOL.host}:8000`, "127.0.0.1", `${SCHOOL.host}.evil.example`]) {
		const reply = await at(host, await givenFor(world, endpoint));
		const expected = PROBES.includes(endpoint.path) ? 200 : 421;
		expect([endpoint.name, host, reply.status]).toEqual([endpoint.name, host, expected]);
		labels.push(labelOf(reply, {}));
	}
	return countedLabels(labels);
}
