import { mintOperationId, type OperationId } from "@carhythm/core";
import { afterEach } from "vitest";
import type { Client, Session } from "../api.ts";
import { createClient } from "../client.ts";
import type { Environment } from "../environment.ts";
import { openIndexedDbStorage } from "../storage/indexed-db.ts";
import { BOXES, type SessionStorage } from "../storage/storage.ts";
import { type createWorld, until } from "./world.ts";

export type World = ReturnType<typeof createWorld>;

const opened: { close(): void }[] = [];
let databases = 0;

afterEach(() => {
	for (const one of opened.splice(0)) one.close();
});

/** Opens the storage of a new device, on `fake-indexeddb`. It is closed after the test. */
export async function newStorage(): Promise<SessionStorage> {
	const storage = await openIndexedDbStorage(`device-${++databases}`);
	opened.push(storage);
	return storage;
}

/** Opens a tab on the device that this storage belongs to. */
export function openTab(world: World, storage: SessionStorage, parts: Partial<Environment> = {}) {
	const environment = world.environment(parts);
	const client = createClient({ storage, environment });
	opened.unshift(client);
	return { client, environment };
}

/** Opens a tab that gets the replies to some requests only after `releaseReplies`. */
export function openHeldTab(
	world: World,
	storage: SessionStorage,
	path: RegExp,
	parts: Partial<Environment> = {},
) {
	const { promise: opened, resolve: releaseReplies } = Promise.withResolvers<void>();
	let isAsking = false;
	const { fetch } = world.environment();
	const tab = openTab(world, storage, {
		...parts,
		async fetch(url, init) {
			const reply = await fetch(url, init);
			if (!path.test(url)) return reply;
			isAsking = true;
			await opened;
			return reply;
		},
	});
	return { ...tab, releaseReplies, untilAsked: () => until(() => isAsking, "the request is on its way") };
}

/** The note that a tab keeps over reloads. */
export function createVisitNote(): NonNullable<Environment["visit"]> {
	let note: string | null = null;
	return {
		read: () => note,
		write(next) {
			note = next;
		},
	};
}

/** Reads every record of a storage that says something of a person. */
export async function personalRecords(storage: SessionStorage): Promise<string[]> {
	return storage.read(async (tx) => {
		const all = await Promise.all(
			BOXES.filter((box) => box !== "assessments").map(async (box) => [box, await tx.list(box)] as const),
		);
		return all.flatMap(([box, records]) =>
			records
				.filter(({ key }) => box !== "meta" || key === "device")
				.map(({ value }) => JSON.stringify(value)),
		);
	});
}

/** Begins a session in a tab on a new device. */
export async function begin(world: World, parts: Partial<Environment> = {}) {
	const storage = await newStorage();
	const tab = openTab(world, storage, parts);
	const session = await tab.client.start({ language: "en" });
	return { storage, ...tab, session };
}

/** Empties a storage, as the browser does when it runs out of room or the user clears site data. */
export function emptyStorage(storage: SessionStorage): Promise<void> {
	return storage.write(async (tx) => {
		for (const box of BOXES) for (const { key } of await tx.list(box)) await tx.delete(box, key);
	});
}

/** Resumes the session that the client finds, as a returning student does. */
export async function resumeSession(client: Client): Promise<Session> {
	const { choice } = await client.resume();
	if (!("state" in choice)) throw new Error("There is no session to resume.");
	return client.open(choice);
}

export const slider = (value: number) => ({ type: "slider", value }) as const;
export const essay = (text: string) => ({ type: "essay", text }) as const;
export const saved = (session: Session) => () => session.save.kind === "saved";

export function mintId(): OperationId {
	return mintOperationId((count) => crypto.getRandomValues(new Uint8Array(count)));
}
