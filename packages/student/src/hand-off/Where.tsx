import type { HeldElsewhere } from "@carhythm/client";
import type { Instant } from "@carhythm/core";
import { useMessages } from "../i18n/texts.ts";

/** Which device it is, in its own words, and since when. */
export function Where({ held, now }: { held: HeldElsewhere; now: Instant }) {
	const m = useMessages();
	return (
		<>
			{m.elsewhere.on}{" "}
			<strong>
				<bdi>{held.label}</bdi>
			</strong>{" "}
			{m.elsewhere.since} {m.resume.when(held.since, now)}.
		</>
	);
}
