import { seededRandom } from "./seeded-random.ts";

/**
 * The heights of the rhythm line, one beat a question: a shape of its own for each session, never a function
 * of the answers.
 * @returns numbers from 0.28 to 1, as shares of the line's height.
 */
export function rhythm(session_id: string, beats: number): number[] {
	const random = seededRandom(`${session_id}:rhythm`);
	return Array.from({ length: beats }, () => 0.28 + 0.72 * random());
}
