import {
	type AssessmentIndex,
	AssessmentReply,
	indexAssessment,
	LatestAssessmentReply,
} from "@carhythm/core";
import type { LatestAssessment } from "../api.ts";
import { readLatest, readVersion, rememberLatest, rememberVersion } from "../storage/records.ts";
import { orFallback, type TabState } from "../storage/tab-state.ts";
import { type Reply, request, type Transport, valueOrThrow } from "../transport.ts";

/** With something to show instead, no student should look at an empty page for long. */
const IMPATIENT_MS = 6000;

/** Versions of assessments: immutable, so each is fetched once a device and built once a page. */
export type Assessments = {
	readonly tab: TabState;
	readonly transport: Transport;
	readonly built: Map<number, AssessmentIndex>;
};

/** A version from memory, from the storage, or from the server. */
export async function fetchVersion(
	assessments: Assessments,
	version_id: number,
): Promise<Reply<AssessmentIndex>> {
	const known = await knownVersion(assessments, version_id);
	if (known) return { kind: "ok", value: known };
	const path = `/api/v2/assessments/${version_id}`;
	const reply = await request(assessments.transport, "GET", path, AssessmentReply, { cacheable: true });
	return reply.kind === "ok" ? { kind: "ok", value: await keep(assessments, reply.value) } : reply;
}

/** The newest version of an assessment; the last one seen while the server cannot be reached. */
export async function latestAssessment(assessments: Assessments, key = ""): Promise<LatestAssessment> {
	const { tab, transport } = assessments;
	const seen = await orFallback(() => tab.storage.read((tx) => readLatest(tx, key)), null);
	const index = seen && (await knownVersion(assessments, seen.version_id));
	const query = key ? `?key=${encodeURIComponent(key)}` : "";
	const reply = await request(
		transport,
		"GET",
		`/api/v2/assessments/latest${query}`,
		LatestAssessmentReply,
		index ? { timeout_ms: IMPATIENT_MS } : {},
	);
	if (reply.kind === "unavailable" && seen && index) {
		return { version_id: seen.version_id, index, session_expiry_days: seen.session_expiry_days };
	}
	const { version_id, assessment, session_expiry_days } = valueOrThrow(reply);
	const built = await keep(assessments, { version_id, assessment });
	await orFallback(
		() => tab.storage.write((tx) => rememberLatest(tx, key, { version_id, session_expiry_days })),
		undefined,
	);
	return { version_id, index: built, session_expiry_days };
}

async function knownVersion(
	{ tab, built }: Assessments,
	version_id: number,
): Promise<AssessmentIndex | null> {
	const ready = built.get(version_id);
	if (ready) return ready;
	const stored = await orFallback(() => tab.storage.read((tx) => readVersion(tx, version_id)), null);
	if (!stored) return null;
	const index = indexAssessment(stored.assessment);
	built.set(version_id, index);
	return index;
}

async function keep({ tab, built }: Assessments, version: AssessmentReply): Promise<AssessmentIndex> {
	const index = built.get(version.version_id) ?? indexAssessment(version.assessment);
	built.set(version.version_id, index);
	await orFallback(() => tab.storage.write((tx) => rememberVersion(tx, version)), undefined);
	return index;
}
